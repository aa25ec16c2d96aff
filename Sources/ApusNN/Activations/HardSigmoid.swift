public import ApusCore

/// A sigmoid of three straight lines: 0 up to −3, 1 from 3 on (PyTorch's definition).
public struct HardSigmoid: Activation {
  public static let name = "hardSigmoid"
  public static let formula = "y = min(max(x / 6 + 1/2, 0), 1)"
  public init() {}

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let rising = ((x + 3) / 6).relu()
    return select(rising .>= 1, 1, rising)
  }
}
