extension TableFormat {
  /// What a column of a table is read as, where that is said and not found out.
  public enum ColumnKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A quantity: cells that are no numbers are missing.
    case number
    /// Texts or codes of which each stands for itself, however many there are.
    case category
    /// Dates: cells that are none are missing.
    case date
    /// Free text, which isn't read.
    case text
    /// What tells rows apart and says nothing of them: no input.
    case id
    /// No input.
    case out
  }
}

/// How one column is written, so that new data is read as the training data was. What is nil is found out.
package struct ColumnFormat: Equatable, Hashable, Sendable, Codable {
  package var kind: TableFormat.ColumnKind?
  /// Whether a person said what the column is; it was found out otherwise.
  package var isAsked: Bool?
  /// The order of day and month that numbers in dates have.
  package var dateOrder: TableFormat.DateOrder?
  package var numberStyle: TableFormat.NumberStyle?
  /// The word that stands for a missing value among numbers or dates.
  package var missingText: String?
  /// Whether it has codes: whole numbers with zeros before them, or of more digits than a double holds.
  package var hasCodes: Bool?

  package init() {}

  package init(asked kind: TableFormat.ColumnKind) { (self.kind, isAsked) = (kind, true) }

  /// A Boolean value that indicates whether nothing is known that a reader wouldn't find out.
  var isPlain: Bool { self == ColumnFormat() }

  /// The kind that a person gave; nil where it was found out.
  var asked: TableFormat.ColumnKind? { isAsked == true ? kind : nil }
}
