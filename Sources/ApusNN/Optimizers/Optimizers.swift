public import ApusCore

/// The optimizers that configurations can name.
public enum Optimizers {
  public static let table = NameTable<any Optimizer>(
    "optimizer",
    [
      SGD(), Momentum(), Nesterov(), Adagrad(), RMSprop(), Adam(), AdamW(), ProximalDescent(),
    ],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the optimizer of a name, or of a name with parameters.
  ///
  /// - Parameter vocabulary: those of your own, besides those of the table.
  /// - Throws: an error that names an unknown optimizer or parameter, with the nearest name, or a wrong value.
  public static func optimizer(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any Optimizer {
    try table.item(description, in: vocabulary)
  }
}

extension Optimizer {
  public static var prototypes: [any Named] { Optimizers.table.items }
}
