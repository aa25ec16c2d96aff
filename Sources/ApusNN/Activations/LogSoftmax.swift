public import ApusCore

/// The logarithms of the softmax along the last axis, without overflow.
public struct LogSoftmax: Activation {
  public static let name = "logSoftmax"
  public static let formula = "yᵢ = xᵢ − ln Σⱼ eˣʲ"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x.logSoftmax() }
}
