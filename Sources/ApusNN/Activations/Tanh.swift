public import ApusCore

/// Squashes to (−1, 1), centered on 0 (lecture 5).
public struct Tanh: Activation {
  public static let name = "tanh"
  public static let formula = "y = tanh x"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x.tanh() }
}
