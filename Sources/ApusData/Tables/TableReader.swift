import ApusCore

/// One walk over a file's rows, typed by what its beginning looks like, and a second one over the
/// columns that turn out to be text after all.
struct TableReader {
  private enum Kind {
    case number, text, skip
  }

  private struct Pass {
    var numbers: [[Double]]
    var texts: [TextColumnBuilder]
    var strays: [[TableColumn.Stray]]
    var strayCounts: [Int]
    var leadingZeros: [Int]
    var rowCount = 0
    var shortRows: [Int] = []
    var shortRowCount = 0
  }

  private static let keptStrays = 5

  private let file: FileBytes
  private let name: String
  private let format: TableFormat
  private let dialect: TableDialect
  private let missing: MissingTexts
  private let start: Int

  static func read(_ file: FileBytes, name: String, format: TableFormat) throws(ApusError) -> Table {
    try TableReader(file, name: name, format: format).table()
  }

  private init(_ file: FileBytes, name: String, format: TableFormat) throws(ApusError) {
    self.file = file
    self.name = name
    self.format = format
    missing = MissingTexts(format.missingTexts)
    let start = file.withBytes { $0.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }
    self.start = start
    dialect = try file.withBytes { (bytes) throws(ApusError) in
      try TableDialect(of: UnsafeRawBufferPointer(rebasing: bytes[start...]), format: format, name: name)
    }
  }

  private func table() throws(ApusError) -> Table {
    var notes = dialect.notes
    let first = try pass(dialect.looksNumeric.map { $0 ? .number : .text })
    guard first.rowCount > 0 else {
      throw ApusError(
        "the file has a header but no rows", at: name, expected: "at least one row below the header")
    }
    noteShortRows(first, &notes)
    var second: Pass?
    let turned = dialect.names.indices.filter { dialect.looksNumeric[$0] && isTextAfterAll(first, $0) }
    if !turned.isEmpty {
      var kinds = [Kind](repeating: .skip, count: dialect.names.count)
      for column in turned { kinds[column] = .text }
      second = try pass(kinds)
    }
    let isTurned = Set(turned)
    var columns: [TableColumn] = []
    columns.reserveCapacity(dialect.names.count)
    for (index, columnName) in dialect.names.enumerated() {
      var column: TableColumn
      if let second, isTurned.contains(index) {
        column = textColumn(columnName, second.texts[index])
        if first.strayCounts[index] == 0 {
          notes.append("\(title(index)) has numbers with leading zeros: codes, read as text")
        }
      } else if dialect.looksNumeric[index] {
        column = TableColumn(name: columnName, cells: .numbers(first.numbers[index]))
        column.strays = first.strays[index]
        column.strayCount = first.strayCounts[index]
      } else {
        column = textColumn(columnName, first.texts[index])
      }
      noteStrays(column, index, &notes)
      columns.append(column)
    }
    return try Table(name: name, columns: columns, hasHeader: dialect.hasHeader, notes: notes)
  }

  // MARK: Rows

  private func pass(_ kinds: [Kind]) throws(ApusError) -> Pass {
    let width = kinds.count
    var pass = Pass(
      numbers: [[Double]](repeating: [], count: width),
      texts: [TextColumnBuilder](repeating: TextColumnBuilder(), count: width),
      strays: [[TableColumn.Stray]](repeating: [], count: width),
      strayCounts: [Int](repeating: 0, count: width), leadingZeros: [Int](repeating: 0, count: width))
    let expectedRows = (file.count / (dialect.sampleBytes / dialect.sampleRows + 1) + 1) * 17 / 16
    for (column, kind) in kinds.enumerated() where width * expectedRows < 1 << 33 {
      if kind == .number { pass.numbers[column].reserveCapacity(expectedRows) }
      if kind == .text { pass.texts[column].reserve(expectedRows) }
    }
    // Numbers are gathered in a block of rows before they move to their columns: the inner loop then
    // writes to plain memory.
    let blockRows = max(1, min(1024, (1 << 20) / width))
    let block = UnsafeMutableBufferPointer<Double>.allocate(capacity: width * blockRows)
    defer { block.deallocate() }
    try file.withBytes { (bytes) throws(ApusError) in
      try readRows(bytes, kinds, block, blockRows, &pass)
    }
    return pass
  }

  private func readRows(
    _ bytes: UnsafeRawBufferPointer, _ kinds: [Kind], _ block: UnsafeMutableBufferPointer<Double>,
    _ blockRows: Int, _ pass: inout Pass
  ) throws(ApusError) {
    let width = kinds.count
    let delimiter = dialect.delimiter
    let style = dialect.style
    let mark = style.decimalMark.asciiValue ?? 0x2E
    // Where one byte is both delimiter and decimal mark, only quoted fields hold it as the latter.
    let fastMark = mark == delimiter ? 0 : mark
    var scanner = FieldScanner(bytes, from: start, delimiter: delimiter)
    let fileStart = scanner.position - start
    scanner.skipEmptyLines()
    if dialect.hasHeader {
      repeat { _ = scanner.nextField() } while scanner.finishField()
      scanner.skipEmptyLines()
    }
    var row = 0
    var blockRow = 0
    var sinceRelease = 0
    while !scanner.isAtEnd {
      var column = 0
      repeat {
        guard column < width else {
          try checkSurplus(scanner.nextField(), row: row, column: column)
          column += 1
          continue
        }
        switch kinds[column] {
        case .number:
          scanner.skipBlanks()
          let cell = column &* blockRows &+ blockRow
          if let result = DecimalParser.parse(scanner.position, scanner.end, decimalMark: fastMark),
            scanner.isAtFieldEnd(result.end)
          {
            block[cell] = result.value
            scanner.position = result.end
            if result.hasLeadingZero { pass.leadingZeros[column] += 1 }
          } else {
            block[cell] = number(scanner.nextField(), style, row, column, &pass)
          }
        case .text:
          try appendText(scanner.nextField(), row, column, &pass)
        case .skip:
          _ = scanner.nextField()
        }
        column += 1
      } while scanner.finishField()
      if scanner.openQuote != nil {
        throw ApusError(
          "a quote is opened and never closed", at: place(row, column - 1), fix: "close it, or double it")
      }
      if column < width {
        pass.shortRowCount += 1
        if pass.shortRows.count < Self.keptStrays { pass.shortRows.append(row) }
        for rest in column..<width {
          if kinds[rest] == .number { block[rest * blockRows + blockRow] = .nan }
          if kinds[rest] == .text { pass.texts[rest].appendMissing() }
        }
      }
      row += 1
      blockRow += 1
      if blockRow == blockRows {
        flush(block, blockRows, blockRow, kinds, &pass)
        blockRow = 0
        sinceRelease += blockRows * width
        if sinceRelease > 1 << 20 {
          file.releasePages(below: scanner.position - fileStart)
          sinceRelease = 0
        }
      }
      scanner.skipEmptyLines()
    }
    flush(block, blockRows, blockRow, kinds, &pass)
    pass.rowCount = row
  }

  private func flush(
    _ block: UnsafeMutableBufferPointer<Double>, _ blockRows: Int, _ rows: Int, _ kinds: [Kind],
    _ pass: inout Pass
  ) {
    for (column, kind) in kinds.enumerated() where kind == .number {
      pass.numbers[column].append(contentsOf: block[column * blockRows..<column * blockRows + rows])
    }
  }

  // MARK: Fields

  /// A cell of a column of numbers that is not just a number: quoted, grouped, missing or stray.
  @inline(never)
  private func number(
    _ field: FieldScanner.Field, _ style: NumberStyle, _ row: Int, _ column: Int, _ pass: inout Pass
  ) -> Double {
    if field.bytes.isEmpty { return .nan }
    if let result = DecimalParser.parseWhole(field.bytes, style) {
      if result.hasLeadingZero { pass.leadingZeros[column] += 1 }
      return result.value
    }
    if missing.contains(field.bytes) || field.bytes.allSatisfy({ $0 == 32 || $0 == 9 }) { return .nan }
    pass.strayCounts[column] += 1
    if pass.strays[column].count < Self.keptStrays {
      let text = String(decoding: field.plainBytes().prefix(40), as: UTF8.self)
      pass.strays[column].append(TableColumn.Stray(row: row, text: text))
    }
    return .nan
  }

  private func appendText(
    _ field: FieldScanner.Field, _ row: Int, _ column: Int, _ pass: inout Pass
  ) throws(ApusError) {
    if field.bytes.isEmpty || missing.contains(field.bytes) {
      pass.texts[column].appendMissing()
      return
    }
    let isText =
      field.hasDoubledQuotes
      ? field.plainBytes().withUnsafeBufferPointer { pass.texts[column].append($0) }
      : pass.texts[column].append(field.bytes)
    guard isText else {
      throw ApusError(
        "holds bytes that are not UTF-8 text: a binary file, or text in another encoding",
        at: place(row, column), expected: "UTF-8", fix: "convert it, say with: iconv -f latin1 -t utf-8")
    }
  }

  private func checkSurplus(_ field: FieldScanner.Field, row: Int, column: Int) throws(ApusError) {
    guard !field.bytes.isEmpty else { return }
    let width = dialect.names.count
    let text = String(decoding: field.plainBytes().prefix(40), as: UTF8.self)
    throw ApusError(
      "has a field number \(column + 1), \"\(text)\"",
      at: place(row), expected: "\(width) fields, as in the \(dialect.hasHeader ? "header" : "first rows")",
      fix: "put fields that contain the delimiter in quotes")
  }

  // MARK: Columns

  /// Few texts among many numbers are slips; more make a column of texts, and so do codes.
  private func isTextAfterAll(_ pass: Pass, _ column: Int) -> Bool {
    let strays = pass.strayCounts[column]
    if strays == 0 { return pass.leadingZeros[column] > 0 }
    return !Self.areSlips(strays, among: pass.numbers[column].count { !$0.isNaN })
  }

  private static func areSlips(_ strays: Int, among numbers: Int) -> Bool {
    strays * 20 <= numbers || (strays == 1 && numbers >= 8)
  }

  /// The texts, or numbers after all where the file's beginning was untypical.
  private func textColumn(_ name: String, _ builder: TextColumnBuilder) -> TableColumn {
    let (codes, values) = builder.finished()
    let texts = TableColumn(name: name, cells: .texts(codes: codes, values: values))
    guard !format.textColumns.contains(name), !values.isEmpty else { return texts }
    let parsed = values.map { DecimalParser.parse($0, dialect.style) }
    guard parsed.contains(where: { $0 != nil }),
      !values.contains(where: { $0.count > 3 && $0.hasPrefix("0") && !$0.contains(".") })
    else { return texts }
    var numberCount = 0
    var strays: [TableColumn.Stray] = []
    var strayCount = 0
    for (row, code) in codes.enumerated() where code >= 0 {
      if parsed[Int(code)] != nil {
        numberCount += 1
      } else {
        strayCount += 1
        if strays.count < Self.keptStrays {
          strays.append(TableColumn.Stray(row: row, text: values[Int(code)]))
        }
      }
    }
    guard strayCount == 0 || Self.areSlips(strayCount, among: numberCount) else { return texts }
    let numbers = codes.map { $0 < 0 ? .nan : parsed[Int($0)] ?? .nan }
    var column = TableColumn(name: name, cells: .numbers(numbers))
    column.strays = strays
    column.strayCount = strayCount
    return column
  }

  // MARK: Messages

  private func title(_ column: Int) -> String {
    dialect.hasHeader ? "column \(column + 1) \"\(dialect.names[column])\"" : "column \(column + 1)"
  }

  private func place(_ row: Int, _ column: Int? = nil) -> String {
    let text = "\(name), row \(row + 1)"
    return column.map { $0 < dialect.names.count ? "\(text), \(title($0))" : text } ?? text
  }

  private func noteStrays(_ column: TableColumn, _ index: Int, _ notes: inout [String]) {
    guard column.strayCount > 0 else { return }
    let examples = column.strays.map { "\"\($0.text)\" in row \($0.row + 1)" }.joined(separator: ", ")
    let more =
      column.strayCount > column.strays.count ? " and \(column.strayCount - column.strays.count) more" : ""
    notes.append("\(title(index)) is numbers, but holds \(examples)\(more); read as missing")
  }

  private func noteShortRows(_ pass: Pass, _ notes: inout [String]) {
    guard pass.shortRowCount > 0 else { return }
    let rows = pass.shortRows.map { String($0 + 1) }.joined(separator: ", ")
    let more = pass.shortRowCount > pass.shortRows.count ? ", …" : ""
    notes.append(
      "\(counted(pass.shortRowCount, "row")) with fewer fields than the \(dialect.hasHeader ? "header" : "widest row") "
        + "(row \(rows)\(more)); the rest is missing")
  }
}
