package import ApusCore

/// Columns that do not help, or help too much: constant ones, copies of one another, and what tells the target.
package struct ColumnSurvey: Sendable, Equatable {
  /// The columns that are inputs.
  package var inputCount: Int
  /// Columns with the same value in every row.
  package var constant: [String]
  /// Pairs of inputs that say the same: associated by at least ``copyThreshold``, in the table's order.
  package var copies: [DataSummary.Association]
  /// Each input with the target, of several that which goes with it most: the strongest first.
  package var targetAssociations: [DataSummary.Association]

  /// Two columns with a stronger association are copies.
  package static let copyThreshold = 0.9999

  /// The most rows that associations are measured on: evenly spaced ones.
  private static let mostRows = 20_000
  /// Rows on which two columns of numbers must agree before all rows are looked at.
  private static let probeRows = 200
  /// Columns beyond this many are not compared where one holds categories.
  private static let mostCategories = 60

  /// - Parameters: as of ``TableSchema/infer(_:target:labels:weights:task:leaveOut:readsTexts:)``.
  /// - Throws: when there is no target, or nothing to predict it from.
  package init(
    _ table: Table, target: String? = nil, labels: LabelRequest? = nil, task: LearningTask? = nil,
    leaveOut: [String] = []
  ) throws(ApusError) {
    let schema = try TableSchema.infer(table, target: target, labels: labels, task: task, leaveOut: leaveOut)
    let isInput = { (index: Int) in schema.columns[index].role == .input }
    let inputs = table.columns.indices.filter(isInput)
    inputCount = inputs.count
    constant = table.columns.indices.filter { index in
      guard schema.target?.indices.contains(index) != true, table.rowCount > 1 else { return false }
      if case .leftOut(why: "as asked") = schema.columns[index].role { return false }
      return schema.columns[index].distinctCount == 1 && table.columns[index].missingCount == 0
    }.map { table.columns[$0].name }
    let step = (table.rowCount + Self.mostRows - 1) / Self.mostRows
    let sampled =
      step > 1 ? table.rows(Array(stride(from: 0, to: table.rowCount, by: step))) : table
    let reading = AssociationReading(sampled, schema)
    copies = Self.copies(sampled, schema, inputs, reading)
    targetAssociations = []
    guard let target = schema.target else { return }
    let found = inputs.compactMap { index -> DataSummary.Association? in
      // Nearly every row with a category of its own would tell anything.
      let isSparse =
        schema.columns[index].kind != .number && schema.columns[index].distinctCount * 5 > sampled.rowCount
      guard !isSparse else { return nil }
      // Of several targets the one that it tells most of.
      return target.indices.compactMap { reading.association(index, $0) }.reduce(nil) { best, next in
        best.map { abs($0.value) >= abs(next.value) ? $0 : next } ?? next
      }
    }
    // Equally strong ones stay in the table's order.
    targetAssociations = found.enumerated().sorted {
      (-abs($0.element.value), $0.offset) < (-abs($1.element.value), $1.offset)
    }.map(\.element)
  }

  private static func copies(
    _ table: Table, _ schema: TableSchema, _ inputs: [Int], _ reading: AssociationReading
  ) -> [DataSummary.Association] {
    let probes = inputs.map { index -> [Double]? in
      guard schema.columns[index].kind == .number, case .numbers(let numbers) = table.columns[index].cells
      else { return nil }
      return Array(numbers.prefix(probeRows))
    }
    var pairs = ColumnNeighbors.pairs(probes)
    // A code that stands for a category says the same; a number that some categories share does not.
    for i in inputs.indices.prefix(mostCategories) {
      for j in inputs.indices.prefix(mostCategories).dropFirst(i + 1)
      where (probes[i] == nil || probes[j] == nil)
        && schema.columns[inputs[i]].distinctCount == schema.columns[inputs[j]].distinctCount
      {
        pairs.append((i, j))
      }
    }
    return pairs.sorted { $0 < $1 }.compactMap { i, j in
      reading.association(inputs[i], inputs[j]).flatMap { abs($0.value) >= copyThreshold ? $0 : nil }
    }
  }
}
