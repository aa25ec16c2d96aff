package import ApusCore

/// Everything that turns rows of a table into a network's inputs: fitted on training rows, applied to
/// any rows, stored in the model file.
public struct TablePreprocessing: Sendable, Equatable, Codable {
  package var columns: [ColumnEncoding]
  /// The transforms that are applied to the columns' features, one after the other.
  public var steps: [FittedTransform] = []
  /// The columns of a table for training or evaluation that hold the target.
  public var target: TargetColumns
  /// The column that says how much each row counts; nil where each counts once.
  package var weights: WeightColumn?
  /// A Boolean value that indicates whether the training table had names; without them, columns are found by their
  /// position.
  public var hasHeader: Bool
  /// The number of columns of the training table.
  public var tableWidth: Int
  /// The number of rows that were fitted to.
  public var trainingRows: Int
  /// The formats of cells of columns where they aren't plain, and what was asked of them, by name.
  package var columnFormats: [String: ColumnFormat]?

  public var featureNames: [String] { steps.last?.names ?? columns.flatMap(\.featureNames) }
  public var featureCount: Int { steps.last?.names.count ?? columnFeatureCount }
  /// Before the steps.
  var columnFeatureCount: Int { columns.reduce(0) { $0 + $1.featureCount } }
  /// `[features]`
  public var inputShape: [Int] { [featureCount] }

  /// The format in which a file for this model is best read: the header is recognized by its names, and columns are
  /// what they were in training, whatever a few rows look like.
  public var format: TableFormat {
    var format = TableFormat()
    if hasHeader {
      format.expectedNames = columns.map(\.name) + target.names + (weights.map { [$0.name] } ?? [])
    } else {
      format.hasHeader = false
    }
    for column in columns {
      var known = columnFormats?[column.name] ?? ColumnFormat()
      known.isAsked = nil
      switch column.kind {
      case .number: known.kind = .number
      case .category: known.kind = .category
      case .boolean, .words, .presence: known.kind = known.kind == .date ? .date : .text
      case .date: (known.kind, known.dateOrder) = (.date, column.dateOrder)
      }
      format.known[column.name] = known
    }
    for name in target.names + (weights.map { [$0.name] } ?? []) {
      guard var known = columnFormats?[name] else { continue }
      known.isAsked = nil
      if known.hasCodes == true { known.kind = .category }
      format.known[name] = known
    }
    if !hasHeader { format.knownWidth = tableWidth }
    return format
  }

  /// Fits to the training rows of a table, and to no others.
  ///
  /// The mean and the deviation of a target of numbers are weighted. Those of inputs are not, nor are categories counted by
  /// weight: they only decide how inputs are encoded.
  ///
  /// - Parameter schema: with a target.
  /// - Throws: if no column is of use, or the training rows' target has a single value.
  package static func fit(
    _ table: Table, _ schema: TableSchema, rows: Split.TrainingRows,
    options: TablePreprocessing.Options = TablePreprocessing.Options()
  ) throws(ApusError) -> FittedTable {
    guard let target = schema.target else { throw ApusError("no target is chosen", at: table.name) }
    guard let last = rows.indices.last else { throw ApusError("there are no training rows", at: table.name) }
    guard last < table.rowCount else {
      throw ApusError(
        "the split has row \(last + 1)", at: table.name,
        expected: "a split of this table's \(table.rowCount) rows")
    }
    var notes: [String] = []
    var encodings: [ColumnEncoding] = []
    for index in schema.inputs {
      let column = schema.columns[index]
      if let encoding = try ColumnEncoding.fit(table, index, column, rows, options, &notes) {
        encodings.append(encoding)
      }
    }
    guard !encodings.isEmpty else {
      throw ApusError("no column varies within the \(rows.count) training rows", at: table.name)
    }
    if let note = missingNote(table, encodings) { notes.append(note) }
    var preprocessing = TablePreprocessing(
      columns: encodings, target: targetColumns(table, target),
      weights: weightColumn(table, schema.weights), hasHeader: table.hasHeader,
      tableWidth: table.columns.count, trainingRows: rows.count)
    preprocessing.noteFormats(table)
    for step in options.steps {
      let names = preprocessing.featureNames
      let features = try preprocessing.features(of: table)
      // The training rows alone.
      let fitted = try step.fit(
        rows.indices.flatMap { features[($0 * names.count)..<(($0 + 1) * names.count)] }, names: names)
      preprocessing.steps.append(fitted)
    }
    return FittedTable(
      preprocessing: preprocessing, targets: try fitTarget(table, target, schema.weights, rows), notes: notes)
  }

  /// Keeps how the columns of use were written, where it isn't plain.
  mutating func noteFormats(_ table: Table) {
    let names = columns.map(\.name) + target.names + (weights.map { [$0.name] } ?? [])
    var formats: [String: ColumnFormat] = [:]
    for name in names {
      guard let format = table.columnIndex(name).map({ table.columns[$0].format }), !format.isPlain else {
        continue
      }
      formats[name] = format
    }
    columnFormats = formats.isEmpty ? nil : formats
  }

  static func targetColumns(_ table: Table, _ target: TableSchema.Target) -> TargetColumns {
    TargetColumns(
      names: target.indices.map { table.columns[$0].name }, numbers: target.indices.map { $0 + 1 },
      separator: target.labels?.separator)
  }

  /// Returns a note of the inputs with missing cells, and of what becomes of these.
  private static func missingNote(_ table: Table, _ encodings: [ColumnEncoding]) -> String? {
    let gaps = encodings.filter { $0.kind != .presence }
      .map { (name: $0.name, count: table.columns[$0.number - 1].missingCount) }.filter { $0.count > 0 }
    guard !gaps.isEmpty else { return nil }
    let list = gaps.prefix(5).map { "\"\($0.name)\" (\($0.count) of \(table.rowCount))" }.joined(
      separator: ", ")
    return
      "cells are missing in \(list)\(gaps.count > 5 ? ", …" : ""): they are filled in, and marked as missing"
  }

  static func weightColumn(_ table: Table, _ index: Int?) -> WeightColumn? {
    index.map { WeightColumn(name: table.columns[$0].name, number: $0 + 1) }
  }

  /// - Parameter weights: the column of weights, counted from 0.
  static func fitTarget(
    _ table: Table, _ target: TableSchema.Target, _ weights: Int?, _ rows: Split.TrainingRows
  ) throws(ApusError) -> TargetEncoding {
    switch target.task {
    case .classification:
      // The names of all classes are no statistics: a class that fell into the test part alone is
      // still a class.
      return TargetEncoding(.classes(names: classNames(table.columns[target.index])))
    case .multiLabel:
      return TargetEncoding(.labels(names: target.labels?.names ?? []))
    case .regression:
      let weights = try weights.map { index throws(ApusError) in
        try WeightColumn.read(table, index, rows: rows.indices)
      }
      let scales = try target.indices.map { index throws(ApusError) in
        try fitScale(table, index, weights, rows, isOneOfSeveral: target.indices.count > 1)
      }
      return TargetEncoding(.values(names: target.indices.map { table.columns[$0].name }), scales: scales)
    }
  }

  /// The mean and the deviation of a target of numbers over the training rows.
  private static func fitScale(
    _ table: Table, _ index: Int, _ weights: [Float]?, _ rows: Split.TrainingRows, isOneOfSeveral: Bool
  ) throws(ApusError) -> TargetScale {
    let moments: Moments?
    if weights == nil, case .numbers(let cells) = table.columns[index].cells {
      // Looked up anew in each of the walks: they need not fit in memory.
      let numbers = rows.indices.lazy.map { cells[$0] }
      try checkSize(numbers, table, index, rows)
      moments = Moments(numbers.filter { !$0.isNaN })
    } else {
      // What is no number was said when the task was set.
      var notes: [String] = []
      let cells = ColumnReading(table, index, rows: rows.indices).numbers(&notes)
      try checkSize(cells, table, index, rows)
      let known = cells.indices.filter { !cells[$0].isNaN }
      let counts = weights.map { weights in known.map { Double(weights[rows.indices[$0]]) } }
      moments = Moments(known.map { cells[$0] }, weights: counts)
    }
    // However small beside their size the differences are: they are what there is to learn.
    guard let moments, moments.minimum < moments.maximum,
      moments.deviation > 0
    else {
      throw ApusError(
        "the target has the same value in every training row", at: table.place(column: index),
        fix: isOneOfSeveral ? "leave the column out of the targets" : nil)
    }
    return TargetScale(
      mean: moments.mean, deviation: moments.deviation, unit: table.columns[index].format.unit)
  }

  /// - Throws: for a number whose square would not be finite.
  private static func checkSize(
    _ numbers: some Sequence<Double>, _ table: Table, _ index: Int, _ rows: Split.TrainingRows
  ) throws(ApusError) {
    for (place, number) in numbers.enumerated() where abs(number) > TargetEncoding.largest {
      throw ApusError(
        "the target is \(number)", at: table.place(row: rows.indices[place], column: index),
        expected: "at most \(TargetEncoding.largest)",
        fix: "correct the cell, or leave it empty if the value is unknown")
    }
  }

  /// Checks what the types cannot express: a document from elsewhere may hold anything.
  func check() throws(ApusError) {
    func require(_ condition: Bool, _ name: String) throws(ApusError) {
      guard condition else { throw ApusError("the encoding of column \"\(name)\" is damaged") }
    }
    let places = 1...max(min(tableWidth, 1 << 32), 1)
    for column in columns {
      let scalings =
        switch column.kind {
        case .number: column.scalings.count == 1
        case .date: !column.scalings.isEmpty && column.dateOrder != nil
        case .boolean: column.fill != nil
        case .category, .words: Set(column.values).count == column.values.count
        case .presence: !column.marksMissing
        }
      try require(
        scalings && places.contains(column.number) && !target.numbers.contains(column.number),
        column.name)
      for scaling in column.scalings {
        try require(scaling.deviation > 0 && scaling.logarithmUnit ?? 1 > 0, column.name)
        try require(scaling.part == nil || DateText.Part(rawValue: scaling.part ?? "") != nil, column.name)
      }
    }
    try require(
      target.isSound && target.numbers.allSatisfy { places.contains($0) },
      target.names.joined(separator: ", "))
    if let weights {
      let others = columns.map(\.number) + target.numbers
      try require(places.contains(weights.number) && !others.contains(weights.number), weights.name)
    }
    guard !columns.isEmpty else { throw ApusError("the preprocessing has no columns") }
    var width = columnFeatureCount
    for step in steps {
      try step.check()
      guard step.inputs == width else { throw ApusError("the transforms do not fit each other") }
      width = step.names.count
    }
  }

  static func classNames(_ column: Table.Column) -> [String] {
    guard case .texts(let codes, let texts) = column.asTexts().cells else { return [] }
    var isUsed = [Bool](repeating: false, count: texts.count)
    for code in codes where code >= 0 { isUsed[Int(code)] = true }
    return sortedNames(texts.indices.filter { isUsed[$0] }.map { texts[$0] })
  }
}
