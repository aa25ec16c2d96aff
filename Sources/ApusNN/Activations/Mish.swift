public import ApusCore

/// Like swish, with the tanh of the softplus as its weight (Misra 2019).
public struct Mish: Activation {
  public static let name = "mish"
  public static let formula = "y = x · tanh(ln(1 + eˣ))"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x * x.softplus().tanh() }
}
