public import ApusCore

/// The input itself.
public struct Linear: Activation {
  public static let name = "linear"
  public static let formula = "y = x"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x }
}
