import ApusCore

/// Reads a column's cells as what training saw in it, and says where they are something else: those are missing.
struct ColumnReading {
  private let table: Table
  private let index: Int
  /// nil: all rows.
  private let rows: [Int]?

  init(_ table: Table, _ index: Int, rows: [Int]? = nil) {
    self.table = table
    self.index = index
    self.rows = rows
  }

  /// NaN where missing.
  func numbers(_ notes: inout [String]) -> [Double] {
    if case .numbers(let numbers) = table.columns[index].cells { return picked(numbers) }
    let format = table.columns[index].format
    return texts("number", &notes) { Self.number($0, format) }.map { $0 ?? .nan }
  }

  /// A text of a column as a number; nil where it is none.
  static func number(_ text: String, _ format: ColumnFormat) -> Double? {
    let mark = (format.numberStyle ?? .plain).mark
    var text = text
    return text.withUTF8 { bytes in
      DecimalParser.parseWhole(bytes, mark: mark)?.value ?? NumberText(bytes)?.value(mark: mark)
    }
  }

  /// 1, 0, and NaN where missing.
  func booleans(_ notes: inout [String]) -> [Double] {
    guard case .numbers(let numbers) = table.columns[index].cells else {
      return texts("yes or no", &notes, Self.boolean).map { $0 ?? .nan }
    }
    let odd = numbers.indices.filter { !numbers[$0].isNaN && numbers[$0] != 0 && numbers[$0] != 1 }
    if let row = odd.first { note(row, shortText(numbers[row]), odd.count, "yes or no", &notes) }
    return picked(numbers).map { $0 == 0 || $0 == 1 ? $0 : .nan }
  }

  /// The same where a cell that is neither is an error, by its row: what must be known.
  func strictBooleans() throws(ApusError) -> [Double] {
    var row: Int?
    var text = ""
    switch table.columns[index].cells {
    case .numbers(let numbers):
      row = numbers.firstIndex { !$0.isNaN && $0 != 0 && $0 != 1 }
      if let row { text = shortText(numbers[row]) }
    case .texts(let codes, let texts):
      row = codes.firstIndex { $0 >= 0 && Self.boolean(texts[Int($0)]) == nil }
      if let row { text = texts[Int(codes[row])] }
    }
    if let row {
      throw ApusError(
        "the cell holds \"\(text.prefix(40))\"", at: table.place(row: row, column: index),
        expected: "yes or no, as in training",
        fix: "correct the cell, or leave it empty if the value is unknown")
    }
    var notes: [String] = []
    return booleans(&notes)
  }

  func dates(_ order: TableFormat.DateOrder, _ notes: inout [String]) -> [DateText?] {
    guard case .numbers(let numbers) = table.columns[index].cells else {
      return texts("date", &notes) { DateText($0, order: order) }
    }
    // 20240309 may have been taken for a number.
    let odd = numbers.indices.filter {
      !numbers[$0].isNaN && DateText(shortText(numbers[$0]), order: order) == nil
    }
    if let row = odd.first { note(row, shortText(numbers[row]), odd.count, "date", &notes) }
    return picked(numbers).map { $0.isNaN ? nil : DateText(shortText($0), order: order) }
  }

  /// For each row the number that its text has in `known`, −1 if missing, and `known.count` if the
  /// text is not among them. Words for yes and no are the same in capitals and in small letters.
  func codes(of known: [String]) -> [Int32] {
    guard case .texts(let codes, let texts) = table.columns[index].asTexts().cells else { return [] }
    let numberOf = Self.numbers(of: known, for: texts)
    let mapped = texts.map { numberOf[$0] ?? Int32(known.count) }
    return picked(codes).map { $0 < 0 ? -1 : mapped[Int($0)] }
  }

  /// The number that each of some texts has in `known`; those that are not among them have none. Words for yes and no are
  /// the same in capitals and in small letters.
  static func numbers(of known: [String], for texts: [String]) -> [String: Int32] {
    var numberOf: [String: Int32] = [:]
    for (number, name) in known.enumerated() { numberOf[name] = Int32(number) }
    guard Booleans.areBooleans(known) else { return numberOf }
    for text in texts where numberOf[text] == nil {
      guard let value = Booleans.value(text), let name = known.first(where: { Booleans.value($0) == value })
      else {
        continue
      }
      numberOf[text] = numberOf[name]
    }
    return numberOf
  }

  static func boolean(_ text: String) -> Double? {
    Booleans.value(text).map { $0 ? 1.0 : 0.0 } ?? (text == "1" ? 1 : text == "0" ? 0 : nil)
  }

  /// Each different text is read once, however often it occurs.
  private func texts<T>(_ kind: String, _ notes: inout [String], _ read: (String) -> T?) -> [T?] {
    guard case .texts(let codes, let texts) = table.columns[index].cells else { return [] }
    let values = texts.map(read)
    let used = picked(codes)
    let odd = used.indices.filter { used[$0] >= 0 && values[Int(used[$0])] == nil }
    if let at = odd.first { note(rows?[at] ?? at, texts[Int(used[at])], odd.count, kind, &notes) }
    return used.map { $0 < 0 ? nil : values[Int($0)] }
  }

  private func picked<Cells: RandomAccessCollection>(_ cells: Cells) -> [Cells.Element]
  where Cells.Index == Int { rows.map { $0.map { cells[$0] } } ?? Array(cells) }

  private func note(_ row: Int, _ text: String, _ count: Int, _ kind: String, _ notes: inout [String]) {
    notes.append(Self.note(table, index, row: row, text: text, count: count, kind: kind))
  }

  /// Returns a note on cells that are something else than their column was in training.
  static func note(
    _ table: Table, _ index: Int, row: Int, text: String, count: Int, kind: String
  ) -> String {
    let more = count > 1 ? " and \(count - 1) more" : ""
    return
      "\(table.columnTitle(index)) holds \"\(text.prefix(40))\" in row \(row + 1)\(more), "
      + "no \(kind) as in training: read as missing"
  }

  /// What each different text is, and how many of the rows have it; notes those that are nothing. Nil for numbers.
  func values<T>(
    _ kind: String, _ notes: inout [String], _ read: (String) -> T?
  ) -> (values: [T?], counts: [Int])? {
    guard case .texts(let codes, let texts) = table.columns[index].cells else { return nil }
    let values = texts.map(read)
    var counts = [Int](repeating: 0, count: texts.count)
    var (odd, first) = (0, -1)
    func count(_ row: Int) {
      let code = Int(codes[row])
      guard code >= 0 else { return }
      counts[code] += 1
      guard values[code] == nil else { return }
      odd += 1
      if first < 0 { first = row }
    }
    if let rows { for row in rows { count(row) } } else { for row in codes.indices { count(row) } }
    if first >= 0 { note(first, texts[Int(codes[first])], odd, kind, &notes) }
    return (values, counts)
  }
}
