import ApusCore

/// Several columns that are predicted by one model: independent labels, or numbers.
extension TableSchema {
  /// The kind that a column would have among several targets.
  private enum TargetForm {
    /// 0 and 1, or words for yes and no.
    case mark
    case number
    /// Texts, or nothing at all.
    case other
  }

  mutating func setTargets(
    _ names: [String], _ target: String?, _ asked: LearningTask?, _ table: Table
  ) throws(ApusError) {
    guard target == nil, asked != .classification else {
      throw ApusError(
        "several targets are named, "
          + (target == nil ? "and the task is classification" : "and one besides"),
        at: table.name, expected: "labels, each of which may apply to a row, or numbers",
        fix: "name a single target for classes")
    }
    var indices: [Int] = []
    for name in names {
      guard let index = table.columnIndex(name) else { throw Self.missingColumn(name, table) }
      guard !indices.contains(index) else {
        throw ApusError("\(table.columnTitle(index)) is named twice as a target", at: table.name)
      }
      indices.append(index)
    }
    if let single = indices.first, indices.count == 1, asked != .multiLabel {
      return try setTarget(single, asked, table, "as asked")
    }
    let task = if let asked { asked } else { try Self.task(ofTargets: indices, table) }
    for index in indices { columns[index].role = .target }
    let whyColumn = "\(Self.listed(indices, table)) are the targets, as asked"
    guard task == .regression else {
      let labels = LabelEncoding(
        names: indices.map { table.columns[$0].name }, numbers: indices.map { $0 + 1 })
      // Cells that are no labels are said at once, by row and column.
      _ = try labels.rows(of: table, indices)
      self.target = Target(
        indices: indices, task: .multiLabel, labels: labels, whyColumn: whyColumn,
        whyTask: "multi-label: \(counted(indices.count, "column")) of labels, any of which may apply to a row"
      )
      return
    }
    for index in indices { try checkNumbers(index, table) }
    self.target = Target(
      indices: indices, task: .regression, whyColumn: whyColumn,
      whyTask: "regression: \(indices.count) numbers for each row")
  }

  /// - Throws: for columns of different forms, and for classes.
  private static func task(ofTargets indices: [Int], _ table: Table) throws(ApusError) -> LearningTask {
    let forms = indices.map { form(table, $0) }
    if forms.allSatisfy({ $0 == .mark }) { return .multiLabel }
    if forms.allSatisfy({ $0 == .number }) { return .regression }
    func named(_ form: TargetForm) -> [Int] { zip(indices, forms).filter { $1 == form }.map(\.0) }
    if let odd = named(.other).first {
      // Where the others are labels, the cell that is none is the mistake.
      guard named(.number).isEmpty, !named(.mark).isEmpty else {
        throw ApusError(
          "\(table.columnTitle(odd)) is one of several targets, and holds neither labels nor numbers",
          at: table.place(column: odd),
          expected: "1 or 0, yes or no in all of them, or numbers in all of them",
          fix: "give each column of classes a model of its own")
      }
      return .multiLabel
    }
    throw ApusError(
      "the targets are of two kinds: labels (\(listed(named(.mark), table))) and numbers "
        + "(\(listed(named(.number), table)))", at: table.name,
      expected: "columns of 1 and 0, or of yes and no, for labels; or columns of numbers",
      fix: "train a model for each kind; --task regression takes 0 and 1 as numbers")
  }

  private static func form(_ table: Table, _ index: Int) -> TargetForm {
    let column = table.columns[index]
    guard column.missingCount < table.rowCount else { return .other }
    if column.format.asked != .number, (try? ColumnReading(table, index).strictBooleans()) != nil {
      return .mark
    }
    return holdsNumbers(column) ? .number : .other
  }

  /// A Boolean value that indicates whether a column can be predicted as numbers: the microseconds of a clock, say, are a
  /// date as an input and a quantity as a target.
  private static func holdsNumbers(_ column: Table.Column) -> Bool {
    switch column.cells {
    case .numbers: true
    case .texts(_, let values):
      column.format.kind == .date && column.format.asked == nil
        && values.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) } }
    }
  }

  /// - Throws: for a column without numbers, or with a single one.
  private func checkNumbers(_ index: Int, _ table: Table) throws(ApusError) {
    let column = table.columns[index]
    let place = table.place(column: index)
    guard column.missingCount < table.rowCount else {
      throw ApusError("the target has no values at all", at: place)
    }
    guard Self.holdsNumbers(column) else {
      let row = (0..<table.rowCount).first { row in
        column.text(row: row).map { DecimalParser.parse($0) == nil } ?? false
      }
      throw ApusError(
        "the target holds \"\(column.text(row: row ?? 0) ?? "")\", which is no number",
        at: table.place(row: row ?? 0, column: index), expected: "numbers, for a regression",
        fix: "leave the column out of the targets")
    }
    guard columns[index].distinctCount > 1 else {
      let row = (0..<table.rowCount).first { column.text(row: $0) != nil } ?? 0
      throw ApusError(
        "the target is \"\(column.text(row: row) ?? "")\" in every row", at: place,
        expected: "at least two different values", fix: "leave the column out of the targets")
    }
  }

  private static func listed(_ indices: [Int], _ table: Table) -> String {
    let names = indices.map { "\"\(table.columns[$0].name)\"" }
    let shown = names.prefix(8).joined(separator: ", ")
    return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
  }
}
