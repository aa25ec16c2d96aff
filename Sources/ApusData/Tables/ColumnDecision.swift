import ApusCore

/// The decision on what each column of a file is, based on all of it; each guess that isn't plain is reported, with the
/// way to have it otherwise.
struct ColumnDecision {
  let names: [String]
  let formats: [ColumnFormat]
  let format: TableFormat
  let delimiter: UInt8
  let hasHeader: Bool
  let rowCount: Int
  /// The evidence of each column's cells for the decimal mark.
  let votes: [MarkVotes]
  /// The decimal mark of the whole file.
  private let fileMark: UInt8?
  /// The file for the columns' cells; nil for memory.
  private let store: ColumnStore?
  private(set) var columns: [Table.Column] = []
  private var notes: [[String]]
  /// The kinds to use when columns are read again.
  private var kinds: [Int: TableFormat.ColumnKind] = [:]
  /// The first number that had a decimal comma.
  private var commaColumns: [Int] = []

  init(
    names: [String], formats: [ColumnFormat], format: TableFormat, delimiter: UInt8, hasHeader: Bool,
    rowCount: Int, votes: [MarkVotes], store: ColumnStore? = nil
  ) {
    self.store = store
    (self.names, self.formats, self.format) = (names, formats, format)
    (self.delimiter, self.hasHeader, self.rowCount, self.votes) = (delimiter, hasHeader, rowCount, votes)
    fileMark = votes.reduce(MarkVotes(), +).mark
    notes = [[String]](repeating: [], count: names.count)
    columns = names.map { Table.Column(name: $0, cells: .numbers([])) }
  }

  /// The notes of all columns, in their order.
  var allNotes: [String] {
    var all: [String] = []
    if let first = commaColumns.first, format.numberStyle == nil {
      let list = commaColumns.count == 1 ? title(first) : "\(title(first)) and \(commaColumns.count - 1) more"
      all.append("numbers are read with a decimal comma in \(list) (otherwise: --decimal-mark .)")
    }
    return all + notes.flatMap { $0 }
  }

  /// Decides what a column is, and makes it.
  ///
  /// - Returns: how it must be read again; nil where it needn't.
  ///
  /// - Throws: when the file for the cells cannot be written.
  mutating func decide(_ raw: RawColumn, _ index: Int) throws(ApusError) -> TableReader.Kind? {
    let asked = formats[index].kind
    if asked == .category || asked == .text || asked == .id {
      columns[index] = try texts(raw, index)
      return nil
    }
    if asked != .date {
      let mark = mark(raw, index)
      let plain = raw.numbers.isEmpty ? 0 : raw.numbers.count { !$0.isNaN }
      let unit = unit(raw, plain, index)
      let reading = NumberReading(raw.texts, mark: mark, plain: plain, unit: unit)
      if let kind = codes(raw, reading, plain, index) {
        kinds[index] = kind
        guard plain > 0 else {
          try finish(raw, index)
          return nil
        }
        return .text
      }
      if let odd = OddCells(
        reading.odd, of: raw.texts, readable: reading.rows, isSure: asked == .number,
        missingText: formats[index].missingText),
        reading.rows > 0 || raw.texts.isEmpty || asked == .number
      {
        if case .number = raw.kind, raw.hasMarks, mark != raw.mark {
          kinds[index] = .number
          return .number(mark: mark)
        }
        columns[index] = try numbers(raw, reading, odd, index, unit)
        return nil
      }
      if plain > 0 { return .text }
    }
    try finish(raw, index)
    return nil
  }

  /// Makes a column that was read again, or of texts.
  mutating func finish(_ raw: RawColumn, _ index: Int) throws(ApusError) {
    if case .number = raw.kind, kinds[index] == .number {
      let plain = raw.numbers.count { !$0.isNaN }
      let unit = unit(raw, plain, index)
      let reading = NumberReading(raw.texts, mark: raw.mark, plain: plain, unit: unit)
      let odd =
        OddCells(
          reading.odd, of: raw.texts, readable: reading.rows, isSure: true,
          missingText: formats[index].missingText) ?? OddCells()
      columns[index] = try numbers(raw, reading, odd, index, unit)
      return
    }
    if kinds[index] != .id, let dates = try dates(raw, index) {
      columns[index] = dates
    } else {
      columns[index] = try texts(raw, index)
      columns[index].format.hasCodes = kinds[index] == .id ? true : nil
    }
  }

  // MARK: Numbers

  /// The column's decimal mark: what its own cells show, else what is known of it, else what the file shows; a cell that
  /// could be either is a fraction, or with commas thousands, where semicolons don't separate the fields.
  private mutating func mark(_ raw: RawColumn, _ index: Int) -> UInt8 {
    if let style = format.numberStyle { return style.mark }
    let own = votes[index]
    let (point, comma) = (UInt8(ascii: "."), UInt8(ascii: ","))
    if let mark = own.mark { return mark }
    if let known = formats[index].numberStyle { return known.mark }
    if let fileMark { return fileMark }
    let usesSemicolons = delimiter == UInt8(ascii: ";")
    if own.openCommas > 0, own.openPoints == 0 {
      let example = own.example.isEmpty ? "1,234" : own.example
      notes[index].append(
        usesSemicolons
          ? "\(title(index)): \(example) is read as a fraction (if the comma groups thousands: --decimal-mark .)"
          : "\(title(index)): \(example) is read as thousands (if the comma is a decimal one: --decimal-mark ,)"
      )
      return usesSemicolons ? comma : point
    }
    if own.openPoints > 0, usesSemicolons {
      let example = own.example.isEmpty ? shortText(raw.numbers.first { !$0.isNaN } ?? 1.234) : own.example
      notes[index].append(
        "\(title(index)): \(example) is read as a fraction (if the point groups thousands: --decimal-mark ,)")
    }
    return point
  }

  /// Whole numbers that are no quantities: dates in one number, or codes.
  private mutating func codes(
    _ raw: RawColumn, _ reading: NumberReading, _ plain: Int, _ index: Int
  ) -> TableFormat.ColumnKind? {
    guard formats[index].kind == nil, !raw.hasMarks, reading.odd.isEmpty, reading.dressed == nil,
      reading.rows > 0,
      reading.bounded == nil
    else { return nil }
    if areDates(raw, reading) {
      notes[index].append(
        "\(title(index)) has dates in one number (otherwise: \(override(index, .number)))")
      return .date
    }
    if reading.leadingZeros + raw.leadingZeros > 0 {
      notes[index].append(
        "\(title(index)) has numbers with leading zeros: codes, read as text (otherwise: \(override(index, .number)))"
      )
      return .id
    }
    let beyond = reading.beyondDoubles + raw.beyondDoubles
    guard beyond > 0 else { return nil }
    guard beyond * 2 >= reading.rows else {
      notes[index].append("\(title(index)): \(counted(beyond, "number")) beyond 2⁵³ read to 16 digits")
      return nil
    }
    notes[index].append(
      "\(title(index)) has whole numbers beyond 2⁵³, where no two neighbors are told apart: codes, read as text "
        + "(otherwise: \(override(index, .number)))")
    return .id
  }

  /// Returns whether all numbers are days as in 20240309, or microseconds or nanoseconds since 1970.
  private func areDates(_ raw: RawColumn, _ reading: NumberReading) -> Bool {
    var range = (low: Double.infinity, high: -Double.infinity)
    func areInRange(_ numbers: some Sequence<Double>) -> Bool {
      for number in numbers where !number.isNaN {
        guard number == number.rounded(), number >= 18_000_101 else { return false }
        range = (min(range.low, number), max(range.high, number))
        let isDay = range.high < 22_000_000
        guard isDay || range.low > 1e15 && range.high < 4.2e15 || range.low > 1e18 && range.high < 4.2e18
        else {
          return false
        }
      }
      return true
    }
    guard areInRange(raw.numbers), areInRange(reading.values), reading.rows > 2 else {
      return false
    }
    guard range.high < 22_000_000 else { return true }
    func isDay(_ number: Double) -> Bool {
      number.isNaN
        || DateText(year: Int(number) / 10_000, month: Int(number) / 100 % 100, day: Int(number) % 100) != nil
    }
    return raw.numbers.allSatisfy(isDay) && reading.values.allSatisfy(isDay)
  }

  /// The unit behind the numbers.
  private mutating func unit(_ raw: RawColumn, _ plain: Int, _ index: Int) -> ColumnUnit? {
    var note: String?
    let unit = ColumnUnit(raw.texts, plain: plain, known: formats[index].unit, note: &note)
    if let note = note.map({ "\(title(index)) \($0)" }), !notes[index].contains(note) {
      notes[index].append(note)
    }
    return unit
  }

  private mutating func numbers(
    _ raw: RawColumn, _ reading: NumberReading, _ odd: OddCells, _ index: Int, _ unit: ColumnUnit?
  ) throws(ApusError) -> Table.Column {
    noteNumbers(raw, reading, odd, index, unit)
    // Before the cells, which may take the place of the raw ones.
    var column = Table.Column(name: names[index], cells: .numbers([]))
    setStrays(raw, odd.slips.union(reading.infinite), &column)
    var numbers = raw.numbers
    if case .number = raw.kind {
      if !raw.texts.isEmpty {
        numbers = try raw.numbers.map(in: store) { number in
          OddCell.code(number).map { reading.values[$0] } ?? number
        }
      }
    } else {
      numbers = try raw.codes.map(in: store) { $0 < 0 ? .nan : reading.values[Int($0)] }
    }
    column.cells = .numbers(numbers)
    column.format = formats[index]
    column.format.missingText = odd.word ?? formats[index].missingText
    column.format.unit = unit?.text
    if reading.mark == UInt8(ascii: ",") || format.numberStyle != nil, !votes[index].areEmpty {
      column.format.numberStyle = TableFormat.NumberStyle(mark: reading.mark)
      if reading.mark == UInt8(ascii: ",") { commaColumns.append(index) }
    }
    return column
  }

  private mutating func noteNumbers(
    _ raw: RawColumn, _ reading: NumberReading, _ odd: OddCells, _ index: Int, _ unit: ColumnUnit?
  ) {
    let otherwise = "(otherwise: \(override(index, .category)))"
    // A unit that training didn't have is said in any case.
    if let code = reading.dressed, formats[index].kind != .number || unit?.text != formats[index].unit {
      let example = "\"\(raw.texts[code].prefix(40))\" is \(shortText(reading.values[code]))"
      notes[index].append(
        reading.areTimes
          ? "\(title(index)) has times, read as seconds: \(example) \(otherwise)"
          : "\(title(index)) is numbers as they are written\(unit.map { ", in \($0.text)" } ?? ""): \(example) "
            + otherwise)
    }
    if let code = reading.bounded {
      notes[index].append(
        "\(title(index)): \"\(raw.texts[code].prefix(40))\" is read as \(shortText(reading.values[code])) \(otherwise)"
      )
    }
    noteOdd(raw, odd, index, "numbers", formats[index].kind == .number ? "" : " " + otherwise)
    let rows = raw.firstRows(of: reading.infinite, limit: TableReader.keptExamples)
    if !rows.isEmpty {
      let count = reading.infinite.reduce(0) { $0 + raw.texts.counts[$1] }
      notes[index].append(
        "\(title(index)) holds \(raw.listed(rows))\(count > rows.count ? " and \(count - rows.count) more" : ""): "
          + "no finite numbers, read as missing")
    }
  }

  private mutating func noteOdd(
    _ raw: RawColumn, _ odd: OddCells, _ index: Int, _ kind: String, _ otherwise: String
  ) {
    if let word = odd.word, word.lowercased() != formats[index].missingText?.lowercased() {
      notes[index].append(
        "\(title(index)) is \(kind), and \"\(word.prefix(40))\" in \(odd.wordRows) of \(rowCount) rows, read as missing\(otherwise)"
      )
    }
    let rows = raw.firstRows(of: odd.slips, limit: TableReader.keptExamples)
    guard !rows.isEmpty else { return }
    let more = odd.slipRows > rows.count ? " and \(odd.slipRows - rows.count) more" : ""
    notes[index].append(
      "\(title(index)) is \(kind), but holds \(raw.listed(rows))\(more); read as missing\(otherwise)")
  }

  private func setStrays(_ raw: RawColumn, _ codes: Set<Int>, _ column: inout Table.Column) {
    column.strays = raw.firstRows(of: codes, limit: TableReader.keptExamples).map {
      Table.Column.Stray(row: $0.row, text: String(raw.texts[$0.code].prefix(40)))
    }
    column.strayCount = codes.reduce(0) { $0 + raw.texts.counts[$1] }
  }

  // MARK: Dates and texts

  /// nil where the column has no dates.
  private mutating func dates(_ raw: RawColumn, _ index: Int) throws(ApusError) -> Table.Column? {
    let isSure = formats[index].kind == .date
    var evidence = DateEvidence()
    let counts = raw.texts.counts
    raw.texts.forEach { code, bytes in evidence.add(bytes, rows: counts[code]) }
    guard let found = evidence.order(format.dateOrder ?? formats[index].dateOrder) else { return nil }
    let order = found.order == .yearMonthDay ? found.order : format.dateOrder ?? found.order
    var unread: [Int] = []
    raw.texts.forEach { code, bytes in
      if WrittenDate(bytes)?.date(order) == nil { unread.append(code) }
    }
    guard
      let odd = OddCells(
        unread, of: raw.texts, readable: evidence.dates(order), isSure: isSure,
        missingText: formats[index].missingText)
    else { return nil }
    if found.isAmbiguous, format.dateOrder == nil {
      notes[index].append(
        "\(title(index)): month and day could be either way round; read as "
          + (order == .monthDayYear
            ? "month, day, year (otherwise: --date-order dayMonthYear)"
            : "day, month, year (otherwise: --date-order monthDayYear)"))
    }
    noteOdd(raw, odd, index, "dates", isSure ? "" : " (otherwise: \(override(index, .category)))")
    // Before the cells, which may take the place of the raw ones.
    var strays = Table.Column(name: names[index], cells: .numbers([]))
    setStrays(raw, odd.slips, &strays)
    var column = try texts(raw, index, isMissing: Set(unread))
    (column.strays, column.strayCount) = (strays.strays, strays.strayCount)
    column.format.kind = .date
    column.format.dateOrder = order
    column.format.missingText = odd.word ?? formats[index].missingText
    return column
  }

  private mutating func texts(
    _ raw: RawColumn, _ index: Int, isMissing: Set<Int> = []
  ) throws(ApusError) -> Table.Column {
    let merged = TextValues(raw.texts, isMissing: isMissing)
    if let note = merged.note { notes[index].append("\(title(index)): \(note)") }
    var codes = raw.codes
    func value(_ code: Int32) -> Int32 { code < 0 ? -1 : merged.numbers?[Int(code)] ?? code }
    if case .number = raw.kind {
      codes = try raw.numbers.map(in: store) { value(OddCell.code($0).map { Int32($0) } ?? -1) }
    } else if merged.numbers != nil {
      codes = try raw.codes.map(in: store, value)
    }
    var column = Table.Column(name: names[index], cells: .texts(codes: codes, values: merged.values))
    column.format = formats[index]
    return column
  }

  // MARK: Messages

  private func title(_ index: Int) -> String {
    hasHeader ? "column \(index + 1) \"\(names[index])\"" : "column \(index + 1)"
  }

  private func override(_ index: Int, _ kind: TableFormat.ColumnKind) -> String {
    kind.flag(for: names[index])
  }
}
