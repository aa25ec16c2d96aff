public import ApusCore

/// In training each element is zero with probability `rate`, and the others are divided by 1 − rate; in inference
/// the input passes as it is (Srivastava et al. 2014).
public struct Dropout: Layer {
  public static let name = "dropout"
  public static let formula = "y = x · [u ≥ p] / (1 − p), u uniform in [0, 1)"
  public var rate: Double

  public init() { self.init(0.5) }

  public init(_ rate: Double) {
    self.rate = rate
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard (0..<1).contains(rate) else {
      return .failed(ApusError("dropout with the rate \(rate)", expected: "0 ≤ rate < 1"))
    }
    guard scope.mode.samplesDropout else { return input }
    let rate = scope.setting("rate", rate)
    let kept = scope.uniform(input.shape) .>= rate
    return select(kept, input * (1 - rate).reciprocal(), 0)
  }
}
