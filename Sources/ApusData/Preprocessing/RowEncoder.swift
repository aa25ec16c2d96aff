import ApusCore

/// Writes the features of a table's rows when they are asked for.
final class RowEncoder: RowFeatures {
  private let columns: [(encoder: ColumnEncoder, place: Int)]
  /// The features of the columns, before the steps.
  private let width: Int
  private let steps: [FittedTransform]

  init(_ columns: [(encoder: ColumnEncoder, place: Int)], width: Int, steps: [FittedTransform]) {
    (self.columns, self.width, self.steps) = (columns, width, steps)
  }

  /// The features of one row.
  var featureCount: Int { steps.last?.names.count ?? width }

  func write(_ rows: some RandomAccessCollection<Int>, to features: UnsafeMutablePointer<Float>) {
    guard steps.isEmpty else {
      var made = [Float](repeating: 0, count: rows.count * width)
      made.withUnsafeMutableBufferPointer { fill(rows, $0.baseAddress!) }
      for step in steps { made = step.apply(to: made, rows: rows.count) }
      features.update(from: made, count: made.count)
      return
    }
    features.update(repeating: 0, count: rows.count * width)
    fill(rows, features)
  }

  private func fill(_ rows: some RandomAccessCollection<Int>, _ features: UnsafeMutablePointer<Float>) {
    guard !rows.isEmpty else { return }
    for (encoder, place) in columns { encoder.write(rows, to: features + place, stride: width) }
  }

  func features(_ rows: Range<Int>) -> [Float] {
    [Float](unsafeUninitializedCapacity: rows.count * featureCount) { buffer, count in
      if let base = buffer.baseAddress { write(rows, to: base) }
      count = rows.count * featureCount
    }
  }
}
