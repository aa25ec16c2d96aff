public import ApusCore

/// Squashes to (0, 1); saturates on both sides (lectures 1, 2 and 5).
public struct Sigmoid: Activation {
  public static let name = "sigmoid"
  public static let formula = "y = 1 / (1 + e⁻ˣ)"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x.sigmoid() }
}
