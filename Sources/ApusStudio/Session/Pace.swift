/// The number of steps that are due at a speed that the eye can follow, for a training and for a race.
struct Pace {
  /// The moment and the step from which on steps are counted; a moment of 0 before the first.
  private var since: UInt64 = 0
  private var first = 0

  /// Counts anew from the next step on: after a pause or at another speed.
  mutating func restart() { self = Pace() }

  /// - Parameters:
  ///   - done: steps so far.
  ///   - now: nanoseconds of the clock.
  mutating func due(_ speed: Double, done: Int, at now: UInt64) -> Int {
    let due = speed * Double(now &- since) / 1e9 - Double(done - first)
    guard since == 0 || due < -1 || due > max(speed, 50) else { return max(Int(due), 0) }
    // Of the time before the first step none is made up for, nor of one in which others had the machine.
    (since, first) = (now, done)
    return 1
  }

  /// Nanoseconds to wait where none is due; not so long that orders would.
  static func wait(_ speed: Double) -> UInt64 { UInt64(min(1e9 / speed, 50_000_000)) }
}
