public import ApusCore

/// The rate times a factor after every so many steps or epochs (lecture 5).
public struct StepDecay: Schedule {
  public static let name = "step"
  public static let formula = "η · factor^⌊t / every⌋"
  public var every: Span
  public var factor: Double

  public init() { self.init(every: .epochs(10)) }
  public init(every: Span, factor: Double = 0.5) {
    self.every = every
    self.factor = factor
  }

  public func validate() throws(ApusError) {
    try require(factor > 0 && factor <= 1, "factor", factor, "above 0, at most 1")
  }

  public func rate(step: Int, base: Double, run: RunLength) -> Double {
    base * Mathematics.pow(factor, Double(every.count(in: step, of: run)))
  }

  public func unused(in run: RunLength) -> String? {
    let length = every.steps(in: run)
    guard run.steps <= length, run.steps > 0 else { return nil }
    return "its first step down comes after \(length) steps, and the run has \(run.steps)"
  }
}

extension Schedule where Self == StepDecay {
  public static func step(every: Span, factor: Double = 0.5) -> StepDecay {
    StepDecay(every: every, factor: factor)
  }
}
