import ApusCore
import ApusTraining
package import ApusData

/// The findings about the data.
package enum DataFindings: Sendable {
  /// A table; of a large one only so many rows, evenly chosen, were looked at.
  case table(DataSummary, rows: Int)
  /// Images; of classes and labels so many have each, of numbers none is counted.
  case images(shape: [Int], targets: TargetKind, counts: [DataSummary.Count], examples: [ImageSample])
  /// A text, in windows of so many characters, of which so many are different.
  case text(context: Int, vocabulary: Int)
  /// Data of no kind that has more to tell.
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
      self = .table(
        try DataSummary(
          shown, target: data.configuration.target, labels: data.configuration.labelRequest(),
          weights: data.configuration.weights, task: data.task),
        rows: table.rowCount)
      return
    }
    if case .text(let text) = data.schema {
      self = .text(context: text.context, vocabulary: text.vocabulary.count)
      return
    }
    guard data.training.inputShape.count == 3 else {
      self = .other
      return
    }
    let targets = data.training.targets
    let names = targets.names
    var counts = names.map { DataSummary.Count(name: $0, count: 0) }
    var first = [Int?](repeating: nil, count: names.count)
    func count(_ output: Int, _ row: Int) {
      counts[output].count += 1
      first[output] = first[output] ?? row
    }
    switch targets {
    case .classes:
      for (row, label) in (data.training.classLabels() ?? []).enumerated() { count(Int(label), row) }
    case .labels:
      var start = 0
      for batch in data.training.batches(of: 1024) {
        let values = batch.arrays(hasInputs: false).values
        defer { start += values.count / names.count }
        for (at, value) in values.enumerated() where value == 1 {
          count(at % names.count, start + at / names.count)
        }
      }
    case .values: counts = []
    }
    var examples: [ImageSample?] = []
    if case .values = targets {
      for row in 0..<min(data.training.count, Self.mostExamples / 3) {
        let values = try data.training.batch([row]).arrays(hasInputs: false).values
        let texts = values.prefix(3).enumerated().map { output, value in
          let scales = data.training.scales
          return shortFigure(
            (scales.indices.contains(output) ? scales[output] : TargetScale()).original(Double(value)),
            digits: 4)
        }
        examples.append(try ImageSample(row, of: data.training, name: texts.joined(separator: ", ")))
      }
    } else {
      for (output, row) in first.prefix(Self.mostExamples).enumerated() {
        if let row { examples.append(try ImageSample(row, of: data.training, name: names[output])) }
      }
    }
    self = .images(
      shape: data.training.inputShape, targets: targets, counts: counts, examples: examples.compactMap { $0 })
  }
}
