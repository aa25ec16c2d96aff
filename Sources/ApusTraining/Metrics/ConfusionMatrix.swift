/// The counts of samples by true class (rows) and predicted class (columns).
public struct ConfusionMatrix: Sendable, Equatable {
  public let classNames: [String]
  /// `counts[truth][prediction]`: the number of samples; where samples have weights, the sum of these.
  public let counts: [[Double]]

  public init(_ results: EvaluatedSamples, classNames: [String]) {
    self.classNames = classNames
    var counts = Array(repeating: Array(repeating: 0.0, count: classNames.count), count: classNames.count)
    let weights = results.sampleWeights
    for (sample, (label, predicted)) in zip(results.labels, results.predictedLabels).enumerated() {
      counts[Int(label)][Int(predicted)] += weights?[sample] ?? 1
    }
    self.counts = counts
  }

  /// Both counts together, of the same classes.
  public static func + (left: ConfusionMatrix, right: ConfusionMatrix) -> ConfusionMatrix {
    precondition(left.classNames == right.classNames, "the counts are of other classes")
    return ConfusionMatrix(
      classNames: left.classNames,
      counts: zip(left.counts, right.counts).map { zip($0, $1).map { $0 + $1 } })
  }

  private init(classNames: [String], counts: [[Double]]) {
    (self.classNames, self.counts) = (classNames, counts)
  }

  /// The share of a class' samples that were recognized; nil when there are none.
  public func recall(_ index: Int) -> Double? {
    let total = counts[index].reduce(0, +)
    return total > 0 ? counts[index][index] / total : nil
  }

  /// The share of the samples taken for a class that belong to it; nil when none were.
  public func precision(_ index: Int) -> Double? {
    let total = counts.reduce(0) { $0 + $1[index] }
    return total > 0 ? counts[index][index] / total : nil
  }
}
