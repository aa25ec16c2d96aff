public import ApusCore

/// Half a cosine wave from the base rate down to `to`, over `over` or the rest of the run; then it stays there
/// (Loshchilov and Hutter 2017).
public struct CosineDecay: Schedule {
  public static let name = "cosine"
  public static let formula = "to + (η − to) · (1 + cos(π t / T)) / 2"
  public var to: Double
  public var over: Span?

  public init() { self.init(to: 0) }
  public init(to: Double, over: Span? = nil) {
    self.to = to
    self.over = over
  }

  public func validate() throws(ApusError) {
    try require(to >= 0 && to.isFinite, "to", to, "a rate of 0 or more")
  }

  public func rate(step: Int, base: Double, run: RunLength) -> Double {
    let length = max(over?.steps(in: run) ?? run.steps, 1)
    let progress = Double(min(step, length)) / Double(length)
    return to + (base - to) * (1 + Mathematics.cos(Double.pi * progress)) / 2
  }

  public func length(in run: RunLength) -> Int? { over?.steps(in: run) }
}

extension Schedule where Self == CosineDecay {
  public static var cosine: CosineDecay { CosineDecay() }
  public static func cosine(to: Double = 0, over: Span? = nil) -> CosineDecay {
    CosineDecay(to: to, over: over)
  }
}
