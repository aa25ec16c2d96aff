import ApusCore
import Synchronization

/// Threads that belong to nobody's pool.
enum PlainThread {
  static func detach(_ body: @escaping @Sendable () -> Void) { BackgroundWork.detach(body) }

  private static let longWork = Atomic(0)

  /// Work that takes seconds and goes on though its page is gone: of all pages together a few at a time.
  ///
  /// - Throws: when there is enough of it.
  static func detachLongWork(_ body: @escaping @Sendable () -> Void) throws(ApusError) {
    guard longWork.add(1, ordering: .acquiringAndReleasing).newValue <= Limits.longWork else {
      longWork.subtract(1, ordering: .acquiringAndReleasing)
      throw ApusError(
        "other pages have the machine busy", expected: "at most \(Limits.longWork) long tasks at a time",
        fix: "try again in a few seconds")
    }
    detach {
      body()
      longWork.subtract(1, ordering: .acquiringAndReleasing)
    }
  }

  static func sleep(_ seconds: Double) { Clock.sleep(seconds: min(max(seconds, 0), 10)) }
}
