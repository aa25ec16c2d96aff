public import ApusCore

/// A smooth ReLU, whose derivative is the sigmoid; without overflow (Dugas et al. 2001).
public struct Softplus: Activation {
  public static let name = "softplus"
  public static let formula = "y = ln(1 + eˣ)"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x.softplus() }
}
