public import ApusCore

/// The ensemble methods that configurations can name.
public enum EnsembleMethods {
  public static let table = NameTable<any EnsembleMethod>(
    "ensemble",
    [
      SeedEnsemble(), SnapshotEnsemble(), CheckpointAverage(), MovingAverage(), Restarts(),
    ],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the method of a name, or of a name with parameters.
  ///
  /// - Parameter vocabulary: those of your own, besides those of the table.
  /// - Throws: an error that names an unknown ensemble or parameter, with the nearest name, or a wrong value.
  public static func method(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any EnsembleMethod {
    try table.item(description, in: vocabulary)
  }
}

extension EnsembleMethod {
  public static var prototypes: [any Named] { EnsembleMethods.table.items }
}
