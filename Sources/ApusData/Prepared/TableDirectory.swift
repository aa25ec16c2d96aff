import ApusCore

/// The columns of a table in a prepared file.
struct TableDirectory: Codable {
  struct Column: Codable {
    var name: String
    /// Left out where it has a name of its own.
    var isUnnamed: Bool?
    /// Where the cells begin: doubles, or the numbers of texts where there are ``texts``.
    var offset: Int
    var texts: Texts?
    var format: ColumnFormat?
    var strays: [Stray]?
    var strayCount: Int?
  }

  /// A column's different texts, by number.
  struct Texts: Codable {
    var count: Int
    /// Where the end of each stands, 64-bit numbers; the texts themselves follow without anything between.
    var offset: Int
    var bytes: Int
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

  /// Writes the texts of a table whose cells are in the file.
  ///
  /// - Throws: when the file cannot be written.
  init(_ table: Table, in file: RegionFile, _ stored: Table.StoredFacts) throws(ApusError) {
    (rows, hasHeader, notes, self.stored) = (table.rowCount, table.hasHeader, table.notes, stored)
    columns = []
    for column in table.columns {
      var entry: Column
      switch column.cells {
      case .numbers(let numbers): entry = Column(name: column.name, offset: numbers.fileOffset ?? 0)
      case .texts(let codes, let values):
        entry = Column(name: column.name, offset: codes.fileOffset ?? 0)
        entry.texts = try Self.write(values, to: file)
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

  private static func write(_ values: [String], to file: RegionFile) throws(ApusError) -> Texts {
    var (ends, length) = ([UInt8](), 0)
    ends.reserveCapacity(values.count * 8)
    for value in values {
      length += value.utf8.count
      withUnsafeBytes(of: UInt64(length).littleEndian) { ends.append(contentsOf: $0) }
    }
    let offset = file.reserve(ends.count + length)
    try file.write(ends, at: offset)
    var (at, piece) = (offset + ends.count, [UInt8]())
    for value in values {
      piece.append(contentsOf: value.utf8)
      if piece.count >= 1 << 20 {
        try file.write(piece, at: at)
        at += piece.count
        piece.removeAll(keepingCapacity: true)
      }
    }
    try file.write(piece, at: at)
    return Texts(count: values.count, offset: offset, bytes: length)
  }

  /// The table, with its cells in the file.
  ///
  /// - Throws: an error that names the file when it is damaged.
  func table(_ file: FileBytes) throws(ApusError) -> Table {
    func require(_ condition: Bool, _ why: String) throws(ApusError) {
      guard condition else { throw PreparedFile.damaged(file, why) }
    }
    func contains(_ offset: Int, _ count: Int, _ stride: Int) -> Bool {
      offset >= 0 && offset % stride == 0 && count >= 0 && count <= file.count / stride
        && offset <= file.count - count * stride
    }
    try require(rows > 0 && !columns.isEmpty, "it has no rows")
    var read: [Table.Column] = []
    for entry in columns {
      let cells: Table.Column.Cells
      if let texts = entry.texts {
        try require(
          contains(entry.offset, rows, 4) && contains(texts.offset, texts.count, 8)
            && contains(texts.offset + texts.count * 8, texts.bytes, 1),
          "column \"\(entry.name)\" lies outside the file")
        let codes = ColumnValues<Int32>(file, offset: entry.offset, count: rows)
        let values = Self.values(file, texts)
        try require(values != nil, "the texts of column \"\(entry.name)\" are none")
        let (count, all) = (Int32(clamping: texts.count), values ?? [])
        try require(
          codes.allSatisfy { $0 >= -1 && $0 < count }, "column \"\(entry.name)\" has texts that there aren't")
        cells = .texts(codes: codes, values: all)
      } else {
        try require(contains(entry.offset, rows, 8), "column \"\(entry.name)\" lies outside the file")
        cells = .numbers(ColumnValues(file, offset: entry.offset, count: rows))
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

  /// - Returns: nil where the bytes are no texts.
  private static func values(_ file: FileBytes, _ texts: Texts) -> [String]? {
    file.withBytes { bytes in
      var values: [String] = []
      values.reserveCapacity(texts.count)
      let first = texts.offset + texts.count * 8
      var start = 0
      for index in 0..<texts.count {
        let end = UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: texts.offset + index * 8, as: UInt64.self))
        guard end >= UInt64(start), end <= UInt64(texts.bytes),
          let text = String(
            validating: UnsafeRawBufferPointer(rebasing: bytes[(first + start)..<(first + Int(end))]),
            as: UTF8.self)
        else { return nil }
        values.append(text)
        start = Int(end)
      }
      return values
    }
  }
}
