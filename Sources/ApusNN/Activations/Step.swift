public import ApusCore

/// The perceptron's threshold: 1 for x > 0 only, else 0 (lectures 1, 2 and 5; Rosenblatt 1958).
///
/// Its derivative is 0 wherever it has one, and here at 0 too: nothing before it learns by gradients.
public struct Step: Activation {
  public static let name = "step"
  public static let formula = "y = 1 if x > 0, else 0"
  public init() {}
  // By the sign, so that NaN stays NaN; a sign has no gradient.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.sign().relu() }
}
