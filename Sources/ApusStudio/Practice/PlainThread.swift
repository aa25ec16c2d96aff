import ApusCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Threads that belong to nobody's pool.
enum PlainThread {
  static func detach(_ body: @escaping @Sendable () -> Void) { BackgroundWork.detach(body) }

  static func sleep(_ seconds: Double) { usleep(UInt32(min(max(seconds, 0), 10) * 1e6)) }
}
