public import ApusCore

/// The rate falls by the same share in every step, or in every so many steps or epochs (lecture 5).
public struct ExponentialDecay: Schedule {
  public static let name = "exponential"
  public static let formula = "η e^(−k ⌊t / every⌋)"
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
    base * Mathematics.exp(-k * Double(every.count(in: step, of: run)))
  }
}

extension Schedule where Self == ExponentialDecay {
  public static func exponential(k: Double, every: Span = .steps(1)) -> ExponentialDecay {
    ExponentialDecay(k: k, every: every)
  }
}
