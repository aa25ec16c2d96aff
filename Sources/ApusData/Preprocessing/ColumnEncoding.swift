import ApusCore

/// The mapping from one column to features; fitted on training rows alone.
package struct ColumnEncoding: Sendable, Equatable, Codable {
  package enum Kind: String, Sendable, Codable {
    /// One standardized feature.
    case number
    /// 0 or 1.
    case boolean
    /// One feature for each of ``values``, of which one is 1.
    case category
    /// One standardized feature for each part.
    case date
    /// 1 where the cell is filled.
    case presence
    /// One feature for each word of ``values``: 1 where the text has it.
    case words
  }

  package var name: String
  /// The column's place in the training table, counted from 1.
  package var number: Int
  package var kind: Kind
  /// For numbers one, for dates one a part.
  package var scalings: [NumberScaling] = []
  /// The value that replaces a missing Boolean: the fraction of those that are true.
  package var fill: Double?
  /// The categories or words that have a feature of their own, in order.
  package var values: [String] = []
  /// Rare categories share one more feature; those never seen in training count as rare too. Without
  /// it, a category never seen makes all features zero.
  package var hasOther = false
  /// One more feature is 1 where the value is missing; only if values were missing in training.
  package var marksMissing = false
  package var dateOrder: TableFormat.DateOrder?

  /// The features' names, such as `Age`, `Sex = male`, `Sold: month`, `Cabin is missing`.
  package var featureNames: [String] {
    var names: [String]
    switch kind {
    case .number, .boolean: names = [name]
    case .category:
      names = values.map { "\(name) = \($0)" }
      if hasOther { names.append("\(name) = other") }
    case .date: names = scalings.map { "\(name): \($0.part ?? "")" }
    case .presence: names = ["\(name) is filled"]
    case .words: names = values.map { "\(name): \($0)" }
    }
    if marksMissing { names.append("\(name) is missing") }
    return names
  }

  package var featureCount: Int {
    let own =
      switch kind {
      case .number, .boolean, .presence: 1
      case .category: values.count + (hasOther ? 1 : 0)
      case .date: scalings.count
      case .words: values.count
      }
    return own + (marksMissing ? 1 : 0)
  }
}

extension TablePreprocessing {
  /// The options for fitting a column.
  public struct Options: Sendable {
    /// At most so many categories of a column have a feature of their own; the rest are pooled.
    public var maximumCategories: Int
    /// Categories of fewer training rows are pooled; nil: one in 500, at least 2 and at most 50
    /// (1 below 50 rows).
    public var minimumCategoryRows: Int?
    /// Skewed columns may take the logarithm.
    public var takesLogarithms: Bool
    /// At most so many words of a column of free texts are features.
    public var maximumWords: Int
    /// The scaling of numbers.
    public var scaling: NumberScaling.Kind
    /// The transforms that are applied to the features afterwards.
    public var steps: [any Transform]

    public init(
      maximumCategories: Int = 64, minimumCategoryRows: Int? = nil, takesLogarithms: Bool = true,
      maximumWords: Int = 32, scaling: NumberScaling.Kind = .standardize, steps: [any Transform] = []
    ) {
      self.scaling = scaling
      self.steps = steps
      self.maximumWords = maximumWords
      self.maximumCategories = maximumCategories
      self.minimumCategoryRows = minimumCategoryRows
      self.takesLogarithms = takesLogarithms
    }
  }
}

extension ColumnEncoding {
  /// Fits an encoding to the training rows of a column; nil, with a note, if it cannot help.
  static func fit(
    _ table: Table, _ index: Int, _ schema: TableSchema.Column, _ rows: Split.TrainingRows,
    _ options: TablePreprocessing.Options, _ notes: inout [String]
  ) throws(ApusError) -> ColumnEncoding? {
    let column = table.columns[index]
    let missing = column.missingCount(in: rows.indices)
    var encoding = ColumnEncoding(name: column.name, number: index + 1, kind: .number)
    encoding.marksMissing = missing > 0
    let title = table.columnTitle(index)
    func useless() -> ColumnEncoding? {
      notes.append("\(title) is left out: it has the same value in every training row")
      return nil
    }
    if case .presence = schema.role {
      encoding.kind = .presence
      guard missing > 0, missing < rows.count else { return useless() }
      encoding.marksMissing = false
      return encoding
    }
    if case .words = schema.role {
      encoding.kind = .words
      guard case .texts = column.cells else { return useless() }
      encoding.values = Words.vocabulary(
        TextCounts(column, rows: rows.indices), limit: options.maximumWords)
      if encoding.values.isEmpty, !encoding.marksMissing {
        notes.append("\(title) is left out: no word occurs in many training rows")
        return nil
      }
      return encoding
    }
    switch schema.kind {
    case .number:
      guard case .numbers(let cells) = column.cells else { return useless() }
      // Looked up anew in each of the walks: they need not fit in memory.
      let numbers = rows.indices.lazy.map { cells[$0] }
      guard var scaling = NumberScaling.fit(numbers, kind: options.scaling) else { return useless() }
      if scaling.logarithmUnit != nil {
        if options.takesLogarithms {
          notes.append("\(title) is skewed and enters as a logarithm")
        } else {
          let moments = Moments(numbers.lazy.filter { !$0.isNaN })
          scaling.logarithmUnit = nil
          scaling.mean = moments?.mean ?? 0
          scaling.deviation = moments?.deviation ?? 1
        }
      }
      encoding.scalings = [scaling]
      encoding.noteFar(numbers, rows, title, &notes)
    case .boolean:
      encoding.kind = .boolean
      let (sum, count) = booleans(table, index, rows, &notes)
      guard sum > 0, sum < count else { return useless() }
      encoding.fill = sum / count
    case .category:
      encoding.kind = .category
      guard
        encoding.fitCategories(
          TextCounts(column, rows: rows.indices), rows.count, options, title, &notes)
      else { return useless() }
    case .date:
      encoding.kind = .date
      encoding.dateOrder = schema.dateOrder
      encoding.fitDates(table, index, rows, schema.dateOrder ?? .yearMonthDay, options, &notes)
      guard !encoding.scalings.isEmpty else { return useless() }
    case .text:
      return nil
    }
    return encoding
  }

  /// Names the numbers that are cut off.
  private func noteFar(
    _ numbers: some Sequence<Double>, _ rows: Split.TrainingRows, _ title: String, _ notes: inout [String]
  ) {
    guard let scaling = scalings.first, let lower = scaling.lower, let upper = scaling.upper else { return }
    let far = zip(rows.indices, numbers).filter { $0.1 < lower || $0.1 > upper }.map {
      (row: $0.0, number: $0.1)
    }
    notes.append(
      "\(title) holds \(FarNumbers.list(far)): beyond 10⁴ quartile ranges, and cut off at \(shortText(lower)) and "
        + "\(shortText(upper))")
  }

  /// The number of cells that say yes, and of those that say anything.
  private static func booleans(
    _ table: Table, _ index: Int, _ rows: Split.TrainingRows, _ notes: inout [String]
  ) -> (yes: Double, all: Double) {
    let reading = ColumnReading(table, index, rows: rows.indices)
    guard let (values, counts) = reading.values("yes or no", &notes, { ColumnReading.boolean($0) }) else {
      let values = reading.booleans(&notes).filter { !$0.isNaN }
      return (values.reduce(0, +), Double(values.count))
    }
    var (yes, all) = (0, 0)
    for (value, count) in zip(values, counts) {
      guard let value else { continue }
      all += count
      if value == 1 { yes += count }
    }
    return (Double(yes), Double(all))
  }

  private mutating func fitDates(
    _ table: Table, _ index: Int, _ rows: Split.TrainingRows, _ order: TableFormat.DateOrder,
    _ options: TablePreprocessing.Options, _ notes: inout [String]
  ) {
    func fit(_ part: DateText.Part, _ numbers: some Collection<Double>) {
      if let scaling = NumberScaling.fit(numbers, part: part.rawValue, kind: options.scaling) {
        scalings.append(scaling)
      }
    }
    let reading = ColumnReading(table, index, rows: rows.indices)
    guard case .texts(let codes, _) = table.columns[index].cells,
      let (dates, _) = reading.values("date", &notes, { DateText($0, order: order) })
    else {
      let dates = reading.dates(order, &notes)
      for part in DateText.Part.allCases { fit(part, dates.map { $0.map { $0.part(part) } ?? .nan }) }
      return
    }
    for part in DateText.Part.allCases {
      let parts = dates.map { $0.map { $0.part(part) } ?? .nan }
      fit(
        part,
        rows.indices.lazy.map { row in
          let code = Int(codes[row])
          return code < 0 ? .nan : parts[code]
        })
    }
  }

  /// - Returns: false if there is but one category.
  private mutating func fitCategories(
    _ column: TextCounts, _ rows: Int, _ options: TablePreprocessing.Options, _ title: String,
    _ notes: inout [String]
  ) -> Bool {
    let (texts, counts) = (column.texts, column.counts)
    let minimum = options.minimumCategoryRows ?? (rows < 50 ? 1 : min(50, max(2, rows / 500)))
    // The most frequent first; equally frequent ones by name, so that the file's order is no matter.
    let ranked = texts.indices.filter { counts[$0] > 0 }.sorted {
      counts[$0] != counts[$1] ? counts[$0] > counts[$1] : texts[$0] < texts[$1]
    }
    let kept = ranked.prefix(max(options.maximumCategories, 1)).prefix { counts[$0] >= minimum }
    values = sortedNames(kept.map { texts[$0] })
    hasOther = kept.count < ranked.count
    if hasOther {
      let pooled = ranked.dropFirst(kept.count).reduce(0) { $0 + counts[$1] }
      notes.append(
        "\(title): \(ranked.count - kept.count) rare categories (\(pooled) rows) are pooled as \"other\"")
    }
    return values.count + (hasOther ? 1 : 0) > 1 || (marksMissing && !ranked.isEmpty)
  }
}

/// Names in the order of their numbers if all are numbers, else by their letters.
package func sortedNames(_ names: [String]) -> [String] {
  let numbers = names.map { DecimalParser.parse($0) }
  if !names.isEmpty, numbers.allSatisfy({ $0 != nil }) {
    return zip(names, numbers).sorted { ($0.1!, $0.0) < ($1.1!, $1.0) }.map(\.0)
  }
  return names.sorted()
}
