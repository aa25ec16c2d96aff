/// How a text file holds a table. What is nil is found out from the file.
public struct TableFormat: Equatable, Hashable, Sendable, Codable {
  /// Whether the first row holds the columns' names.
  public var hasHeader: Bool?
  /// What stands between two fields: `","`, `";"`, `"\t"`, `"|"` or `" "` (any run of blanks).
  public var delimiter: String?
  /// How numbers are written.
  public var numberStyle: NumberStyle?
  /// The texts that mean "no value", beside empty fields; upper and lower case are the same.
  public var missingTexts: [String]
  /// Columns that are text though they look like numbers (postal codes, say), by name.
  public var textColumns: [String]
  /// Names that are expected in the header; they help to tell a header from a row.
  public var expectedNames: [String]

  public init(
    hasHeader: Bool? = nil, delimiter: String? = nil, numberStyle: NumberStyle? = nil,
    missingTexts: [String] = TableFormat.usualMissingTexts, textColumns: [String] = [],
    expectedNames: [String] = []
  ) {
    self.hasHeader = hasHeader
    self.delimiter = delimiter
    self.numberStyle = numberStyle
    self.missingTexts = missingTexts
    self.textColumns = textColumns
    self.expectedNames = expectedNames
  }

  /// What people and programs write where a value is missing.
  public static let usualMissingTexts = ["?", "NA", "N/A", "#N/A", "<NA>", "NaN", "NaT", "NULL", "nil"]
}
