public import ApusCore

/// The initializers that configurations can name.
public enum Initializers {
  public static let table = NameTable<any Initializer>(
    "initializer",
    [
      Zeros(), Ones(), ConstantValue(), Normal(), TruncatedNormal(), Uniform(), XavierUniform(),
      XavierNormal(), HeUniform(), HeNormal(), Orthogonal(), RandomWalk(),
    ],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the initializer of a name, or of a name with parameters.
  ///
  /// - Parameter vocabulary: those of your own, besides those of the table.
  /// - Throws: an error that names an unknown initializer or parameter, with the nearest name, or a wrong value.
  public static func initializer(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any Initializer {
    try table.item(description, in: vocabulary)
  }
}

extension Initializer {
  public static var prototypes: [any Named] { Initializers.table.items }
}
