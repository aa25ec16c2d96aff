public import ApusCore

/// A tanh of three straight lines: the input between −1 and 1 (Collobert 2004).
public struct HardTanh: Activation {
  public static let name = "hardTanh"
  public static let formula = "y = min(max(x, −1), 1)"
  public init() {}

  public func callAsFunction(_ x: Tensor) -> Tensor {
    // NaN is on neither side and passes.
    select(x .>= 1, 1, select(x .<= -1, -1, x))
  }
}
