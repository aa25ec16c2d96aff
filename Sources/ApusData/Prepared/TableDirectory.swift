import ApusCore

/// The columns of a table in a prepared file.
struct TableDirectory: Codable {
  struct Column: Codable {
    var name: String
    /// Left out where it has a name of its own.
    var isUnnamed: Bool?
    /// Where the cells begin: doubles, or the numbers of texts where there are ``texts``.
    var offset: Int
    var texts: PreparedTexts?
    var format: ColumnFormat?
    var strays: [Stray]?
    var strayCount: Int?
  }

  struct Stray: Codable {
    var row: Int
    var text: String
  }

  var rows: Int
  var hasHeader: Bool
  var columns: [Column]
  var notes: [String]
  var stored: Table.StoredFacts

  /// Writes what of a table isn't in the file yet: its texts, and cells that are in memory.
  ///
  /// - Throws: when the file cannot be written.
  init(_ table: Table, in file: RegionFile, _ stored: Table.StoredFacts) throws(ApusError) {
    (rows, hasHeader, notes, self.stored) = (table.rowCount, table.hasHeader, table.notes, stored)
    columns = []
    for column in table.columns {
      var entry: Column
      switch column.cells {
      case .numbers(let numbers):
        entry = Column(name: column.name, offset: try file.offset(of: numbers))
      case .texts(let codes, let values):
        entry = Column(name: column.name, offset: try file.offset(of: codes))
        entry.texts = try PreparedTexts(values, in: file)
      }
      if column.isUnnamed { entry.isUnnamed = true }
      if !column.format.isPlain { entry.format = column.format }
      if column.strayCount > 0 {
        entry.strays = column.strays.map { Stray(row: $0.row, text: $0.text) }
        entry.strayCount = column.strayCount
      }
      columns.append(entry)
    }
  }

  /// The same of a table of whose rows nothing is known.
  init(_ table: Table, in file: RegionFile) throws(ApusError) {
    try self.init(
      table, in: file,
      Table.StoredFacts(fingerprint: table.fingerprint(), duplicateRows: table.duplicateRowCount()))
  }

  /// The table, with its cells in the file.
  ///
  /// - Throws: an error that names the file when it is damaged.
  func table(_ file: FileBytes) throws(ApusError) -> Table {
    func require(_ condition: Bool, _ why: String) throws(ApusError) {
      guard condition else { throw PreparedFile.damaged(file, why) }
    }
    try require(rows > 0 && !columns.isEmpty, "it has no rows")
    var read: [Table.Column] = []
    for entry in columns {
      let cells: Table.Column.Cells
      if let texts = entry.texts {
        try require(
          PreparedFile.contains(file, entry.offset, rows, 4),
          "column \"\(entry.name)\" lies outside the file")
        let codes = StoredValues<Int32>(file, offset: entry.offset, count: rows)
        let values = texts.values(in: file)
        try require(values != nil, "the texts of column \"\(entry.name)\" are none")
        let (count, all) = (Int32(clamping: texts.count), values ?? [])
        try require(
          codes.allSatisfy { $0 >= -1 && $0 < count }, "column \"\(entry.name)\" has texts that there aren't")
        cells = .texts(codes: codes, values: all)
      } else {
        try require(
          PreparedFile.contains(file, entry.offset, rows, 8), "column \"\(entry.name)\" lies outside the file"
        )
        cells = .numbers(StoredValues(file, offset: entry.offset, count: rows))
      }
      var column = Table.Column(name: entry.name, cells: cells)
      column.isUnnamed = entry.isUnnamed ?? false
      column.format = entry.format ?? ColumnFormat()
      column.strays = (entry.strays ?? []).map { Table.Column.Stray(row: $0.row, text: $0.text) }
      column.strayCount = entry.strayCount ?? 0
      read.append(column)
    }
    var table = try Table(name: file.name, columns: read, hasHeader: hasHeader, notes: notes)
    table.stored = stored
    file.expectAnyOrder()
    return table
  }
}
