public import ApusCore

/// The input weighted by its own sigmoid; also called SiLU (lecture 5; Ramachandran et al. 2017).
public struct Swish: Activation {
  public static let name = "swish"
  public static let otherNames = ["silu"]
  public static let formula = "y = x · σ(x)"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x.swish() }
}

extension Tensor {
  /// x · σ(x), element by element (Ramachandran et al. 2017).
  public func swish() -> Tensor { self * sigmoid() }
}
