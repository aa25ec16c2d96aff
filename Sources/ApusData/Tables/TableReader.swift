import ApusCore

/// One walk over a file's rows, typed by what its beginning looks like; then the whole file decides what each column is,
/// and a second walk reads those again that turn out to be something else.
struct TableReader {
  /// The way in which a column's cells are read in a pass.
  enum Kind: Equatable {
    case number(mark: UInt8)
    case text, skip
  }

  /// The findings of a pass.
  struct Pass {
    var columns: [RawColumn]
    var rowCount = 0
    var shortRows: [Int] = []
    var shortRowCount = 0
    var remarkCount = 0
    var emptyLineCount = 0
    /// The first cell that is not UTF-8.
    var invalid: (row: Int, column: Int)?
  }

  static let keptExamples = 5

  let file: FileBytes
  let name: String
  let format: TableFormat
  let dialect: TableDialect
  let formats: [ColumnFormat]
  private let missing: MissingTexts
  /// The file for the columns' cells; nil for memory.
  private let store: ColumnStore?
  private let watch: Watch?

  /// Called with the part of the file that is read, now and then; it ends the reading by throwing.
  typealias Watch = (_ pass: Int, _ part: Double) throws(ApusError) -> Void

  /// - Parameter output: the file for the columns' cells, which need not fit in memory then; nil for memory.
  static func read(
    _ file: FileBytes, name: String, format: TableFormat, into output: RegionFile? = nil, watch: Watch? = nil
  ) throws(ApusError) -> Table {
    try TableDialect.checkIsText(file, format, name: name)
    var file = file
    if let delimiter = format.delimiter, delimiter.utf8.count > 1, delimiter.count == 1 {
      file = file.replacing(Array(delimiter.utf8), by: TableDialect.standIn)
    }
    let isSampleText = file.withBytes {
      String(validating: TableSample.bytes(of: $0), as: UTF8.self) != nil
    }
    if isSampleText,
      let table = try TableReader(file, name: name, format: format, output, watch).table()
    {
      return table
    }
    guard let converted = TextEncoding.fromWindows1252(file) else {
      // Says where.
      _ = try TableReader(file, name: name, format: format, nil, nil).table(isLast: true)
      throw Self.notText(name)
    }
    guard
      var table = try TableReader(converted, name: name, format: format, output, watch).table(isLast: true)
    else {
      throw Self.notText(name)
    }
    table.notes.insert(TextEncoding.windows1252Note, at: 0)
    return table
  }

  private init(
    _ file: FileBytes, name: String, format: TableFormat, _ output: RegionFile?, _ watch: Watch?
  ) throws(ApusError) {
    // What an earlier reading in another encoding has left.
    output?.reset()
    store = output.map { ColumnStore(file: $0, mostRows: file.lineCount) }
    self.watch = watch
    self.file = file
    self.name = name
    self.format = format
    missing = MissingTexts(format.missingTexts)
    let dialect = try file.withBytes { (bytes) throws(ApusError) in
      let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      return try TableDialect(of: bytes, from: start, format: format, name: name)
    }
    self.dialect = dialect
    formats = try format.columnFormats(dialect.names, hasHeader: dialect.hasHeader, name: name)
  }

  /// - Parameter isLast: whether bytes that are no UTF-8 are an error.
  /// - Returns: nil where there are such bytes, and another encoding may be tried.
  private func table(isLast: Bool = false) throws(ApusError) -> Table? {
    var first = try pass(1, dialect.names.indices.map(firstKind))
    if let place = first.invalid {
      guard isLast else { return nil }
      throw Self.notText(self.place(place.row, place.column))
    }
    guard first.rowCount > 0 else {
      throw ApusError(
        "the file has a header but no rows", at: name, expected: "at least one row below the header")
    }
    var notes = dialect.notes
    note(first, &notes)
    let votes = first.columns.map { $0.votes() }
    var columns = ColumnDecision(
      names: dialect.names, formats: formats, format: format, delimiter: dialect.delimiter,
      hasHeader: dialect.hasHeader, rowCount: first.rowCount, votes: votes, store: store)
    var again = [Kind](repeating: .skip, count: dialect.names.count)
    for index in dialect.names.indices {
      // The column leaves the walk, so that its cells aren't copied.
      let raw = first.columns[index]
      first.columns[index] = RawColumn(.skip)
      if let kind = try columns.decide(raw, index) { again[index] = kind }
    }
    if again.contains(where: { $0 != .skip }) {
      var second = try pass(2, again)
      for index in again.indices where again[index] != .skip {
        let raw = second.columns[index]
        second.columns[index] = RawColumn(.skip)
        try columns.finish(raw, index)
      }
    }
    notes += columns.allNotes
    var table = try Table(name: name, columns: columns.columns, hasHeader: dialect.hasHeader, notes: notes)
    for index in dialect.unnamed { table.columns[index].isUnnamed = true }
    return table
  }

  private func firstKind(_ index: Int) -> Kind {
    let format = formats[index]
    switch format.kind {
    case .category, .date, .text, .id: return .text
    case .number: return .number(mark: (self.format.numberStyle ?? dialect.style).mark)
    case .out, nil: break
    }
    return dialect.looksNumeric[index] ? .number(mark: dialect.style.mark) : .text
  }

  // MARK: Rows

  private func pass(_ walk: Int, _ kinds: [Kind]) throws(ApusError) -> Pass {
    let width = kinds.count
    var pass = Pass(columns: kinds.map { RawColumn($0, in: store) })
    let expectedRows = (file.count / (dialect.sampleBytes / dialect.sampleRows + 1) + 1) * 17 / 16
    for column in kinds.indices where width * expectedRows < 1 << 33 {
      pass.columns[column].reserve(expectedRows)
    }
    // Numbers are gathered in a block of rows before they move to their columns: the inner loop then
    // writes to plain memory.
    let blockRows = max(1, min(1024, (1 << 20) / width))
    let block = UnsafeMutableBufferPointer<Double>.allocate(capacity: width * blockRows)
    defer { block.deallocate() }
    let tallies = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: width)
    tallies.initialize(repeating: 0)
    defer { tallies.deallocate() }
    try file.withBytes { (bytes) throws(ApusError) in
      try readRows(walk, bytes, kinds, block, blockRows, tallies, &pass)
    }
    for column in kinds.indices {
      pass.columns[column].addTally(tallies[column])
      try pass.columns[column].finish()
    }
    return pass
  }

  private func readRows(
    _ walk: Int, _ bytes: UnsafeRawBufferPointer, _ kinds: [Kind],
    _ block: UnsafeMutableBufferPointer<Double>, _ blockRows: Int,
    _ tallies: UnsafeMutableBufferPointer<UInt64>, _ pass: inout Pass
  ) throws(ApusError) {
    let width = kinds.count
    let delimiter = dialect.delimiter
    var scanner = FieldScanner(bytes, from: dialect.body, delimiter: delimiter, quotes: dialect.quotes)
    let fileStart = scanner.position - dialect.body
    scanner.skipEmptyLines()
    var row = 0
    var blockRow = 0
    var sinceRelease = 0
    while !scanner.isAtEnd {
      if scanner.position.pointee == FieldScanner.Byte.hash, scanner.fieldCount() != width {
        scanner.skipLine()
        pass.remarkCount += 1
        pass.emptyLineCount += scanner.skipEmptyLines()
        continue
      }
      var column = 0
      repeat {
        guard column < width else {
          try checkSurplus(scanner.nextField(), row: row, column: column)
          column += 1
          continue
        }
        switch kinds[column] {
        case .number(let mark):
          scanner.skipBlanks()
          let cell = column &* blockRows &+ blockRow
          // Where one byte is both delimiter and decimal mark, only quoted fields hold it as the latter.
          if let result = DecimalParser.parse(
            scanner.position, scanner.end, decimalMark: mark == delimiter ? 0 : mark),
            scanner.isAtFieldEnd(result.end)
          {
            block[cell] = result.value
            scanner.position = result.end
            tallies[column] &+= result.traits.tally
            if !result.traits.isDisjoint(with: .ofCodes) { pass.columns[column].add(result.traits) }
          } else {
            block[cell] = number(scanner.nextField(), mark, row, column, &pass)
          }
        case .text: appendText(scanner.nextField(), row, column, &pass)
        case .skip: _ = scanner.nextField()
        }
        column += 1
      } while scanner.finishField()
      if scanner.openQuote != nil {
        throw ApusError(
          "a quote is opened and never closed", at: place(row, column - 1), fix: "close it, or double it")
      }
      if column < width {
        pass.shortRowCount += 1
        if pass.shortRows.count < Self.keptExamples { pass.shortRows.append(row) }
        for rest in column..<width {
          switch kinds[rest] {
          case .number: block[rest * blockRows + blockRow] = .nan
          case .text: pass.columns[rest].append(-1)
          case .skip: break
          }
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
          try watch?(walk, Double(scanner.position - fileStart) / Double(bytes.count))
        }
      }
      pass.emptyLineCount += scanner.skipEmptyLines()
    }
    flush(block, blockRows, blockRow, kinds, &pass)
    pass.rowCount = row
  }

  private func flush(
    _ block: UnsafeMutableBufferPointer<Double>, _ blockRows: Int, _ rows: Int, _ kinds: [Kind],
    _ pass: inout Pass
  ) {
    for (column, kind) in kinds.enumerated() {
      guard case .number = kind else { continue }
      pass.columns[column].append(block[column * blockRows..<column * blockRows + rows])
    }
  }

  // MARK: Fields

  /// A cell of a column of numbers that is not just a number: quoted, missing, or a text to be judged with all others.
  @inline(never)
  private func number(
    _ field: FieldScanner.Field, _ mark: UInt8, _ row: Int, _ column: Int, _ pass: inout Pass
  ) -> Double {
    if field.bytes.isEmpty { return .nan }
    if let result = DecimalParser.parseWhole(field.bytes, mark: mark) {
      pass.columns[column].addTally(result.traits.tally)
      pass.columns[column].add(result.traits)
      return result.value
    }
    if missing.contains(field.bytes) { return .nan }
    guard let code = code(of: field, row, column, &pass) else { return .nan }
    return OddCell.number(code)
  }

  private func appendText(_ field: FieldScanner.Field, _ row: Int, _ column: Int, _ pass: inout Pass) {
    guard !field.bytes.isEmpty, !missing.contains(field.bytes) else {
      pass.columns[column].append(-1)
      return
    }
    pass.columns[column].append(code(of: field, row, column, &pass) ?? -1)
  }

  private func code(
    of field: FieldScanner.Field, _ row: Int, _ column: Int, _ pass: inout Pass
  ) -> Int32? {
    let code =
      field.hasEscapes
      ? field.plainBytes().withUnsafeBufferPointer { pass.columns[column].texts.code(of: $0) }
      : pass.columns[column].texts.code(of: field.bytes)
    if code == nil, pass.invalid == nil { pass.invalid = (row, column) }
    return code
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

  // MARK: Messages

  private static func notText(_ place: String) -> ApusError {
    ApusError(
      "holds bytes that are no text in UTF-8, UTF-16 or Windows-1252: a binary file, or another encoding",
      at: place, expected: "UTF-8", fix: "convert it with iconv, say: iconv -f shift-jis -t utf-8")
  }

  private func place(_ row: Int, _ column: Int? = nil) -> String {
    let text = "\(name), row \(row + 1)"
    guard let column, dialect.names.indices.contains(column) else { return text }
    return "\(text), column \(column + 1)" + (dialect.hasHeader ? " \"\(dialect.names[column])\"" : "")
  }

  private func note(_ pass: Pass, _ notes: inout [String]) {
    if pass.remarkCount > 0 {
      notes.append(
        pass.remarkCount == 1
          ? "1 line that begins with # and is no row is left out"
          : "\(pass.remarkCount) lines that begin with # and are no rows are left out")
    }
    if pass.emptyLineCount > 0, dialect.names.count == 1 {
      notes.append(
        "\(counted(pass.emptyLineCount, "empty line")) between the rows \(pass.emptyLineCount == 1 ? "is" : "are") left out"
      )
    }
    guard pass.shortRowCount > 0 else { return }
    let rows = pass.shortRows.map { String($0 + 1) }.joined(separator: ", ")
    let more = pass.shortRowCount > pass.shortRows.count ? ", …" : ""
    notes.append(
      "\(counted(pass.shortRowCount, "row")) with fewer fields than the \(dialect.hasHeader ? "header" : "widest row") "
        + "(row \(rows)\(more)); the rest is missing")
  }
}
