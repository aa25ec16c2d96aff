import ApusCore

/// The form in which a certain file holds its table: as the user specified, and for the rest as the file's beginning
/// shows.
struct TableDialect {
  var delimiter: UInt8
  var quotes: QuoteStyle
  var hasHeader: Bool
  /// The style in which numbers are read first; the whole file decides.
  var style: TableFormat.NumberStyle
  var names: [String]
  /// The columns without a name in the header.
  var unnamed: Set<Int>
  /// The position at which the first row begins, after the header.
  var body: Int
  /// For each column, whether most of the sample's filled cells are numbers; an empty column counts.
  var looksNumeric: [Bool]
  /// Rows in the sample and the bytes they take, to estimate the file's rows.
  var sampleRows: Int
  var sampleBytes: Int
  var notes: [String]

  /// - Parameters:
  ///   - bytes: the file in UTF-8.
  ///   - start: where it begins, behind a byte-order mark.
  init(
    of bytes: UnsafeRawBufferPointer, from start: Int, format: TableFormat, name: String
  ) throws(ApusError) {
    notes = []
    let sampled = TableSample.bytes(of: bytes)
    quotes = QuoteStyle(of: sampled)
    if quotes.mark == FieldScanner.Byte.apostrophe { notes.append("single quotes enclose fields") }
    let (declared, origin) = Self.declaration(sampled, start)
    if let chosen = format.delimiter {
      delimiter = try Self.byte(of: chosen, name: name)
    } else if let declared {
      delimiter = declared
      notes.append("the first line says what stands between fields")
    } else {
      delimiter = DelimiterDetection.delimiter(of: sampled, from: origin, quotes: quotes)
      if let note = Self.note(delimiter) { notes.append(note) }
    }
    let sample = TableSample(sampled, from: origin, delimiter: delimiter, quotes: quotes)
    guard !sample.lines.isEmpty else {
      throw ApusError("the file is empty", at: name, expected: "a table with a header or rows")
    }
    sampleRows = sample.lines.count
    sampleBytes = max(sample.byteCount, 1)
    let style = format.numberStyle ?? TableFormat.NumberStyle(of: sample)
    self.style = style
    if format.numberStyle != nil, style.decimalMark.asciiValue == delimiter,
      !sample.lines.contains(where: {
        $0.cells.contains { $0.isQuoted && $0.text.contains(style.decimalMark) }
      })
    {
      throw ApusError(
        "\"\(style.decimalMark)\" is given as the decimal mark, and stands between the fields", at: name,
        expected: "another mark, or quotes around the numbers", fix: "leave the decimal mark out")
    }
    let missing = MissingTexts(format.missingTexts)
    let headers = HeaderDetection(sample, style, missing)
    let beginning = headers.beginning(expected: format.expectedNames, hasHeader: format.hasHeader)
    var first = sample.lines[beginning.first]
    if beginning.isHashed { first.cells = HeaderDetection.withoutHash(first.cells) }
    hasHeader =
      format.hasHeader
      ?? (beginning.isHashed || beginning.lacksRowNames
        || headers.isHeader(beginning.first, expected: format.expectedNames))
    var rows = Array(sample.lines[beginning.first...])
    body = first.offset
    if hasHeader {
      rows.removeFirst()
      body = rows.first?.offset ?? bytes.count
    }
    if hasHeader, headers.isUnits(beginning.first + 1), format.hasHeader == nil {
      let units = rows.removeFirst()
      body = rows[0].offset
      notes.append(
        "the line below the header is left out, as it has units: "
          + units.cells.map { "\"\($0.text)\"" }.prefix(4).joined(separator: ", "))
    }
    if let note = Self.note(skipped: beginning.skipped) { notes.append(note) }
    rows.removeAll { $0.isHashed && $0.cells.count != first.cells.count }
    var header = hasHeader ? first.cells.map(\.text) : []
    if hasHeader, beginning.lacksRowNames {
      header.insert("", at: 0)
      notes.append("the header is shorter than the rows by one: column 1 has the rows' names")
    }
    let width = Self.width(header, rows, &notes)
    names = Self.names(header, width: width, notes: &notes)
    unnamed = Set((0..<width).filter { $0 >= header.count || header[$0].isEmpty })
    looksNumeric = (0..<width).map { column in
      var (numbers, texts) = (0, 0)
      for row in rows where column < row.cells.count {
        let text = row.cells[column].text
        if text.isEmpty || missing.contains(text) { continue }
        if Self.isBareNumber(text, style) { numbers += 1 } else { texts += 1 }
      }
      return numbers >= texts
    }
    if format.hasHeader == nil, let note = Self.note(header: hasHeader ? first : nil) { notes.append(note) }
    if sampleRows > rows.count { sampleRows = max(rows.count, 1) }
  }

  private static func isBareNumber(_ text: String, _ style: TableFormat.NumberStyle) -> Bool {
    var text = text
    return text.withUTF8 { DecimalParser.parseWhole($0, mark: style.decimalMark.asciiValue ?? 0x2E) != nil }
  }

  /// - Throws: for a file in another format, by its name, and for one that is no text.
  static func checkIsText(_ file: FileBytes, _ format: TableFormat, name: String) throws(ApusError) {
    let isAsked =
      format.hasHeader != nil || format.delimiter != nil || !format.expectedNames.isEmpty
      || !format.columns.isEmpty
    try file.withBytes { (bytes) throws(ApusError) in
      try checkIsText(
        UnsafeRawBufferPointer(rebasing: bytes.prefix(1 << 18)), name: name, isAsked: isAsked)
    }
  }

  private static func checkIsText(
    _ bytes: UnsafeRawBufferPointer, name: String, isAsked: Bool
  ) throws(ApusError) {
    try ForeignFormat.refuse(bytes, name: name, expected: isAsked ? .table : .nothing)
    if let zero = bytes.firstIndex(of: 0) {
      throw ApusError(
        "is a binary file: byte \(zero + 1) is zero", at: name, expected: "CSV or TSV as text",
        fix: "export the table as CSV")
    }
  }

  // MARK: Delimiters

  /// `sep=;` in the first line, as spreadsheet programs write and read it.
  private static func declaration(
    _ bytes: UnsafeRawBufferPointer, _ start: Int
  ) -> (delimiter: UInt8?, origin: Int) {
    let line = bytes[start...].prefix { $0 != 10 && $0 != 13 }
    var text = Array(line)
    if text.first == FieldScanner.Byte.quote, text.last == FieldScanner.Byte.quote {
      text = Array(text.dropFirst().dropLast())
    }
    guard text.count == 5, String(decoding: text.prefix(4), as: UTF8.self).lowercased() == "sep=" else {
      return (nil, start)
    }
    return (text[4], start + line.count)
  }

  private static func byte(of delimiter: String, name: String) throws(ApusError) -> UInt8 {
    // Delimiters beyond ASCII are brought to one byte before the file is read.
    guard let byte = delimiter.utf8.first, delimiter.count == 1,
      ![10, 13, FieldScanner.Byte.quote].contains(byte)
    else {
      throw ApusError(
        "\"\(delimiter)\" isn't a delimiter", at: name, expected: "a single character, but no quote")
    }
    return delimiter.utf8.count == 1 ? byte : Self.standIn
  }

  /// The byte that replaces a delimiter of several bytes.
  static let standIn: UInt8 = 0x1F

  private static func note(_ delimiter: UInt8) -> String? {
    switch delimiter {
    case UInt8(ascii: ","), FieldScanner.Byte.tab: return nil
    case UInt8(ascii: ";"): return "fields are separated by semicolons (otherwise: --delimiter)"
    case FieldScanner.Byte.blank: return "fields are separated by blanks (otherwise: --delimiter)"
    case let byte where byte < 32:
      return "fields are separated by the character \(byte) (otherwise: --delimiter)"
    default:
      return "fields are separated by \(Character(Unicode.Scalar(delimiter))) (otherwise: --delimiter)"
    }
  }

  // MARK: Headers

  private static func note(header: TableSample.Line?) -> String? {
    guard let header else {
      return "there is no header: the first line is a row (otherwise: --header)"
    }
    let numbers = header.cells.filter { DecimalParser.parse($0.text) != nil }
    guard let example = numbers.first else { return nil }
    return "the first line has the columns' names, such as \(example.text) (otherwise: --no-header)"
  }

  private static func note(skipped lines: [TableSample.Line]) -> String? {
    guard let first = lines.first else { return nil }
    let text = first.cells.map(\.text).filter { !$0.isEmpty }.joined(separator: " ")
    return "\(counted(lines.count, "line")) above the table \(lines.count == 1 ? "is" : "are") left out: "
      + "\"\(text.prefix(40))\"\(lines.count > 1 ? ", …" : "")"
  }

  /// A trailing delimiter in the header alone is a slip of the writing program: no column.
  private static func width(_ header: [String], _ rows: [TableSample.Line], _ notes: inout [String]) -> Int {
    let widest = rows.map(\.cells.count).max()
    guard !header.isEmpty else { return widest ?? 1 }
    var width = header.count
    while width > max(widest ?? width, 1), header[width - 1].isEmpty { width -= 1 }
    if width < header.count {
      notes.append("the header ends in a delimiter; the nameless column behind it is left out")
    }
    if rows.count > 1, rows.allSatisfy({ $0.cells.count == header.count + 1 && $0.cells.last?.text == "" }) {
      notes.append("each row ends in a delimiter that the header lacks; the empty field is ignored")
    }
    return width
  }

  /// The header's names, made distinct; a column without one is called by its number.
  private static func names(_ header: [String], width: Int, notes: inout [String]) -> [String] {
    var taken: Set<String> = []
    // How often each was there: without it a header of equal names would take time with its square.
    var copies: [String: Int] = [:]
    var repeated: [String] = []
    var names = [String](repeating: "", count: width)
    // A name goes before a number that stands for one.
    let isNamed = { (column: Int) in column < header.count && !header[column].isEmpty }
    for column in (0..<width).filter(isNamed) + (0..<width).filter({ !isNamed($0) }) {
      let first = isNamed(column) ? header[column] : String(column + 1)
      var name = first
      var copy = copies[first] ?? 1
      if copy > 1 { name = "\(first) (\(copy))" }
      while !taken.insert(name).inserted {
        copy += 1
        name = "\(first) (\(copy))"
      }
      copies[first] = copy
      if name != first, isNamed(column) { repeated.append("\"\(first)\", now called \"\(name)\"") }
      names[column] = name
    }
    if !repeated.isEmpty {
      notes.append("names that occur twice in the header: \(repeated.prefix(5).joined(separator: "; "))")
    }
    return names
  }
}
