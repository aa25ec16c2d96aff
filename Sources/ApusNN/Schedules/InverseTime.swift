public import ApusCore

/// The rate falls with the time, counted in steps or in so many steps or epochs (lecture 5).
public struct InverseTime: Schedule {
  public static let name = "inverseTime"
  public static let formula = "η / (1 + k ⌊t / every⌋)"
  public var k: Double
  public var every: Span

  public init() { self.init(k: 0.001) }
  public init(k: Double, every: Span = .steps(1)) {
    self.k = k
    self.every = every
  }

  public func validate() throws(ApusError) {
    try require(k >= 0 && k.isFinite, "k", k, "0 or more: the rate falls")
  }

  public func rate(step: Int, base: Double, run: RunLength) -> Double {
    base / (1 + k * Double(every.count(in: step, of: run)))
  }
}

extension Schedule where Self == InverseTime {
  public static func inverseTime(k: Double, every: Span = .steps(1)) -> InverseTime {
    InverseTime(k: k, every: every)
  }
}
