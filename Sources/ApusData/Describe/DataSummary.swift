package import ApusCore

/// A summary of what one should know about a table before training on it (`apus describe`).
package struct DataSummary: Sendable, Equatable {
  /// A column and its distribution.
  package struct Column: Sendable, Equatable {
    package var name: String
    /// Counted from 1.
    package var number: Int
    package var kind: TableSchema.Kind
    package var role: TableSchema.Role
    package var filledCount: Int
    package var missingCount: Int
    package var distinctCount: Int
    /// For columns of numbers.
    package var statistics: Statistics?
    /// For columns of texts: the most frequent first, at most eight.
    package var topValues: [Count]
    /// For columns of dates: the first and the last, as in `2024-03-09`.
    package var firstDate: String?
    package var lastDate: String?
  }

  package struct Statistics: Sendable, Equatable {
    package var mean: Double
    /// Over n − 1, as of a sample.
    package var deviation: Double
    package var skewness: Double
    package var minimum: Double
    package var lowerQuartile: Double
    package var median: Double
    package var upperQuartile: Double
    package var maximum: Double
    /// The number of values in each of twelve equal parts of [minimum, maximum].
    package var histogram: [Int]
  }

  package struct Count: Sendable, Equatable {
    package var name: String
    package var count: Int

    package init(name: String, count: Int) {
      self.name = name
      self.count = count
    }
  }

  /// The strength of the association of two columns.
  package struct Association: Sendable, Equatable {
    /// The measure of association.
    package enum Measure: String, Sendable {
      /// Pearson's r of two columns of numbers, −1 … 1.
      case correlation = "r"
      /// The correlation ratio of numbers and categories, 0 … 1.
      case ratio = "η"
      /// Cramér's V of two columns of categories, 0 … 1.
      case contingency = "V"
    }

    package var first: String
    package var second: String
    package var measure: Measure
    package var value: Double
  }

  package var name: String
  package var rowCount: Int
  package var columns: [Column]
  /// The column that would be predicted, and why; nil if none can be.
  package var target: TableSchema.Target?
  /// The column that holds the rows' weights, and why; nil where every row counts once. The figures are of rows,
  /// whatever their weights.
  package var whyWeights: String?
  /// For classification: the rows of each class. For several labels: the rows that have each.
  package var classCounts: [Count]
  /// Each input column with the target, the strongest first; of several targets, those of each one after the other.
  package var targetAssociations: [Association]
  /// Pairs of input columns of numbers correlated by more than 0.5, the strongest first, at most ten.
  package var pairs: [Association]
  /// Rows that equal an earlier one.
  package var duplicateRowCount: Int
  /// Observations about the table, as sentences for the user.
  package var notes: [String]

  static let histogramBins = 12

  /// - Parameters: as of ``TableSchema/infer(_:target:labels:weights:task:leaveOut:readsTexts:)``. If neither a target nor weights are named and the
  ///   default target cannot be predicted, the summary does without, and says why.
  /// - Throws: if a target or weights are named and are not there, or the target cannot be predicted.
  package init(
    _ table: Table, target: String? = nil, labels: LabelRequest? = nil, weights: String? = nil,
    task: LearningTask? = nil
  ) throws(ApusError) {
    name = table.name
    rowCount = table.rowCount
    notes = table.notes
    var schema: TableSchema
    do {
      schema = try TableSchema.infer(table, target: target, labels: labels, weights: weights, task: task)
    } catch {
      guard target == nil, labels == nil, weights == nil else { throw error }
      schema = TableSchema.describing(table)
      notes.append("no target: \(error.description)")
    }
    notes += schema.notes
    self.target = schema.target
    whyWeights = schema.whyWeights
    columns = table.columns.indices.map { Self.summary(table, $0, schema.columns[$0]) }
    for (index, column) in table.columns.enumerated() where schema.columns[index].kind == .number {
      guard case .numbers(let numbers) = column.cells, let statistics = columns[index].statistics,
        let near = FarNumbers(
          numbers, lower: statistics.lowerQuartile, upper: statistics.upperQuartile)?.range
      else { continue }
      let far = numbers.enumerated().filter { !$0.element.isNaN && !near.contains($0.element) }
      notes.append(
        "\(table.columnTitle(index)) holds \(FarNumbers.list(far.map { (row: $0.offset, number: $0.element) })): "
          + "beyond 10⁴ quartile ranges")
    }
    duplicateRowCount = table.duplicateRowCount()
    if duplicateRowCount > 0 { notes.append("\(counted(duplicateRowCount, "row")) equal to an earlier one") }
    classCounts = []
    targetAssociations = []
    pairs = []
    if let labels = schema.target?.labels {
      try describeLabels(table, labels)
    } else if let chosen = schema.target {
      for index in chosen.indices { describeTarget(table, schema, chosen.task, index) }
    }
    describePairs(table, schema)
  }

  private static func summary(_ table: Table, _ index: Int, _ schema: TableSchema.Column) -> Column {
    let cells = table.columns[index]
    var column = Column(
      name: cells.name, number: index + 1, kind: schema.kind, role: schema.role,
      filledCount: table.rowCount - cells.missingCount, missingCount: cells.missingCount,
      distinctCount: schema.distinctCount, topValues: [])
    switch cells.cells {
    case .numbers(let numbers):
      column.distinctCount = ColumnInference.distinctCount(numbers)
      column.statistics = Statistics(numbers.filter { !$0.isNaN })
      if schema.kind == .category { column.topValues = mostFrequent(cells.asTexts()) }
    case .texts(_, let texts):
      column.topValues = mostFrequent(cells)
      if schema.kind == .date {
        let dates = texts.lazy.compactMap { DateText($0, order: schema.dateOrder ?? .yearMonthDay) }
        column.firstDate = dates.min { $0.instant < $1.instant }?.text
        column.lastDate = dates.max { $0.instant < $1.instant }?.text
      }
    }
    return column
  }

  /// The values of a column of texts, the most frequent first.
  static func counts(_ column: Table.Column) -> [Count] {
    guard case .texts(let codes, let texts) = column.cells else { return [] }
    var counts = [Int](repeating: 0, count: texts.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    return texts.indices.filter { counts[$0] > 0 }
      .sorted { counts[$0] != counts[$1] ? counts[$0] > counts[$1] : texts[$0] < texts[$1] }
      .map { Count(name: texts[$0], count: counts[$0]) }
  }

  /// The first eight of ``counts(_:)``, without sorting a million different texts.
  private static func mostFrequent(_ column: Table.Column) -> [Count] {
    guard case .texts(let codes, let texts) = column.cells else { return [] }
    var counts = [Int](repeating: 0, count: texts.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    var best: [Int] = []
    func goesBefore(_ a: Int, _ b: Int) -> Bool {
      counts[a] != counts[b] ? counts[a] > counts[b] : texts[a] < texts[b]
    }
    for code in texts.indices where counts[code] > 0 {
      if best.count == 8 {
        guard goesBefore(code, best[7]) else { continue }
        best.removeLast()
      }
      best.insert(code, at: best.firstIndex { goesBefore(code, $0) } ?? best.count)
    }
    return best.map { Count(name: texts[$0], count: counts[$0]) }
  }

  private mutating func describeLabels(_ table: Table, _ labels: LabelEncoding) throws(ApusError) {
    let count = labels.names.count
    let found = try labels.rows(of: table, labels.numbers.map { $0 - 1 })
    let known = found.isKnown.indices.filter { found.isKnown[$0] }
    classCounts = labels.names.enumerated().map { label, name in
      Count(name: name, count: known.count { found.indicators[$0 * count + label] == 1 })
    }
    let total = classCounts.reduce(0) { $0 + $1.count }
    let without = known.count { row in !found.indicators[(row * count)..<((row + 1) * count)].contains(1) }
    notes.append(
      "a row has \(significant((Double(total) / Double(max(known.count, 1)) * 100).rounded() / 100)) of the labels "
        + "in the mean; \(counted(without, "row")) without any")
  }

  /// - Parameter target: its column, counted from 0.
  private mutating func describeTarget(
    _ table: Table, _ schema: TableSchema, _ task: LearningTask, _ target: Int
  ) {
    let reading = AssociationReading(table, schema)
    if task == .classification {
      let column = table.columns[target].asTexts()
      let byName = Dictionary(uniqueKeysWithValues: Self.counts(column).map { ($0.name, $0.count) })
      classCounts = TablePreprocessing.classNames(column).map { Count(name: $0, count: byName[$0] ?? 0) }
      let smallest = classCounts.map(\.count).min() ?? 0
      let largest = classCounts.map(\.count).max() ?? 0
      if smallest * 10 < largest {
        notes.append("the classes are unequal: the largest has \(largest) rows, the smallest \(smallest)")
      }
    }
    let areSeveral = (schema.target?.indices.count ?? 1) > 1
    var associations: [Association] = []
    for index in schema.inputs {
      guard schema.columns[index].role == .input, let found = reading.association(index, target) else {
        continue
      }
      associations.append(found)
      if abs(found.value) > 0.999 {
        let name = areSeveral ? table.columnTitle(target) : "the target"
        notes.append(
          "\(table.columnTitle(index)) alone tells \(name) (\(found.measure.rawValue) = "
            + "\(significant(found.value))): will it be known when the model is used?")
      }
    }
    // Equally strong ones stay in the table's order.
    let ranked = associations.enumerated().sorted {
      (-abs($0.element.value), $0.offset) < (-abs($1.element.value), $1.offset)
    }
    targetAssociations += ranked.map(\.element)
  }

  private mutating func describePairs(_ table: Table, _ schema: TableSchema) {
    let reading = AssociationReading(table, schema)
    let inputs = (schema.target == nil ? Array(schema.columns.indices) : schema.inputs)
      .filter { schema.columns[$0].kind == .number && schema.columns[$0].role == .input }.prefix(60)
    var found: [Association] = []
    for (i, first) in inputs.enumerated() {
      for second in inputs.dropFirst(i + 1) {
        guard let association = reading.association(first, second), abs(association.value) > 0.5 else {
          continue
        }
        found.append(association)
        if abs(association.value) > 0.9999 {
          notes.append(
            "\(table.columnTitle(first)) and \(table.columnTitle(second)) say the same: r = "
              + significant(association.value))
        }
      }
    }
    let ranked = found.enumerated().sorted {
      (-abs($0.element.value), $0.offset) < (-abs($1.element.value), $1.offset)
    }
    pairs = ranked.prefix(10).map(\.element)
  }
}

extension DataSummary.Statistics {
  /// - Returns: nil for no numbers.
  init?(_ numbers: [Double]) {
    guard let moments = Moments(numbers) else { return nil }
    var quantile = Quantiles(numbers)
    mean = moments.mean
    let count = Double(numbers.count)
    deviation = count > 1 ? moments.deviation * (count / (count - 1)).squareRoot() : 0
    skewness = moments.skewness
    minimum = moments.minimum
    maximum = moments.maximum
    median = quantile(0.5)
    lowerQuartile = quantile(0.25)
    upperQuartile = quantile(0.75)
    let bins = DataSummary.histogramBins
    histogram = [Int](repeating: 0, count: bins)
    // Halves, because the difference of the two largest doubles overflows.
    let range = maximum / 2 - minimum / 2
    for number in numbers {
      let bin = range > 0 ? Int((number / 2 - minimum / 2) / range * Double(bins)) : 0
      histogram[min(max(bin, 0), bins - 1)] += 1
    }
  }
}
