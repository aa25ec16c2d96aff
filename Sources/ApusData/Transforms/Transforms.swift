public import ApusCore

/// The transforms that configurations can name.
public enum Transforms {
  public static let table = NameTable<any Transform>(
    "transform",
    [
      Polynomial(), PCA(),
    ],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the transform of a name, or of a name with parameters.
  ///
  /// - Parameter vocabulary: those of your own, besides those of the table.
  /// - Throws: an error that names an unknown transform or parameter, with the nearest name, or a wrong value.
  public static func transform(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any Transform {
    try table.item(description, in: vocabulary)
  }
}

extension Transform {
  public static var prototypes: [any Named] { Transforms.table.items }
}
