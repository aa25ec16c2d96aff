public import ApusCore

/// Squashes to (−1, 1) more gently than tanh (Glorot and Bengio 2010).
public struct Softsign: Activation {
  public static let name = "softsign"
  public static let formula = "y = x / (1 + |x|)"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x / (1 + x.abs()) }
}
