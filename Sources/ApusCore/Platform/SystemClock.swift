import ApusSystem

package enum Clock {
  /// Nanoseconds since some moment; never goes back.
  package static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// Suspends this thread; a signal may end the pause early.
  package static func sleep(seconds: Double) {
    var time = timespec()
    time.tv_sec = Int(seconds)
    time.tv_nsec = Int((seconds - seconds.rounded(.down)) * 1e9)
    nanosleep(&time, nil)
  }
}
