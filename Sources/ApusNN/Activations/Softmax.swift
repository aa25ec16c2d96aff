public import ApusCore

/// Positive numbers that sum to 1 along the last axis (lectures 2 and 5). Losses on logits have it built in.
public struct Softmax: Activation {
  public static let name = "softmax"
  public static let formula = "yᵢ = eˣⁱ / Σⱼ eˣʲ"
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { x.softmax() }
}
