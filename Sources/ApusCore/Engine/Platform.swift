// What differs between Linux and macOS: threads, processors, clocks, the environment.

import CApus

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
      pthread_create(
        &thread, nil,
        { pointer in
          Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().body()
          return nil
        }, box)
      if let thread { pthread_detach(thread) }
    #else
      var thread = pthread_t()
      pthread_create(
        &thread, nil,
        { pointer in
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
  /// How many threads pay: the processors that this process may use, or fewer where a cgroup gives less time.
  static var usableCount: Int {
    let allowed = Int(apus_allowed_processors())
    let count = allowed > 0 ? allowed : Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return max(min(count, cgroupQuota ?? count), 1)
  }

  /// Whole processors that the cgroup's quota comes to, rounded up.
  private static var cgroupQuota: Int? {
    guard let file = fopen("/sys/fs/cgroup/cpu.max", "r") else { return nil }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 64)
    guard fgets(&buffer, 64, file) != nil else { return nil }
    let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let fields = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
    guard fields.count == 2, let quota = Int(fields[0]), let period = Int(fields[1]), period > 0 else {
      return nil
    }
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
