import ApusCore

/// The columns of a table that hold the target: one, or one for each of several labels. What they mean stands in the
/// objective.
public struct TargetColumns: Sendable, Equatable, Codable {
  public var names: [String]
  /// The columns' places in the training table, counted from 1.
  public var numbers: [Int]
  /// The text between the labels of a cell, where one column has lists of them.
  public var separator: String?

  public init(names: [String], numbers: [Int], separator: String? = nil) {
    self.names = names
    self.numbers = numbers
    self.separator = separator
  }

  /// A Boolean value that indicates whether the numbers make sense: a document from elsewhere may hold anything.
  var isSound: Bool {
    !names.isEmpty && numbers.count == names.count && Set(numbers).count == numbers.count && separator != ""
      && (separator == nil || names.count == 1)
  }

  // MARK: Reading

  /// The targets of a table's rows.
  struct Rows {
    /// The class of each row; empty for labels and numbers.
    var labels: [Int32] = []
    /// `[rows, outputs]`: 1 or 0 for labels, numbers as the network sees them; empty for classes.
    var values: [Float] = []
    /// Numbers in their own unit, NaN where missing.
    var ownValues: [Double] = []
    /// Boolean values that indicate whether each row's target is known; an unknown one is 0 above.
    var isKnown: [Bool]
    /// Observations about the target, as sentences for the user.
    var notes: [String] = []
  }

  /// - Parameter places: the columns in this table, counted from 0; nil where it has none.
  /// - Throws: where a cell is none of the targets that there are: by row and column.
  func read(_ table: Table, _ places: [Int]?, _ targets: TargetEncoding) throws(ApusError) -> Rows {
    let expected =
      if case .classes = targets.kind { 1 } else { separator == nil ? targets.kind.outputCount : 1 }
    guard numbers.count == expected else {
      throw ApusError(
        "\(counted(numbers.count, "column")) of targets for \(targets.kind.words)", at: table.name,
        expected: "\(expected)", fix: "give the model the objective that its preprocessing was fitted for")
    }
    var rows = Rows(isKnown: [Bool](repeating: false, count: table.rowCount))
    switch targets.kind {
    case .classes(let names):
      rows.labels = [Int32](repeating: 0, count: table.rowCount)
      if let place = places?.first { try readClasses(table, place, names, &rows) }
    case .labels(let names):
      rows.values = [Float](repeating: 0, count: table.rowCount * names.count)
      guard let places else { break }
      let encoding = LabelEncoding(names: names, numbers: numbers, separator: separator)
      let found = try encoding.rows(of: table, places)
      (rows.values, rows.isKnown) = (found.indicators, found.isKnown)
    case .values(let names):
      rows.values = [Float](repeating: 0, count: table.rowCount * names.count)
      if let places { try readNumbers(table, places, targets.scales, &rows) }
    }
    return rows
  }

  private func readClasses(
    _ table: Table, _ place: Int, _ names: [String], _ rows: inout Rows
  ) throws(ApusError) {
    for (row, code) in ColumnReading(table, place).codes(of: names).enumerated() where code >= 0 {
      guard code < names.count else {
        throw ApusError(
          "the class \"\(table.columns[place].text(row: row) ?? "")\" does not occur in training",
          at: table.place(row: row, column: place),
          expected: names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : ""))
      }
      rows.labels[row] = code
      rows.isKnown[row] = true
    }
  }

  private func readNumbers(
    _ table: Table, _ places: [Int], _ scales: [TargetScale], _ rows: inout Rows
  ) throws(ApusError) {
    let width = places.count
    // Of data that need not fit in memory nobody shows all.
    let keepsOwn = !table.isMapped
    if keepsOwn { rows.ownValues = [Double](repeating: .nan, count: table.rowCount * width) }
    rows.isKnown = [Bool](repeating: true, count: table.rowCount)
    for (output, place) in places.enumerated() {
      let scale = scales.indices.contains(output) ? scales[output] : TargetScale()
      func read(_ number: Double, _ row: Int) throws(ApusError) {
        if keepsOwn { rows.ownValues[row * width + output] = number }
        guard !number.isNaN else {
          rows.isKnown[row] = false
          return
        }
        let scaled = scale.scaled(number)
        guard abs(scaled) < TargetEncoding.mostDeviations else {
          throw ApusError(
            "the target is \(number)", at: table.place(row: row, column: place),
            expected:
              "a number of the training targets' size, \(shortText(scale.mean)) ± \(shortText(scale.deviation))",
            fix: "correct the cell, or leave it empty if the value is unknown")
        }
        rows.values[row * width + output] = Float(scaled)
      }
      if case .numbers(let numbers) = table.columns[place].cells {
        for row in numbers.indices { try read(numbers[row], row) }
      } else {
        let numbers = ColumnReading(table, place).numbers(&rows.notes)
        for row in numbers.indices { try read(numbers[row], row) }
      }
    }
  }
}
