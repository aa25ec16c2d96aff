import ApusCore
package import ApusData

/// What the data is.
package enum DataFindings: Sendable {
  /// A table; of a large one only so many rows, evenly chosen, were looked at.
  case table(DataSummary, rows: Int)
  case images(shape: [Int], classCounts: [DataSummary.Count], examples: [ImageSample])
  /// A text, in windows of so many characters, of which so many are different.
  case text(context: Int, vocabulary: Int)
  /// Of no kind that has more to tell.
  case other
}

extension DataFindings {
  /// More rows than this are not looked at.
  private static let mostRows = 20_000
  private static let mostExamples = 30

  init(_ data: RunData) throws {
    if let table = data.table {
      let every = max((table.rowCount + Self.mostRows - 1) / Self.mostRows, 1)
      let shown = every > 1 ? table.rows(Array(stride(from: 0, to: table.rowCount, by: every))) : table
      let labels = LabelRequest(
        columns: data.configuration.targets ?? [], separator: data.configuration.labelSeparator)
      self = .table(
        try DataSummary(
          shown, target: data.configuration.target, labels: labels == LabelRequest() ? nil : labels,
          weights: data.configuration.weights, task: data.task),
        rows: table.rowCount)
      return
    }
    if case .text(let text) = data.schema {
      self = .text(context: text.context, vocabulary: text.vocabulary.count)
      return
    }
    guard data.training.inputShape.count == 3, case .classes(let names) = data.training.targets,
      let labels = data.training.classLabels()
    else {
      self = .other
      return
    }
    var counts = names.map { DataSummary.Count(name: $0, count: 0) }
    var first = [Int?](repeating: nil, count: names.count)
    for (row, label) in labels.enumerated() {
      counts[Int(label)].count += 1
      first[Int(label)] = first[Int(label)] ?? row
    }
    let examples = try first.prefix(Self.mostExamples).enumerated().compactMap { label, row in
      try row.map { try ImageSample($0, of: data.training, name: names[label]) }
    }
    self = .images(shape: data.training.inputShape, classCounts: counts, examples: examples.compactMap { $0 })
  }
}
