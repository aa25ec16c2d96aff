import ApusCore

/// How a certain file holds its table: what the user said, and for the rest what the file's beginning shows.
struct TableDialect {
  var delimiter: UInt8
  var hasHeader: Bool
  var style: NumberStyle
  var names: [String]
  /// For each column, whether most of the sample's filled cells are numbers; an empty column counts.
  var looksNumeric: [Bool]
  /// Rows in the sample and the bytes they take, to estimate the file's rows.
  var sampleRows: Int
  var sampleBytes: Int
  var notes: [String]

  private static let candidates: [UInt8] = Array(",;\t|".utf8)
  private static let sampleSize = 1 << 18
  private static let sampleRowLimit = 400
  /// The delimiter shows sooner, and each candidate costs a walk.
  private static let delimiterRowLimit = 60

  /// - Parameter bytes: the file after its byte-order mark.
  init(of bytes: UnsafeRawBufferPointer, format: TableFormat, name: String) throws(ApusError) {
    let sample = Self.sampleBytes(bytes)
    try Self.checkIsText(
      UnsafeRawBufferPointer(rebasing: bytes.prefix(1 << 18)), name: name,
      isAsked: format.hasHeader != nil || format.delimiter != nil || !format.expectedNames.isEmpty)
    notes = []
    if let chosen = format.delimiter {
      guard let byte = chosen.utf8.first, chosen.utf8.count == 1, byte != FieldScanner.Byte.quote else {
        throw ApusError("the delimiter \"\(chosen)\" is not one ASCII character", at: name)
      }
      delimiter = byte
    } else {
      delimiter = Self.detectDelimiter(sample)
    }
    let (rows, used) = Self.rows(of: sample, delimiter: delimiter)
    guard let first = rows.first else {
      throw ApusError("the file is empty", at: name, expected: "a table with a header or rows")
    }
    sampleRows = rows.count
    sampleBytes = max(used, 1)
    let evidence = NumberStyle.detect(in: rows.lazy.joined().map(\.text), delimiter: delimiter)
    let style = format.numberStyle ?? evidence.style
    self.style = style
    if format.numberStyle == nil, let note = evidence.note { notes.append(note) }
    if format.numberStyle != nil, style.decimalMark.asciiValue == delimiter,
      !rows.contains(where: { $0.contains { $0.isQuoted && $0.text.contains(style.decimalMark) } })
    {
      throw ApusError(
        "\"\(style.decimalMark)\" is given as the decimal mark, and stands between the fields", at: name,
        expected: "another mark, or quotes around the numbers", fix: "leave the decimal mark out")
    }
    let missing = MissingTexts(format.missingTexts)
    let cells = rows.map { row in row.map { CellGuess($0, style, missing) } }
    let isHeaded = format.hasHeader ?? Self.detectHeader(rows, cells, expected: format.expectedNames)
    hasHeader = isHeaded
    // A trailing delimiter in the header alone is a slip of the writing program: no column.
    let body = Array(isHeaded ? cells.dropFirst() : cells[...])
    var width = first.count
    if isHeaded {
      let widest = body.map(\.count).max() ?? width
      while width > max(widest, 1), first[width - 1].text.isEmpty { width -= 1 }
      if width < first.count {
        notes.append("the header ends in a delimiter; the nameless column behind it is left out")
      }
      if body.count > 1, body.allSatisfy({ $0.count == first.count + 1 && $0.last == .missing }) {
        notes.append("each row ends in a delimiter that the header lacks; the empty field is ignored")
      }
    } else {
      width = cells.map(\.count).max() ?? width
    }
    names = Self.names(isHeaded ? first.map(\.text) : [], width: width, notes: &notes)
    looksNumeric = (0..<width).map { column in
      var numbers = 0
      var texts = 0
      for row in body where column < row.count {
        switch row[column] {
        case .number: numbers += 1
        case .text: texts += 1
        case .missing: break
        }
      }
      return numbers >= texts
    }
    let textColumns = Set(format.textColumns)
    for (index, name) in names.enumerated() where textColumns.contains(name) { looksNumeric[index] = false }
  }

  struct SampleCell {
    var text: String
    var isQuoted: Bool
  }

  private enum CellGuess {
    case number, text, missing

    init(_ cell: SampleCell, _ style: NumberStyle, _ missing: MissingTexts) {
      if cell.text.isEmpty || missing.contains(cell.text) {
        self = .missing
      } else {
        self = DecimalParser.parse(cell.text, style) != nil ? .number : .text
      }
    }
  }

  /// The beginning of the file, cut behind a line; of wide tables, a few lines at least.
  private static func sampleBytes(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard bytes.count > sampleSize else { return bytes }
    var cut = 0
    var lines = 0
    for (offset, byte) in bytes.enumerated() where endsLine(byte) {
      if offset >= sampleSize, lines >= 8 { break }
      cut = offset + 1
      lines += 1
    }
    return lines == 0 ? bytes : UnsafeRawBufferPointer(rebasing: bytes[..<cut])
  }

  private static func endsLine(_ byte: UInt8) -> Bool {
    byte == FieldScanner.Byte.lineFeed || byte == FieldScanner.Byte.carriageReturn
  }

  private static func checkIsText(
    _ bytes: UnsafeRawBufferPointer, name: String, isAsked: Bool
  ) throws(ApusError) {
    try ForeignFormat.refuse(bytes, name: name, expected: isAsked ? .table : .nothing)
    if let zero = bytes.firstIndex(of: 0) {
      throw ApusError(
        "is a binary file: byte \(zero + 1) is zero", at: name, expected: "CSV or TSV in UTF-8",
        fix: "export the table as CSV")
    }
  }

  private static func rows(
    of bytes: UnsafeRawBufferPointer, delimiter: UInt8, limit: Int = sampleRowLimit
  ) -> (rows: [[SampleCell]], used: Int) {
    var scanner = FieldScanner(bytes, delimiter: delimiter)
    let start = scanner.position
    var rows: [[SampleCell]] = []
    scanner.skipEmptyLines()
    while !scanner.isAtEnd, rows.count < limit {
      var row: [SampleCell] = []
      repeat {
        let field = scanner.nextField()
        row.append(
          SampleCell(text: String(decoding: field.plainBytes(), as: UTF8.self), isQuoted: field.isQuoted))
      } while scanner.finishField()
      rows.append(row)
      scanner.skipEmptyLines()
    }
    return (rows, scanner.position - start)
  }

  /// The candidate that cuts most rows into the same number of fields, with the fewest fields that
  /// another candidate would cut again.
  private static func detectDelimiter(_ bytes: UnsafeRawBufferPointer) -> UInt8 {
    var best: (delimiter: UInt8, score: Double) = (UInt8(ascii: ","), 0)
    for delimiter in candidates + [FieldScanner.Byte.blank] {
      // Blanks separate words too; they are tried only where nothing else cuts.
      if delimiter == FieldScanner.Byte.blank, best.score > 0 { continue }
      let rows = rows(of: bytes, delimiter: delimiter, limit: delimiterRowLimit).rows
      var widths: [Int: Int] = [:]
      for row in rows { widths[row.count, default: 0] += 1 }
      // The smaller of two widths that are equally frequent, whatever the dictionary's order.
      guard let width = widths.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key, width > 1 else {
        continue
      }
      var clean = 0
      var total = 0
      for cell in rows.lazy.joined() {
        total += 1
        let others = candidates.contains { other in
          other != delimiter && cell.text.utf8.contains(other)
        }
        let isComma = DecimalParser.parse(cell.text, NumberStyle(decimalMark: ",", groupMark: ".")) != nil
        if cell.isQuoted || !others || isComma { clean += 1 }
      }
      var score = Double(widths[width]!) / Double(rows.count) * Double(clean) / Double(max(total, 1))
      if delimiter == FieldScanner.Byte.blank {
        let numbers = rows.dropFirst().joined().count { DecimalParser.parse($0.text) != nil }
        let body = rows.dropFirst().joined().count { _ in true }
        guard widths.count == 1, numbers * 2 >= body else { continue }
        score = min(score, 0.1)
      }
      if score > best.score + 1e-9 { best = (delimiter, score) }
    }
    return best.delimiter
  }

  /// A header is a row of texts over columns of numbers, or of texts that do not occur below it.
  private static func detectHeader(
    _ rows: [[SampleCell]], _ cells: [[CellGuess]], expected: [String]
  ) -> Bool {
    let first = rows[0]
    if !expected.isEmpty {
      let known = first.count { expected.contains($0.text) }
      if known * 2 >= min(expected.count, first.count) { return true }
    }
    if rows.count == 1 { return cells[0].allSatisfy { $0 == .text } }
    var score = 0
    var textColumns = 0
    for column in first.indices {
      var numbers = 0
      var texts = 0
      for row in cells.dropFirst() where column < row.count {
        if row[column] == .number { numbers += 1 } else if row[column] == .text { texts += 1 }
      }
      if numbers > texts {
        if cells[0][column] == .number { score -= 1 } else if cells[0][column] == .text { score += 1 }
      } else if texts > 0 {
        if cells[0][column] == .number {
          score -= 1
        } else {
          textColumns += 1
          let name = first[column].text
          let occursBelow = rows.dropFirst().contains { column < $0.count && $0[column].text == name }
          if occursBelow || name.isEmpty { score -= 1 }
        }
      }
    }
    if score != 0 { return score > 0 }
    return textColumns > 0 && Set(first.map(\.text)).count == first.count
  }

  /// The header's names, made distinct; a column without one is called by its number.
  private static func names(_ header: [String], width: Int, notes: inout [String]) -> [String] {
    var taken: Set<String> = []
    // How often each was there: without it a header of equal names would take time with its square.
    var copies: [String: Int] = [:]
    var repeated: [String] = []
    let names = (0..<width).map { column -> String in
      let plain = column < header.count ? header[column] : ""
      let first = plain.isEmpty ? String(column + 1) : plain
      var name = first
      var copy = copies[first] ?? 1
      if copy > 1 { name = "\(first) (\(copy))" }
      while !taken.insert(name).inserted {
        copy += 1
        name = "\(first) (\(copy))"
      }
      copies[first] = copy
      if name != first { repeated.append("\"\(plain)\", now called \"\(name)\"") }
      return name
    }
    if !repeated.isEmpty {
      notes.append("names that occur twice in the header: \(repeated.prefix(5).joined(separator: "; "))")
    }
    return names
  }
}

/// The texts that stand for a missing value, ready to be looked up by bytes.
struct MissingTexts {
  private let folded: [[UInt8]]
  private let longest: Int

  init(_ texts: [String]) {
    folded = texts.map { $0.utf8.map(Self.lowercase) }
    longest = folded.map(\.count).max() ?? 0
  }

  func contains(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count <= longest else { return false }
    return folded.contains { text in
      text.count == bytes.count && zip(text, bytes).allSatisfy { $0 == Self.lowercase($1) }
    }
  }

  func contains(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { contains($0) }
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 32 : byte }
}
