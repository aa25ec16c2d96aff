public import ApusCore

/// Rows of floats: an encoded table, or arrays that a program made.
public struct TableDataset: Dataset {
  /// `[count, features]`, row-major.
  public let features: [Float]
  public let inputShape: [Int]
  public let targets: TargetKind
  /// The class of each row; empty where the targets are values.
  public let labels: [Int32]
  /// `[count, values]`, 0 or 1 for each of several labels; empty where the targets are classes.
  public let values: [Float]
  public let count: Int

  /// - Parameters:
  ///   - features: `[count, inputShape…]`, row-major.
  ///   - labels: one class number a row, below the number of `names`.
  /// - Throws: if the sizes do not fit or a label has no name.
  public init(features: [Float], inputShape: [Int], labels: [Int32], names: [String]) throws(ApusError) {
    try Self.check(features, inputShape, rows: labels.count)
    if let row = labels.firstIndex(where: { $0 < 0 || $0 >= names.count }) {
      throw ApusError("row \(row + 1) has the label \(labels[row])", expected: "0 … \(names.count - 1)")
    }
    self.init(
      features: features, inputShape: inputShape, targets: .classes(names: names), labels: labels, values: [],
      count: labels.count)
  }

  /// - Parameters:
  ///   - features: `[count, inputShape…]`, row-major.
  ///   - values: `[count, names]`, row-major.
  /// - Throws: if the sizes do not fit.
  public init(features: [Float], inputShape: [Int], values: [Float], names: [String]) throws(ApusError) {
    guard !names.isEmpty, values.count % names.count == 0 else {
      throw ApusError("\(values.count) target values do not divide into rows of \(names.count)")
    }
    let rows = values.count / names.count
    try Self.check(features, inputShape, rows: rows)
    self.init(
      features: features, inputShape: inputShape, targets: .values(names: names), labels: [], values: values,
      count: rows)
  }

  /// Rows with any of several independent labels.
  ///
  /// - Parameters:
  ///   - features: `[count, inputShape…]`, row-major.
  ///   - indicators: `[count, labels]`, row-major: 1 where the row has the label, else 0.
  /// - Throws: if the sizes do not fit or an indicator is neither 0 nor 1.
  public init(features: [Float], inputShape: [Int], indicators: [Float], labels: [String]) throws(ApusError) {
    if let wrong = indicators.firstIndex(where: { $0 != 0 && $0 != 1 }), !labels.isEmpty {
      throw ApusError(
        "row \(wrong / labels.count + 1) has \(indicators[wrong]) for the label \"\(labels[wrong % labels.count])\"",
        expected: "1 where it has the label, else 0")
    }
    let plain = try TableDataset(
      features: features, inputShape: inputShape, values: indicators, names: labels)
    self.init(
      features: features, inputShape: inputShape, targets: .labels(names: labels), labels: [],
      values: indicators,
      count: plain.count)
  }

  init(
    features: [Float], inputShape: [Int], targets: TargetKind, labels: [Int32], values: [Float], count: Int
  ) {
    self.features = features
    self.inputShape = inputShape
    self.targets = targets
    self.labels = labels
    self.values = values
    self.count = count
  }

  private static func check(_ features: [Float], _ shape: [Int], rows: Int) throws(ApusError) {
    var size = 1
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow else { throw ApusError("\(shape) is not the shape of a sample") }
      size = product
    }
    let (needed, overflow) = size.multipliedReportingOverflow(by: rows)
    guard !overflow, needed == features.count else {
      throw ApusError(
        "\(features.count) features do not fit \(rows) samples of shape \(shape)",
        expected: overflow ? nil : "\(needed)")
    }
  }

  public func gather(_ rows: ArraySlice<Int>, into memory: BatchMemory) {
    let column = memory.column()
    let size = column.size
    precondition(rows.count <= memory.capacity && size == inputSize, "the batch does not fit")
    features.withUnsafeBufferPointer { source in
      if column.memory.integers == nil {
        guard let target = column.memory.floats.baseAddress else { return }
        var at = 0
        for row in rows {
          precondition(row >= 0 && row < count, "no such sample")
          (target + at).update(from: source.baseAddress! + row * size, count: size)
          at += size
        }
      } else {
        for (place, row) in zip(0..., rows) {
          memory.write(source[(row * size)..<((row + 1) * size)], at: place)
        }
      }
    }
    if case .classes = targets {
      labels.withUnsafeBufferPointer { labels in
        memory.writeClasses(rows) { labels.isEmpty ? 0 : labels[$0] }
      }
    } else {
      let width = targets.outputCount
      let areLabels = if case .labels = targets { true } else { false }
      values.withUnsafeBufferPointer { values in
        memory.writeValues(rows, areLabels: areLabels) { values.isEmpty ? 0 : values[$0 * width + $1] }
      }
    }
    memory.writeWeights(rows, weights)
  }
}
