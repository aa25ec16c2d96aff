public import ApusCore

/// The input itself.
public struct Identity: Activation {
  public static let name = "identity"
  public static let formula = "y = x"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x }
}
