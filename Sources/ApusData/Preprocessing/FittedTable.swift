public import ApusCore

/// The encoding of a table's inputs and targets, fitted to its training rows and to no others.
public struct FittedTable: Sendable, Equatable {
  /// The mapping from rows to a network's inputs.
  public var preprocessing: TablePreprocessing
  /// The targets, and how they became numbers.
  public var targets: TargetEncoding
  /// Notes for the user, as sentences.
  public var notes: [String]

  /// The rows of a table as inputs and targets.
  ///
  /// - Throws: an error with the place, when a column that the inputs need is not there or a target cannot be read.
  public func apply(to table: Table, readsTargets: Bool = true) throws(ApusError) -> FittedTable.Encoded {
    try preprocessing.apply(to: table, targets: targets, readsTargets: readsTargets)
  }
}
