public import ApusCore

/// Squashes to (−1, 1), centred on 0 (S4).
public struct Tanh: Activation {
  public static let name = "tanh"
  public static let formula = "y = tanh x"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x.tanh() }
}
