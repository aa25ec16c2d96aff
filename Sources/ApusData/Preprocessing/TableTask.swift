public import ApusCore

/// A table, what its columns are, and the rows that can be learned from: the way from a file to data
/// sets, which cannot leak.
///
/// ```swift
/// let houses = try Table(contentsOf: "houses.csv").task(target: "price")
/// let split = try houses.split(validation: 0.1, test: 0.2, seed: 1)
/// ```
public struct TableTask: Sendable {
  public let table: Table
  package let schema: TableSchema
  package let target: TableSchema.Target
  /// The rows whose target is known and whose weight is not 0.
  public let rows: [Int]
  /// The weight of each row of the table, 0 where its target is missing; nil where each counts once.
  public let weights: [Float]?
  /// For classification, the class of every row (−1 where it is missing) and the classes' names. For labels, what
  /// splits keep in proportion: a number for each frequent set of them, and −1 for the rare ones together.
  public let classes: [Int32]?
  public let classNames: [String]
  /// Observations about the table, as sentences for the user.
  public let notes: [String]
  private let labelRows: LabelEncoding.Rows?

  /// - Parameters: as of ``TableSchema/infer(_:target:labels:weights:task:leaveOut:readsTexts:)``.
  /// - Throws: what that throws, and if fewer than two rows have a target; an error with the row if a row with a target
  ///   has no weight where there is a column of them.
  public init(
    _ table: Table, target: String? = nil, labels: LabelRequest? = nil, weights: String? = nil,
    task: LearningTask? = nil, leaveOut: [String] = [], readsTexts: Bool = false
  ) throws(ApusError) {
    schema = try TableSchema.infer(
      table, target: target, labels: labels, weights: weights, task: task, leaveOut: leaveOut,
      readsTexts: readsTexts)
    guard let chosen = schema.target else { throw ApusError("no target is chosen", at: table.name) }
    self.table = table
    self.target = chosen
    var notes = table.notes + schema.notes
    let column = table.columns[chosen.index]
    var labelRows: LabelEncoding.Rows?
    if let labels = chosen.labels { labelRows = try labels.rows(of: table, labels.numbers.map { $0 - 1 }) }
    self.labelRows = labelRows
    let known = Self.rows(where: labelRows?.isKnown ?? Self.isKnown(table, chosen.indices))
    let read = try schema.weights.map { index throws(ApusError) in
      try WeightColumn.read(table, index, rows: known)
    }
    rows = read.map { weights in known.filter { weights[$0] > 0 } } ?? known
    self.weights = read
    if known.count < table.rowCount {
      let count = table.rowCount - known.count
      notes.append(
        "\(counted(count, "row")) without a target"
          + (chosen.indices.count > 1 ? " in each of the \(chosen.indices.count) columns" : "")
          + " \(count == 1 ? "is" : "are") left out")
    }
    if let note = WeightColumn.note(leftOut: known.count - rows.count) { notes.append(note) }
    guard rows.count >= 2 else {
      throw ApusError(
        "the table has \(rows.count == 1 ? "a single row" : "no rows") to learn from", at: table.name,
        expected: "at least two rows with a target" + (read == nil ? "" : " and a weight above 0"))
    }
    switch chosen.task {
    case .classification:
      let names = TablePreprocessing.classNames(column)
      let classes = ColumnReading(table, chosen.index).codes(of: names)
      self.classes = classes
      classNames = names
      var counts = [Int](repeating: 0, count: names.count)
      for row in rows { counts[Int(classes[row])] += 1 }
      let rare = counts.indices.filter { counts[$0] < 5 }
      if !rare.isEmpty, rows.count >= 20 {
        let list = rare.prefix(5).map { "\"\(names[$0])\" (\(counts[$0]))" }.joined(separator: ", ")
        notes.append("classes of very few rows: \(list)\(rare.count > 5 ? ", …" : "")")
      }
    case .multiLabel:
      classNames = []
      classes = labelRows.map { LabelEncoding.strata($0, labels: chosen.labels?.names.count ?? 0) }
      if let count = labelRows?.emptyLists, count > 0 {
        notes.append("\(counted(count, "row")) with an empty list of labels: none of them applies there")
      }
    case .regression:
      classNames = []
      classes = nil
    }
    let repeated = table.duplicateRowCount()
    if repeated > 0, table.rowCount > 4 {
      notes.append(
        "\(counted(repeated, "row")) equal to an earlier one; copies may fall into different parts of a split"
      )
    }
    self.notes = notes
  }

  /// Returns whether each row has a value in all of several columns.
  private static func isKnown(_ table: Table, _ indices: [Int]) -> [Bool] {
    var isKnown = [Bool](repeating: true, count: table.rowCount)
    for index in indices {
      switch table.columns[index].cells {
      case .numbers(let numbers):
        for (row, number) in numbers.enumerated() where number.isNaN { isKnown[row] = false }
      case .texts(let codes, _): for (row, code) in codes.enumerated() where code < 0 { isKnown[row] = false }
      }
    }
    return isKnown
  }

  private static func rows(where isKnown: [Bool]) -> [Int] {
    var rows: [Int] = []
    // Not one more than there are: of a large table that would be twice the memory.
    rows.reserveCapacity(isKnown.count { $0 })
    for row in isKnown.indices where isKnown[row] { rows.append(row) }
    return rows
  }

  /// The rows that have a target, divided at random and encoded with what was fitted to the training rows alone; classes
  /// are kept in proportion.
  ///
  /// - Throws: when nothing is left for training, or no column is of use.
  public func split(
    validation: Double = 0.1, test: Double = 0.2, seed: UInt64 = 0
  ) throws(ApusError) -> DatasetSplit {
    let parts = try split(Split.Options(validation: validation, test: test, seed: seed))
    let fitted = try fit(parts.training)
    let data = try fitted.apply(to: table).dataset
    return DatasetSplit(
      training: data.subset(parts.training.indices), validation: data.subset(parts.validation),
      test: data.subset(parts.test), preprocessing: .table(fitted.preprocessing))
  }

  /// Divides the rows that have a target; classes are kept in proportion.
  public func split(_ options: Split.Options) throws(ApusError) -> Split {
    do { return try Split.random(rows: rows, classes: classes, options) } catch { throw error.at(table.name) }
  }

  /// All rows that have a target, for training.
  public func unsplit() -> Split { Split.unsplit(rows: rows) }

  /// k splits of the rows that have a target.
  public func folds(_ count: Int, seed: UInt64 = 0) throws(ApusError) -> [Split] {
    try Split.folds(count, rows: rows, classes: classes, seed: seed)
  }

  /// Fits the preprocessing to training rows, and to no others.
  public func fit(
    _ rows: Split.TrainingRows, options: TablePreprocessing.Options = TablePreprocessing.Options()
  ) throws(ApusError) -> FittedTable {
    var fitted = try TablePreprocessing.fit(table, schema, rows: rows, options: options)
    fitted.notes += labelNotes(rows)
    return fitted
  }

  /// The preprocessing that was fitted to other rows, with this task's target: fitted to training rows, and to no others.
  ///
  /// - Parameter targets: what the model's targets were: a target of the same name, and classes that are all known, stay
  ///   encoded as they were.
  /// - Throws: if the target is one of the inputs.
  public func fit(
    _ rows: Split.TrainingRows, inputsOf fitted: TablePreprocessing, targets: TargetEncoding? = nil
  ) throws(ApusError) -> FittedTable {
    var preprocessing = fitted
    let columns = TablePreprocessing.targetColumns(table, target)
    let encoding = try TablePreprocessing.fitTarget(table, target, schema.weights, rows)
    let weights = TablePreprocessing.weightColumn(table, schema.weights)
    if let leak = fitted.columns.first(where: {
      fitted.hasHeader ? columns.names.contains($0.name) : columns.numbers.contains($0.number)
    }) {
      throw ApusError(
        "the column \"\(leak.name)\" is the target here, and an input of the model", at: table.name,
        fix: "name another target, or a model that does not take this column")
    }
    if let weights,
      let input = fitted.columns.first(where: {
        fitted.hasHeader ? weights.name == $0.name : weights.number == $0.number
      })
    {
      throw ApusError(
        "the column \"\(input.name)\" has the weights here, and is an input of the model", at: table.name,
        fix: "name another column of weights, or a model that does not take this column")
    }
    preprocessing.target = columns
    preprocessing.weights = weights
    preprocessing.tableWidth = table.columns.count
    return FittedTable(
      preprocessing: preprocessing, targets: targets.map(encoding.adopting) ?? encoding,
      notes: labelNotes(rows))
  }

  private func labelNotes(_ rows: Split.TrainingRows) -> [String] {
    guard let labels = target.labels, let labelRows else { return [] }
    return LabelEncoding.notes(table, labels, labelRows, training: rows.indices)
  }
}
