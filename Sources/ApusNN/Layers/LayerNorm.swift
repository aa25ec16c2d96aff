public import ApusCore

/// Each row's features with mean 0 and variance 1 over the last axis, then scaled and shifted (Ba et al. 2016).
///
/// `[rows, …, features] → [rows, …, features]`; a row does not see the others, in training and in inference.
public struct LayerNorm: Layer {
  public static let name = "layerNorm"
  public static let formula = "y = γ · (x − mean) / √(variance + ε) + β"
  /// Added to the variance.
  public var epsilon: Double
  /// A Boolean value that indicates whether there is a β.
  public var hasBias: Bool

  public init() { self.init(epsilon: 1e-5) }

  public init(epsilon: Double = 1e-5, hasBias: Bool = true) {
    self.epsilon = epsilon
    self.hasBias = hasBias
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard epsilon >= 0 else {
      return .failed(ApusError("layerNorm with ε = \(epsilon)", expected: "ε ≥ 0"))
    }
    guard input.shape.rank >= 2, !input.shape[-1].isPerRow else {
      return .failed(ApusError("layerNorm on \(input.shape)", expected: "[rows, …, features]"))
    }
    let width = TensorShape([input.shape[-1]])
    let weight = scope.parameter("weight", width, .ones, isDecayed: false)
    let scaled = input.standardized(epsilon: epsilon) * weight
    return hasBias ? scaled + scope.parameter("bias", width, .zeros, isDecayed: false) : scaled
  }
}
