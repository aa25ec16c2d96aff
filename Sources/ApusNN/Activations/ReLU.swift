public import ApusCore

/// Zero below 0, the input above (lectures 3 and 5; Nair and Hinton 2010).
public struct ReLU: Activation {
  public static let name = "relu"
  public static let formula = "y = max(x, 0)"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x.relu() }
}
