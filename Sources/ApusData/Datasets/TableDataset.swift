public import ApusCore

/// Rows of floats: an encoded table, or arrays that a program made.
public struct TableDataset: Dataset {
  /// `[count, features]`, row-major. Of data that need not fit in memory they are made anew each time: ``gather(_:into:)``
  /// makes those of the rows that it is asked for.
  public var features: [Float] {
    switch storage {
    case .all(let features): features
    case .encoded(let made): made.features(0..<count)
    }
  }
  private let storage: Features

  /// The features of all rows, or what makes those of some.
  enum Features: Sendable {
    case all([Float])
    case encoded(any RowFeatures)
  }
  public let inputShape: [Int]
  public let targets: TargetKind
  public let scales: [TargetScale]
  /// The class of each row; empty where the targets are values.
  public let labels: [Int32]
  /// `[count, values]`, 0 or 1 for each of several labels; empty where the targets are classes.
  public let values: [Float]
  /// `[count]`: how much each row counts; nil where each counts once.
  public let weights: [Float]?
  public let count: Int

  /// - Parameters:
  ///   - features: `[count, inputShape…]`, row-major.
  ///   - labels: one class number a row, below the number of `names`.
  ///   - weights: how much each row counts, 0 or more; nil where each counts once.
  /// - Throws: if the sizes do not fit, a label has no name, or a weight is not one.
  public init(
    features: [Float], inputShape: [Int], labels: [Int32], names: [String], weights: [Float]? = nil
  ) throws(ApusError) {
    try Self.check(features, inputShape, weights, rows: labels.count)
    if let row = labels.firstIndex(where: { $0 < 0 || $0 >= names.count }) {
      throw ApusError("row \(row + 1) has the label \(labels[row])", expected: "0 … \(names.count - 1)")
    }
    self.init(
      features: .all(features), inputShape: inputShape, targets: .classes(names: names), labels: labels,
      values: [],
      weights: weights, count: labels.count)
  }

  /// - Parameters:
  ///   - features: `[count, inputShape…]`, row-major.
  ///   - values: `[count, names]`, row-major.
  ///   - weights: how much each row counts, 0 or more; nil where each counts once.
  /// - Throws: if the sizes do not fit or a weight is not one.
  public init(
    features: [Float], inputShape: [Int], values: [Float], names: [String], weights: [Float]? = nil
  ) throws(ApusError) {
    guard !names.isEmpty, values.count % names.count == 0 else {
      throw ApusError("\(values.count) target values do not divide into rows of \(names.count)")
    }
    let rows = values.count / names.count
    try Self.check(features, inputShape, weights, rows: rows)
    self.init(
      features: .all(features), inputShape: inputShape, targets: .values(names: names), labels: [],
      values: values,
      weights: weights, count: rows)
  }

  /// Rows with any of several independent labels.
  ///
  /// - Parameters:
  ///   - features: `[count, inputShape…]`, row-major.
  ///   - indicators: `[count, labels]`, row-major: 1 where the row has the label, else 0.
  ///   - weights: how much each row counts, 0 or more; nil where each counts once.
  /// - Throws: if the sizes do not fit, an indicator is neither 0 nor 1, or a weight is not one.
  public init(
    features: [Float], inputShape: [Int], indicators: [Float], labels: [String], weights: [Float]? = nil
  ) throws(ApusError) {
    if let wrong = indicators.firstIndex(where: { $0 != 0 && $0 != 1 }), !labels.isEmpty {
      throw ApusError(
        "row \(wrong / labels.count + 1) has \(indicators[wrong]) for the label \"\(labels[wrong % labels.count])\"",
        expected: "1 where it has the label, else 0")
    }
    let plain = try TableDataset(
      features: features, inputShape: inputShape, values: indicators, names: labels, weights: weights)
    self.init(
      features: .all(features), inputShape: inputShape, targets: .labels(names: labels), labels: [],
      values: indicators, weights: weights, count: plain.count)
  }

  init(
    features: Features, inputShape: [Int], targets: TargetKind, scales: [TargetScale] = [], labels: [Int32],
    values: [Float], weights: [Float]?, count: Int
  ) {
    storage = features
    self.inputShape = inputShape
    self.targets = targets
    self.scales = scales
    self.labels = labels
    self.values = values
    self.weights = weights
    self.count = count
  }

  private static func check(
    _ features: [Float], _ shape: [Int], _ weights: [Float]?, rows: Int
  ) throws(ApusError) {
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
    try weights.map { weights throws(ApusError) in try check(weights, rows: rows) }
  }

  private static func check(_ weights: [Float], rows: Int) throws(ApusError) {
    guard weights.count == rows else {
      throw ApusError(
        "\(weights.count) weights for \(rows) rows", expected: "\(rows), one for each row",
        fix: "give each row a weight, or leave the weights out")
    }
    if let row = weights.firstIndex(where: { !WeightColumn.isWeight(Double($0)) }) {
      throw ApusError(
        "row \(row + 1) has a weight of \(weights[row])",
        expected: WeightColumn.expected(Double(weights[row])), fix: "a weight of 0 leaves the row out")
    }
    guard rows == 0 || weights.contains(where: { $0 > 0 }) else {
      throw ApusError(
        "all \(rows) rows have a weight of 0", expected: "a positive number for some of the rows",
        fix: "leave the weights out where every row is to count once")
    }
  }

  public func gather(_ rows: ArraySlice<Int>, into memory: Batch.Memory) {
    let size = memory.mainSize
    precondition(rows.count <= memory.capacity && size == inputSize, "the batch does not fit")
    switch storage {
    case .all(let features): copy(features, rows, size, memory)
    case .encoded(let made):
      precondition(rows.allSatisfy { $0 >= 0 && $0 < count }, "no such sample")
      if memory.main.integers == nil {
        if let floats = memory.main.floats.baseAddress { made.write(rows, to: floats) }
      } else {
        let made = [Float](unsafeUninitializedCapacity: rows.count * size) { buffer, count in
          if let base = buffer.baseAddress { made.write(rows, to: base) }
          count = rows.count * size
        }
        for place in 0..<rows.count { memory.write(made[(place * size)..<((place + 1) * size)], at: place) }
      }
    }
    writeTargets(rows, memory)
  }

  public func classLabels() -> [Int32]? {
    guard case .classes = targets else { return nil }
    return labels.isEmpty ? [Int32](repeating: 0, count: count) : labels
  }

  private func copy(_ features: [Float], _ rows: ArraySlice<Int>, _ size: Int, _ memory: Batch.Memory) {
    features.withUnsafeBufferPointer { source in
      if memory.main.integers == nil {
        guard var target = memory.main.floats.baseAddress else { return }
        for row in rows {
          precondition(row >= 0 && row < count, "no such sample")
          let values = source.baseAddress! + row &* size
          // Cheaper than a call for a few numbers.
          if size < 8 {
            for place in 0..<size { target[place] = values[place] }
          } else {
            target.update(from: values, count: size)
          }
          target += size
        }
      } else {
        for (place, row) in zip(0..., rows) {
          memory.write(source[(row * size)..<((row + 1) * size)], at: place)
        }
      }
    }
  }

  private func writeTargets(_ rows: ArraySlice<Int>, _ memory: Batch.Memory) {
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
  }
}
