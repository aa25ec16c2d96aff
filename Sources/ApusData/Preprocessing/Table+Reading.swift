public import ApusCore

extension Table {
  /// Reads a table from a CSV or TSV file, plain or gzipped.
  ///
  /// Delimiter, header, types and the way numbers are written are found out from the file where
  /// `format` leaves them open (MISSION I). Lines without content are skipped, and a row that is too
  /// short ends in missing values, which is noted.
  ///
  /// - Parameter path: a path, or `-` for standard input.
  /// - Throws: an error with the row and the column, if the file cannot be read, is binary, has no
  ///   rows, has a row with more fields than the header, or has a quote that is never closed.
  public static func read(_ path: String, format: TableFormat = TableFormat()) throws(ApusError) -> Table {
    try read(FileBytes.open(path), format: format)
  }

  /// The same from bytes that are read already.
  static func read(_ file: FileBytes, format: TableFormat) throws(ApusError) -> Table {
    if file.withBytes({ Gzip.isGzip($0) }) {
      return try parse(Gzip.inflateAll(file), name: file.name, format: format)
    }
    return try TableReader.read(file, name: file.name, format: format)
  }

  /// Reads a table from a CSV or TSV file, as ``read(_:format:)``.
  public init(contentsOf path: String, format: TableFormat = TableFormat()) throws(ApusError) {
    self = try Table.read(path, format: format)
  }

  /// What is to be predicted of the table from what.
  ///
  /// - Parameters: as of ``TableSchema/infer(_:target:labels:weights:task:leaveOut:readsTexts:)``.
  public func task(
    target: String? = nil, labels: LabelRequest? = nil, weights: String? = nil, task: LearningTask? = nil,
    leaveOut: [String] = []
  ) throws(ApusError) -> TableTask {
    try TableTask(
      self, target: target, labels: labels, weights: weights, task: task, leaveOut: leaveOut)
  }

  /// Reads a table from text in memory.
  public static func parse(
    _ text: some Collection<UInt8>, name: String, format: TableFormat = TableFormat()
  ) throws(ApusError) -> Table {
    try TableReader.read(FileBytes.copy(of: text, name: name), name: name, format: format)
  }
}
