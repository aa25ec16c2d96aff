import ApusCore

/// The format in which a text file holds a table. Properties that are nil are detected from the file.
public struct TableFormat: Equatable, Hashable, Sendable, Codable {
  /// A Boolean value that indicates whether the first row holds the columns' names.
  public var hasHeader: Bool?
  /// The delimiter between two fields: any single character; `" "` is any run of blanks.
  public var delimiter: String?
  /// The style in which numbers are written.
  public var numberStyle: TableFormat.NumberStyle?
  /// The order of day and month in dates such as 3/4/2024; dates that begin with the year are read whatever it is.
  public var dateOrder: TableFormat.DateOrder?
  /// The texts that mean "no value", beside empty fields; upper and lower case are the same.
  public var missingTexts: [String]
  /// The kinds of columns, by name or by number from 1; the others' kinds are detected.
  public var columns: [String: TableFormat.ColumnKind]
  /// Names that are expected in the header; they help to tell a header from a row.
  public var expectedNames: [String]
  /// The formats of columns in training, by name; without names by number, in files of ``knownWidth`` columns.
  package var known: [String: ColumnFormat] = [:]
  package var knownWidth: Int?

  public init(
    hasHeader: Bool? = nil, delimiter: String? = nil, numberStyle: TableFormat.NumberStyle? = nil,
    dateOrder: TableFormat.DateOrder? = nil, missingTexts: [String] = TableFormat.defaultMissingTexts,
    columns: [String: TableFormat.ColumnKind] = [:], expectedNames: [String] = []
  ) {
    self.hasHeader = hasHeader
    self.delimiter = delimiter
    self.numberStyle = numberStyle
    self.dateOrder = dateOrder
    self.missingTexts = missingTexts
    self.columns = columns
    self.expectedNames = expectedNames
  }

  /// The texts that people and programs write where a value is missing.
  public static let defaultMissingTexts = ["?", "NA", "N/A", "#N/A", "<NA>", "NaN", "NaT", "NULL", "nil"]

  /// Returns the known format of each column: what was asked overrides what training saw.
  ///
  /// - Throws: when a column is asked for that is not there, or twice.
  func columnFormats(
    _ names: [String], hasHeader: Bool, name file: String
  ) throws(ApusError) -> [ColumnFormat] {
    let knowsWidth = hasHeader || knownWidth == nil || knownWidth == names.count
    var formats = names.map { knowsWidth ? known[$0] ?? ColumnFormat() : ColumnFormat() }
    var asked: Set<Int> = []
    for (column, kind) in columns.sorted(by: { $0.key < $1.key }) {
      let index = names.firstIndex(of: column) ?? Int(column).map { $0 - 1 } ?? -1
      guard names.indices.contains(index) else {
        throw ApusError(
          "there is no column \"\(column)\"", at: file,
          expected: hasHeader ? nil : "a number from 1 to \(names.count), as the file has no header",
          fix: hasHeader ? Spelling.fix(for: column, in: names) : nil)
      }
      guard asked.insert(index).inserted else {
        throw ApusError("what column \"\(names[index])\" is is said twice", at: file, fix: "say it once")
      }
      formats[index] = ColumnFormat(asked: kind)
    }
    return formats
  }
}
