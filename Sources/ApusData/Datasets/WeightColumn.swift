import ApusCore

/// The column that says how much each row counts. It is neither an input nor a target.
package struct WeightColumn: Sendable, Equatable, Codable {
  package var name: String
  /// The column's place in the training table, counted from 1.
  package var number: Int

  /// - Parameter number: counted from 1.
  package init(name: String, number: Int) {
    self.name = name
    self.number = number
  }

  /// Weights above 0 whose sums and products float32 holds.
  private static let range = 1e-30...1e30

  /// A Boolean value that indicates whether a row may have this weight.
  static func isWeight(_ weight: Double) -> Bool { weight == 0 || range.contains(weight) }

  /// Returns a description of a valid weight, for the error about an invalid one.
  static func expected(_ weight: Double) -> String {
    weight > 0 && !range.contains(weight)
      ? "0, or a number from \(range.lowerBound) to \(range.upperBound)" : "0 or a positive number"
  }

  /// A note on the rows that a weight of 0 leaves out; nil where there are none.
  static func note(leftOut count: Int) -> String? {
    count > 0 ? "\(counted(count, "row")) with a weight of 0 \(count == 1 ? "is" : "are") left out" : nil
  }

  /// The weights of rows as they stand in a column of a table.
  ///
  /// - Parameter rows: the rows that are to count.
  /// - Returns: a weight for each row of the table; 0 for those that are not among `rows`.
  /// - Throws: an error with the row when a cell of one of them is missing, not a number or negative, and when all of
  ///   them are 0.
  static func read(_ table: Table, _ index: Int, rows: [Int]) throws(ApusError) -> [Float] {
    let column = table.columns[index]
    var weights = [Float](repeating: 0, count: table.rowCount)
    let parsed: [Double?]
    if case .texts(_, let texts) = column.cells {
      parsed = texts.map { DecimalParser.parse($0) }
    } else {
      parsed = []
    }
    for row in rows {
      let cell: Double?
      switch column.cells {
      case .numbers(let numbers): cell = numbers[row].isNaN ? nil : numbers[row]
      case .texts(let codes, _): cell = codes[row] < 0 ? nil : parsed[Int(codes[row])]
      }
      guard let cell, isWeight(cell) else {
        let text = column.text(row: row) ?? column.strays.first { $0.row == row }?.text
        throw ApusError(
          text.map { "the weight is \"\($0.prefix(40))\"" } ?? "the weight is missing",
          at: table.place(row: row, column: index), expected: expected(cell ?? 0),
          fix: "correct the cell; a weight of 0 leaves the row out")
      }
      weights[row] = Float(cell)
    }
    guard rows.isEmpty || rows.contains(where: { weights[$0] > 0 }) else {
      throw ApusError(
        "all \(rows.count) rows have a weight of 0", at: table.place(column: index),
        expected: "a positive number in some of the rows", fix: "name another column of weights, or none")
    }
    return weights
  }
}
