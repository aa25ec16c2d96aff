public import ApusCore

/// What was fitted to a table's training rows, and to no others.
public struct FittedTable: Sendable, Equatable {
  /// How rows become a network's inputs.
  public var preprocessing: TablePreprocessing
  /// What the targets are, and how they became numbers.
  public var targets: TargetEncoding
  /// What was noticed, as sentences for the user.
  public var notes: [String]

  /// The rows of a table as inputs and targets.
  ///
  /// - Throws: as ``TablePreprocessing/apply(to:targets:readsTargets:)``.
  public func apply(to table: Table, readsTargets: Bool = true) throws(ApusError) -> EncodedTable {
    try preprocessing.apply(to: table, targets: targets, readsTargets: readsTargets)
  }
}
