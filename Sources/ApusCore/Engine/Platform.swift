// What differs between Linux and macOS: threads, processors, clocks, the environment.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

enum Thread {
  /// Runs `body` on a new thread that nobody waits for.
  static func detach(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(body)).toOpaque()
    #if canImport(Darwin)
    var thread: pthread_t?
    pthread_create(&thread, nil, { pointer in
      Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().body()
      return nil
    }, box)
    if let thread { pthread_detach(thread) }
    #else
    var thread = pthread_t()
    pthread_create(&thread, nil, { pointer in
      Unmanaged<Body>.fromOpaque(pointer!).takeRetainedValue().body()
      return nil
    }, box)
    pthread_detach(thread)
    #endif
  }

  private final class Body {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

enum Processor {
  /// The processor that the calling thread runs on; −1 where the system does not say.
  static var current: Int {
    #if canImport(Glibc)
    Int(sched_getcpu())
    #else
    -1
    #endif
  }

  /// Moves the calling thread to another processor when it runs on `processor`.
  static func leave(_ processor: Int) {
    #if canImport(Glibc)
    guard processor >= 0, current == processor else { return }
    var allowed = cpu_set_t()
    guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &allowed) == 0 else { return }
    var others = allowed
    withUnsafeMutableBytes(of: &others) { bytes in
      guard processor / 8 < bytes.count else { return }
      bytes[processor / 8] &= ~(UInt8(1) << UInt8(processor % 8))
    }
    guard sched_setaffinity(0, MemoryLayout<cpu_set_t>.size, &others) == 0 else { return }
    sched_setaffinity(0, MemoryLayout<cpu_set_t>.size, &allowed)
    #endif
  }

  /// How many threads pay: the processors that this process may use, or fewer where a cgroup gives less time.
  static var usableCount: Int {
    #if canImport(Glibc) || canImport(Musl)
    var count = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    #if canImport(Glibc)
    var allowed = cpu_set_t()
    if sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &allowed) == 0 {
      count = withUnsafeBytes(of: &allowed) { $0.reduce(0) { $0 + $1.nonzeroBitCount } }
    }
    #endif
    if let quota = cgroupQuota { count = min(count, quota) }
    return max(count, 1)
    #else
    return max(Int(sysconf(_SC_NPROCESSORS_ONLN)), 1)
    #endif
  }

  /// Whole processors that the cgroup's quota comes to, rounded up.
  private static var cgroupQuota: Int? {
    guard let file = fopen("/sys/fs/cgroup/cpu.max", "r") else { return nil }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 64)
    guard fgets(&buffer, 64, file) != nil else { return nil }
    let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let fields = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
    guard fields.count == 2, let quota = Int(fields[0]), let period = Int(fields[1]), period > 0 else { return nil }
    return max((quota + period - 1) / period, 1)
  }
}

package enum Clock {
  /// Nanoseconds since some moment; never goes back.
  package static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}

package enum Environment {
  package static subscript(name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
