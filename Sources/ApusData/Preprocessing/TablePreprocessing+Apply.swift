package import ApusCore

extension FittedTable {
  /// A table's rows as a network's inputs.
  public struct Encoded: Sendable {
    /// One sample per row of the table, in order. Where the target is missing, label and values are 0.
    public var dataset: TableDataset
    /// For regression, the targets in their own unit, `[rows, numbers]`; NaN where missing, empty without the column,
    /// and for data that need not fit in memory.
    public var targetValues: [Double]
    /// The rows that have a target and a weight other than 0; empty if the table has no such column.
    public var rowsWithTarget: [Int]
    /// A Boolean value that indicates whether the table has the target's column.
    public var hasTarget: Bool
    /// Observations about the table, as sentences for the user.
    public var notes: [String]
  }
}

extension TablePreprocessing {
  /// Encodes the rows of a table that need not be the one that was fitted to: columns may stand in
  /// another order, further ones are ignored, and the target may be absent.
  ///
  /// The column of weights may be absent too: each row counts once then, which is noted. Where it is there, each row with
  /// a target has a weight; those of weight 0 are not among ``FittedTable/Encoded/rowsWithTarget``.
  ///
  /// Cells that are not what their column was in training are missing, and noted by row and column.
  ///
  /// - Throws: if a column is missing (by name), or a target is none of those that there are (by row and column).
  ///
  /// - Parameters:
  ///   - targets: what the targets are, as a model's objective has it.
  ///   - readsTargets: whether targets and weights are of interest where they are there: not for predictions, whatever
  ///     stands in their place.
  package func apply(
    to table: Table, targets: TargetEncoding, readsTargets: Bool = true
  ) throws(ApusError) -> FittedTable.Encoded {
    var places = try self.places(in: table)
    if !readsTargets { places.targets = nil }
    var notes: [String] = []
    let encoder = try encoder(of: table, &notes)
    let target = try self.target.read(table, places.targets, targets)
    notes += target.notes
    var rowsWithTarget: [Int] = []
    rowsWithTarget.reserveCapacity(target.isKnown.count { $0 })
    for row in target.isKnown.indices where target.isKnown[row] { rowsWithTarget.append(row) }
    var weights: [Float]?
    if let column = self.weights, places.targets != nil {
      if let place = places.weights {
        let read = try WeightColumn.read(table, place, rows: rowsWithTarget)
        let known = rowsWithTarget.count
        rowsWithTarget.removeAll { read[$0] == 0 }
        weights = read
        notes.append("rows count by their weights in \(table.columnTitle(place))")
        if let note = WeightColumn.note(leftOut: known - rowsWithTarget.count) { notes.append(note) }
      } else {
        notes.append("there is no column \"\(column.name)\" of weights: each row counts once")
      }
    }
    // The features of what needn't fit in memory are made batch by batch.
    let dataset = TableDataset(
      features: table.isMapped ? .encoded(encoder) : .all(encoder.features(0..<table.rowCount)),
      inputShape: [featureCount], targets: targets.kind, scales: targets.scales,
      labels: target.labels, values: target.values, weights: weights, count: table.rowCount)
    return FittedTable.Encoded(
      dataset: dataset, targetValues: target.ownValues, rowsWithTarget: rowsWithTarget,
      hasTarget: places.targets != nil, notes: notes)
  }

  /// The features of every row, `[rows, featureCount]`.
  func features(of table: Table) throws(ApusError) -> [Float] {
    var notes: [String] = []
    return try encoder(of: table, &notes).features(0..<table.rowCount)
  }

  /// The features of a table's rows, made when they are asked for.
  ///
  /// - Parameter notes: gets sentences on cells that are not what their column was in training.
  private func encoder(of table: Table, _ notes: inout [String]) throws(ApusError) -> RowEncoder {
    var (encoders, feature) = ([(encoder: ColumnEncoder, place: Int)](), 0)
    for (encoding, place) in zip(columns, try places(in: table).columns) {
      try checkUnit(encoding, table, place)
      encoders.append((ColumnEncoder(encoding, table, place, &notes), feature))
      feature += encoding.featureCount
    }
    return RowEncoder(encoders, width: columnFeatureCount, steps: steps)
  }

  /// - Throws: where the numbers have another unit than those of training.
  private func checkUnit(_ encoding: ColumnEncoding, _ table: Table, _ place: Int) throws(ApusError) {
    guard encoding.kind == .number, let known = columnFormats?[encoding.name]?.unit,
      let unit = table.columns[place].format.unit, unit != known
    else { return }
    throw ApusError(
      "the numbers are in \(unit)", at: table.place(column: place), expected: "\(known), as in training",
      fix: "convert them")
  }

  /// Returns the positions of the columns in a table: by name, or by number where there are no names.
  private func places(in table: Table) throws(ApusError) -> (
    columns: [Int], targets: [Int]?, weights: Int?
  ) {
    guard !hasHeader else {
      var places: [Int] = []
      let names = table.columns.map(\.name)
      let placeOf = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      for encoding in columns {
        guard let place = placeOf[encoding.name] else {
          let fix =
            table.hasHeader
            ? Spelling.fix(for: encoding.name, in: names)
            : "the file seems to have no header; put the columns' names into its first line"
          throw ApusError(
            "there is no column \"\(encoding.name)\", which the model needs", at: table.name, fix: fix)
        }
        places.append(place)
      }
      let targets = target.names.compactMap { placeOf[$0] }
      return (
        places, targets.count == target.names.count ? targets : nil,
        weights.flatMap { placeOf[$0.name] }
      )
    }
    let targets = target.numbers
    if table.columns.count >= tableWidth {
      return (columns.map { $0.number - 1 }, targets.map { $0 - 1 }, weights.map { $0.number - 1 })
    }
    // New rows come without the columns that are to be predicted, and may come without weights; those behind them
    // move up.
    let both = targets + (weights.map { [$0.number] } ?? [])
    let absent = table.columns.count == tableWidth - targets.count ? targets : both
    guard table.columns.count == tableWidth - absent.count else {
      func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ", ") }
      throw ApusError(
        "has \(counted(table.columns.count, "column"))", at: table.name,
        expected: "the \(tableWidth) of the training file, or all but the target (column \(list(targets)))"
          + (weights == nil ? "" : ", or all but target and weights (columns \(list(both)))"))
    }
    return (columns.map { column in column.number - 1 - absent.count { $0 < column.number } }, nil, nil)
  }
}
