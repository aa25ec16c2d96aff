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
    if let thread = start(body) { pthread_detach(thread) }
  }

  /// Runs `body` on a new thread; nil when the system has none left.
  static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    let box = Unmanaged.passRetained(Body(body))
    #if canImport(Darwin)
      var thread: pthread_t?
      let failure = pthread_create(
        &thread, nil,
        { pointer in
          Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().body()
          return nil
        }, box.toOpaque())
    #else
      var thread = pthread_t()
      let failure = pthread_create(
        &thread, nil,
        { pointer in
          Unmanaged<Body>.fromOpaque(pointer!).takeRetainedValue().body()
          return nil
        }, box.toOpaque())
    #endif
    guard failure == 0 else {
      box.release()
      return nil
    }
    return thread
  }

  private final class Body {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

/// Threads for work of seconds: trials of a search, members of an ensemble.
package enum Workers {
  /// Calls `body` with 0 ..< count, each on a thread of its own, and waits for all; on this thread where the system has no
  /// more.
  package static func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var threads: [pthread_t] = []
      for index in 0..<max(count - 1, 0) {
        if let thread = Thread.start({ body(index) }) { threads.append(thread) } else { body(index) }
      }
      if count > 0 { body(count - 1) }
      for thread in threads { pthread_join(thread, nil) }
    }
  }
}

/// Work beside the caller's, on a thread of its own; on the caller's where the system has no more.
package final class BackgroundWork {
  private var thread: pthread_t?

  package init(_ body: @escaping @Sendable () -> Void) {
    thread = Thread.start(body)
    if thread == nil { body() }
  }

  /// Comes back when the work is done.
  package func wait() {
    if let thread { pthread_join(thread, nil) }
    thread = nil
  }

  deinit { wait() }

  /// Work that nobody waits for: it ends when it likes, or with the process.
  package static func detach(_ body: @escaping @Sendable () -> Void) { Thread.detach(body) }
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
