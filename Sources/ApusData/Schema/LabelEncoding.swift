import ApusCore

/// Several columns to predict, or a column with lists of labels (A7).
///
/// Columns of 1 and 0, or of yes and no, are independent labels; columns of numbers are numbers.
public struct LabelRequest: Sendable, Equatable {
  /// The columns, by name or by number from 1; empty where one column holds lists of labels.
  public var columns: [String]
  /// The separator of the labels in a cell; detected when nil.
  public var separator: String?

  public init(columns: [String] = [], separator: String? = nil) {
    self.columns = columns
    self.separator = separator
  }
}

/// Any of several independent labels for each row: which they are, and how a table holds them.
package struct LabelEncoding: Sendable, Equatable, Codable {
  /// In order; output i of a network is for label i.
  package var names: [String]
  /// The columns' places in the training table, counted from 1: one for each label, or the one with lists.
  package var numbers: [Int]
  /// The separator of the labels in a cell; nil where each label has a column.
  package var separator: String?

  package init(names: [String], numbers: [Int], separator: String? = nil) {
    self.names = names
    self.numbers = numbers
    self.separator = separator
  }

  /// A Boolean value that indicates whether the encoding is consistent where the types cannot express it: a document
  /// from elsewhere may hold anything.
  var isSound: Bool {
    let columns = separator == nil ? names.count : 1
    return !names.isEmpty && Set(names).count == names.count && numbers.count == columns
      && Set(numbers).count == columns && separator != ""
  }

  /// The labels of each row.
  struct Rows {
    /// `[rows, labels]`: 1 where the row has the label, else 0.
    var indicators: [Float]
    /// Boolean values that indicate whether every label of each row is known. An empty list is known: none of the
    /// labels.
    var isKnown: [Bool]
    var emptyLists = 0
  }

  /// - Parameter places: the columns in this table, counted from 0.
  /// - Throws: where a cell is no yes and no no, or a list has a label that is not among ``names``: by row and label.
  func rows(of table: Table, _ places: [Int]) throws(ApusError) -> Rows {
    var rows = Rows(
      indicators: [Float](repeating: 0, count: table.rowCount * names.count),
      isKnown: [Bool](repeating: true, count: table.rowCount))
    guard let separator else {
      for (label, place) in places.enumerated() {
        for (row, value) in try Self.booleans(table, place).enumerated() {
          if value.isNaN {
            rows.isKnown[row] = false
          } else {
            rows.indicators[row * names.count + label] = Float(value)
          }
        }
      }
      return rows
    }
    guard case .texts(let codes, let texts) = table.columns[places[0]].asTexts().cells else { return rows }
    let numberOf = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let parts = texts.map { Self.parts($0, separator) }
    for (row, code) in codes.enumerated() {
      guard code >= 0 else {
        rows.emptyLists += 1
        continue
      }
      for part in parts[Int(code)] {
        guard let label = numberOf[part] else {
          throw ApusError(
            "the label \"\(part)\" does not occur in training", at: table.place(row: row, column: places[0]),
            expected: names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : ""))
        }
        rows.indicators[row * names.count + label] = 1
      }
    }
    return rows
  }

  /// The labels of a cell, without the blanks around them.
  static func parts(_ text: String, _ separator: String) -> [String] {
    text.split(separator: separator).map { part in
      String(part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }.filter { !$0.isEmpty }
  }

  /// 1, 0, and NaN where missing.
  private static func booleans(_ table: Table, _ place: Int) throws(ApusError) -> [Double] {
    do {
      return try ColumnReading(table, place).strictBooleans()
    } catch {
      var error = error
      error.expected = "1 or 0, yes or no, true or false: whether the row has the label"
      error.fix = "give columns of labels, or a single target"
      throw error
    }
  }

  // MARK: Finding them

  /// The labels of a column of lists.
  static func lists(_ table: Table, _ index: Int, separator: String) throws(ApusError) -> LabelEncoding {
    let names = Set(distinct(table.columns[index]).flatMap { parts($0, separator) })
    guard distinct(table.columns[index]).contains(where: { $0.contains(separator) }) || separator.isEmpty
    else {
      throw ApusError(
        "no cell of the target holds “\(separator)”", at: table.place(column: index),
        expected: "cells such as a\(separator)b",
        fix: "leave the separator out, or name the one that they hold")
    }
    guard !separator.isEmpty, names.count >= 2 else {
      throw ApusError(
        "the target holds \(names.count == 1 ? "a single label" : "no labels") between “\(separator)”",
        at: table.place(column: index), expected: "at least two labels",
        fix: "say what stands between them, or name a column for each")
    }
    return LabelEncoding(names: sortedNames(Array(names)), numbers: [index + 1], separator: separator)
  }

  /// Returns the separator of the labels in a column of lists; nil for anything that might be ordinary text.
  ///
  /// A bar or a semicolon, with no empty part; and the labels are fewer than the different cells, because they occur
  /// together in several ways. Commas and blanks are never taken for it, because sentences have them.
  static func separator(_ column: Table.Column) -> String? {
    guard case .texts = column.cells else { return nil }
    let cells = distinct(column)
    return ["|", ";"].first { separator in
      guard cells.contains(where: { $0.contains(separator) }) else { return false }
      var names: Set<String> = []
      for cell in cells {
        let found = parts(cell, separator)
        guard found.count == cell.split(separator: separator, omittingEmptySubsequences: false).count else {
          return false
        }
        names.formUnion(found)
      }
      return names.count >= 2 && names.count < cells.count && names.count <= 1_000
    }
  }

  private static func distinct(_ column: Table.Column) -> [String] {
    guard case .texts(let codes, let texts) = column.asTexts().cells else { return [] }
    var isUsed = [Bool](repeating: false, count: texts.count)
    for code in codes where code >= 0 { isUsed[Int(code)] = true }
    return texts.indices.filter { isUsed[$0] }.map { texts[$0] }
  }

  // MARK: Splits

  /// A stratum for each set of labels that at least ten rows have, and one for all others: so each part of a split has
  /// the frequent combinations in proportion, and the rare ones together.
  static func strata(_ rows: Rows, labels: Int) -> [Int32] {
    var counts: [[Bool]: Int] = [:]
    let sets = rows.isKnown.indices.map { row in
      rows.indicators[(row * labels)..<((row + 1) * labels)].map { $0 == 1 }
    }
    for set in sets { counts[set, default: 0] += 1 }
    var numberOf: [[Bool]: Int32] = [:]
    return sets.map { set in
      guard counts[set] ?? 0 >= 10 else { return -1 }
      if let number = numberOf[set] { return number }
      numberOf[set] = Int32(numberOf.count)
      return Int32(numberOf.count - 1)
    }
  }

  /// Returns notes of what training cannot learn from its rows. These are notes and not errors: a random split does it
  /// to any rare label, and whether a run works must not depend on its seed. In data of its own, an unknown label is an
  /// error.
  static func notes(_ table: Table, _ labels: LabelEncoding, _ rows: Rows, training: [Int]) -> [String] {
    let count = labels.names.count
    func has(_ row: Int, _ label: Int) -> Bool { rows.indicators[row * count + label] == 1 }
    var notes: [String] = []
    for (label, name) in labels.names.enumerated() {
      let found = training.count { has($0, label) }
      guard found == 0 || found == training.count else { continue }
      guard found == 0 else {
        notes.append("every training row has the label \"\(name)\": nothing can be learned of it")
        continue
      }
      let first = (0..<table.rowCount).first { has($0, label) }
      notes.append(
        "the label \"\(name)\" occurs in no training row"
          + (first.map { ", first in row \($0 + 1)" } ?? "") + ": nothing can be learned of it")
    }
    return notes.count > 5 ? notes.prefix(5) + ["… and \(notes.count - 5) more labels like these"] : notes
  }
}
