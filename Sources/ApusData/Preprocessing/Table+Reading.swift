public import ApusCore

extension Table {
  /// Reads a table from a CSV or TSV file, or of records of JSON: plain, gzipped, or alone in a zip archive.
  ///
  /// Delimiter, header, types and the way numbers are written are found out from the whole file where
  /// `format` leaves them open, and said where they are not plain. Lines without content are skipped, and a
  /// row that is too short ends in missing values, which is noted.
  ///
  /// - Parameter path: a path, or `-` for standard input.
  /// - Throws: an error with the row and the column, if the file cannot be read, is binary, has no
  ///   rows, has a row with more fields than the header, or has a quote that is never closed.
  public static func read(_ path: String, format: TableFormat = TableFormat()) throws(ApusError) -> Table {
    try TableFile(FileBytes.open(path)).table(format)
  }

  /// Reads a table from a CSV or TSV file, as ``read(_:format:)``.
  public init(contentsOf path: String, format: TableFormat = TableFormat()) throws(ApusError) {
    self = try Table.read(path, format: format)
  }

  /// The table with columns read as what is said of them; for tables that come from no text.
  ///
  /// - Throws: when a column is not there.
  func reading(as columns: [String: TableFormat.ColumnKind]) throws(ApusError) -> Table {
    guard !columns.isEmpty else { return self }
    var table = self
    table.stored = nil
    let formats = try TableFormat(columns: columns).columnFormats(
      self.columns.map(\.name), hasHeader: hasHeader, name: name)
    for (index, format) in formats.enumerated() {
      switch format.asked {
      case .category, .text, .date, .id: table.columns[index] = self.columns[index].asTexts()
      case .number:
        let numbers = ColumnReading(self, index).numbers(&table.notes)
        table.columns[index].cells = .numbers(StoredValues(numbers))
      case .out, nil: break
      }
      table.columns[index].format = format
    }
    return table
  }

  /// Returns the task of predicting the table's target from its other columns.
  ///
  /// - Parameters: as of ``TableSchema/infer(_:target:labels:weights:task:leaveOut:readsTexts:)``.
  public func task(
    target: String? = nil, labels: LabelRequest? = nil, weights: String? = nil, task: LearningTask? = nil,
    leaveOut: [String] = []
  ) throws(ApusError) -> TableTask {
    try TableTask(
      self, target: target, labels: labels, weights: weights, task: task, leaveOut: leaveOut)
  }

  /// Returns the task of predicting several columns from the others: labels, each of which may apply to a
  /// row, or numbers, each scaled on its own. Rows that lack one of them are left out.
  ///
  /// ```swift
  /// let task = try Table(contentsOf: "fish.csv").task(targets: ["Weight", "Height"])
  /// ```
  ///
  /// - Throws: as ``task(target:labels:weights:task:leaveOut:)``; for columns of which some are labels and some numbers.
  public func task(
    targets: [String], weights: String? = nil, task: LearningTask? = nil, leaveOut: [String] = []
  ) throws(ApusError) -> TableTask {
    try self.task(labels: LabelRequest(columns: targets), weights: weights, task: task, leaveOut: leaveOut)
  }

  /// Reads a table from text in memory.
  public static func parse(
    _ text: some Collection<UInt8>, name: String, format: TableFormat = TableFormat()
  ) throws(ApusError) -> Table {
    try TableFile(FileBytes.copy(of: text, name: name)).table(format)
  }
}
