public import ApusCore

/// The activations that configurations can name.
public enum Activations {
  public static let table = NameTable<any Activation>(
    "activation",
    [
      Identity(), Step(), Sigmoid(), Tanh(), ReLU(), LeakyReLU(), ELU(), SELU(), Swish(), GELU(), Mish(),
      Softplus(), Softsign(), HardSigmoid(), HardTanh(), Softmax(), LogSoftmax(),
    ],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the activation of a name, or of a name with parameters.
  ///
  /// - Parameter vocabulary: those of your own, besides those of the table.
  /// - Throws: an error that names an unknown activation or parameter, with the nearest name, or a wrong value.
  public static func activation(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any Activation {
    try table.item(description, in: vocabulary)
  }
}

extension Activation {
  public static var prototypes: [any Named] { Activations.table.items }
}
