public import ApusCore

/// The augmentations that configurations can name.
public enum Augmentations {
  public static let table = NameTable<any Augmentation>(
    "augmentation",
    [
      RandomCrop(), Shift(), HorizontalFlip(), Affine(), Cutout(),
    ],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the augmentation of a name, or of a name with parameters.
  ///
  /// - Parameter vocabulary: those of your own, besides those of the table.
  /// - Throws: an error that names an unknown augmentation or parameter, with the nearest name, or a wrong value.
  public static func augmentation(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any Augmentation {
    try table.item(description, in: vocabulary)
  }
}

extension Augmentation {
  public static var prototypes: [any Named] { Augmentations.table.items }
}
