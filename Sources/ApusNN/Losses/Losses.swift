public import ApusCore

/// The losses that configurations can name.
public enum Losses {
  public static let table = NameTable<any Loss>(
    "loss",
    [
      SoftmaxCrossEntropy(), BinaryCrossEntropy(), LogisticLoss(), HingeLoss(), SquaredHingeLoss(),
      MulticlassSVMLoss(), PerceptronLoss(), ZeroOneLoss(), SquaredError(), HalfSquaredError(),
      AdalineLoss(), AbsoluteError(), HuberLoss(),
    ],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the loss of a name, or of a name with parameters.
  ///
  /// - Parameter vocabulary: those of your own, besides those of the table.
  /// - Throws: an error that names an unknown loss or parameter, with the nearest name, or a wrong value.
  public static func loss(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any Loss {
    try table.item(description, in: vocabulary)
  }
}

extension Loss {
  public static var prototypes: [any Named] { Losses.table.items }
}
