/// A line every two seconds while something long goes on: what is looked at, and for how long.
package struct Heartbeat {
  private let work: String
  private let start: Double
  private var last: Double

  private static let interval = 2.0

  /// - Parameters:
  ///   - work: what goes on, as in "check".
  ///   - now: a clock's seconds.
  package init(_ work: String, now: Double) {
    self.work = work
    (start, last) = (now, now)
  }

  /// - Parameters:
  ///   - subject: what is looked at.
  ///   - now: the clock's seconds.
  /// - Returns: nil where the last line is younger.
  package mutating func line(_ subject: String, now: Double) -> String? {
    guard now - last >= Self.interval else { return nil }
    last = now
    return "\(work): \(subject) … \(Int((now - start).rounded())) s"
  }
}
