public import ApusCore

/// What training makes small (MISSION C).
///
/// Adding one costs a file with a conforming type, and a line of ``Losses/table``.
public protocol Loss: Named {
  /// What the targets are for an output of a shape: class numbers (int32) or numbers (float32).
  func targetType(for output: TensorShape) -> TensorType

  /// The loss of each row: `[rows]`.
  func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor

  /// The mean loss to expect before training, with outputs near 0; nil when it depends on the targets.
  func expectedAtStart(outputs: Int) -> Double?

  /// What turns the network's output into a prediction: probabilities from logits.
  func prediction(_ output: Tensor) -> Tensor
}

extension Loss {
  public func expectedAtStart(outputs: Int) -> Double? { nil }
  public func prediction(_ output: Tensor) -> Tensor { output }

  /// The mean over all axes but the rows.
  func meanOverOutputs(_ values: Tensor) -> Tensor {
    values.mean(axes: Array(1..<max(values.shape.rank, 1)))
  }
}

public enum Losses {
  public static let table = NameTable(
    "loss", [SoftmaxCrossEntropy.self, BinaryCrossEntropy.self, Perceptron.self, SquaredError.self, HalfSquaredError.self])

  /// The loss of a name, or of a name with parameters.
  public static func loss(_ description: JSONValue) throws(ApusError) -> any Loss {
    try table.item(description) as! any Loss
  }
}
