import ApusCore

/// Reads a column's cells as what training saw in it, and says where they are something else.
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
  func numbers() throws(ApusError) -> [Double] {
    switch table.columns[index].cells {
    case .numbers(let numbers): return picked(numbers)
    case .texts: return try texts(expected: "a number") { DecimalParser.parse($0) }.map { $0 ?? .nan }
    }
  }

  /// 1, 0, and NaN where missing.
  func booleans() throws(ApusError) -> [Double] {
    switch table.columns[index].cells {
    case .numbers(let numbers):
      if let row = numbers.firstIndex(where: { !$0.isNaN && $0 != 0 && $0 != 1 }) {
        throw wrongCell(row, shortText(numbers[row]), "yes or no")
      }
      return picked(numbers)
    case .texts:
      return try texts(expected: "yes or no") { text in
        Booleans.value(text).map { $0 ? 1.0 : 0.0 } ?? (text == "1" ? 1 : text == "0" ? 0 : nil)
      }.map { $0 ?? .nan }
    }
  }

  func dates(_ order: DateOrder) throws(ApusError) -> [DateText?] {
    if case .numbers(let numbers) = table.columns[index].cells {
      if let row = numbers.firstIndex(where: { !$0.isNaN }) {
        throw wrongCell(row, shortText(numbers[row]), "a date")
      }
      return [DateText?](repeating: nil, count: rows?.count ?? numbers.count)
    }
    return try texts(expected: "a date") { DateText($0, order: order) }
  }

  /// For each row the number that its text has in `known`, −1 if missing, and `known.count` if the
  /// text is not among them.
  func codes(of known: [String]) -> [Int32] {
    guard case .texts(let codes, let texts) = table.columns[index].asTexts().cells else { return [] }
    var numberOf: [String: Int32] = [:]
    for (number, name) in known.enumerated() { numberOf[name] = Int32(number) }
    let mapped = texts.map { numberOf[$0] ?? Int32(known.count) }
    return picked(codes).map { $0 < 0 ? -1 : mapped[Int($0)] }
  }

  func isMissing() -> [Bool] {
    switch table.columns[index].cells {
    case .numbers(let numbers): picked(numbers).map { $0.isNaN }
    case .texts(let codes, _): picked(codes).map { $0 < 0 }
    }
  }

  /// Each different text is read once, however often it occurs.
  private func texts<T>(expected: String, _ read: (String) -> T?) throws(ApusError) -> [T?] {
    guard case .texts(let codes, let texts) = table.columns[index].cells else { return [] }
    let values = texts.map(read)
    let used = picked(codes)
    if let at = used.firstIndex(where: { $0 >= 0 && values[Int($0)] == nil }) {
      throw wrongCell(rows?[at] ?? at, texts[Int(used[at])], expected)
    }
    return used.map { $0 < 0 ? nil : values[Int($0)] }
  }

  private func picked<T>(_ cells: [T]) -> [T] { rows.map { $0.map { cells[$0] } } ?? cells }

  private func wrongCell(_ row: Int, _ text: String, _ expected: String) -> ApusError {
    ApusError(
      "the cell holds \"\(text.prefix(40))\"", at: table.place(row: row, column: index),
      expected: "\(expected), as in training",
      fix: "correct the cell, or leave it empty if the value is unknown")
  }
}
