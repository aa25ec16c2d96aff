public import ApusCore

/// The initialization passes that configurations can name.
public enum InitializationPasses {
  public static let table = NameTable<any InitializationPass>(
    "initialization pass",
    [
      LSUV(), DataDependent(),
    ],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the pass of a name, or of a name with parameters.
  ///
  /// - Parameter vocabulary: those of your own, besides those of the table.
  /// - Throws: an error that names an unknown initialization pass or parameter, with the nearest name, or a wrong value.
  public static func preparation(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any InitializationPass {
    try table.item(description, in: vocabulary)
  }
}

extension InitializationPass {
  public static var prototypes: [any Named] { InitializationPasses.table.items }
}
