extension TableFormat {
  /// The kind of a table's column, where it is specified and not detected.
  public enum ColumnKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A quantity: cells that are no numbers are missing.
    case number
    /// Texts or codes of which each stands for itself, however many there are.
    case category
    /// Dates: cells that are none are missing.
    case date
    /// Free text, which isn't read.
    case text
    /// A column that identifies rows and says nothing of them: not an input.
    case id
    /// No input.
    case out
  }
}

/// The format of one column, so that new data is read as the training data was. Properties that are nil are detected.
package struct ColumnFormat: Equatable, Hashable, Sendable, Codable {
  package var kind: TableFormat.ColumnKind?
  /// A Boolean value that indicates whether a person specified the kind of column; it was detected otherwise.
  package var isAsked: Bool?
  /// The order of day and month that numbers in dates have.
  package var dateOrder: TableFormat.DateOrder?
  package var numberStyle: TableFormat.NumberStyle?
  /// The word that stands for a missing value among numbers or dates.
  package var missingText: String?
  /// The unit behind its numbers, as in `5 kg`.
  package var unit: String?
  /// A Boolean value that indicates whether it has codes: whole numbers with zeros before them, or of more digits than a double holds.
  package var hasCodes: Bool?

  package init() {}

  package init(asked kind: TableFormat.ColumnKind) { (self.kind, isAsked) = (kind, true) }

  /// A Boolean value that indicates whether nothing is known that a reader wouldn't find out.
  var isPlain: Bool { self == ColumnFormat() }

  /// The kind that a person gave; nil where it was found out.
  var asked: TableFormat.ColumnKind? { isAsked == true ? kind : nil }
}
