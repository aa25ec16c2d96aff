import ApusData
import ApusTraining

/// How good a model is on some rows by its main metric, 1 at best: accuracy, or the share of the variance explained.
struct Score {
  let name: String
  let value: Double
  /// The metric's standard error; 0 where it has none.
  let error: Double
  /// The variance of the value as an estimate for unseen rows. Of no mistakes in n rows it is not 0 (Agresti and
  /// Coull 1998).
  let variance: Double

  /// - Parameter rows: how many independent rows the metrics are of: ``Dataset/effectiveCount``.
  init?(_ metrics: [MetricValue], rows: Double) {
    if let accuracy = metrics.first(where: { $0.name == Accuracy.name }) {
      (name, value) = (accuracy.name, accuracy.value)
      error = accuracy.standardError ?? 0
      let n = rows + 4
      let p = (accuracy.value * rows + 2) / n
      variance = p * (1 - p) / n
    } else if let explained = metrics.first(where: { $0.name == R2.name }) {
      (name, value) = (explained.name, explained.value)
      error = explained.standardError ?? 0
      variance = error * error
    } else {
      return nil
    }
  }

  /// What guessing reaches: the largest class' share of the training rows by weight, or 0 of the variance.
  static func ofGuessing(_ examined: ExaminedModel) -> Double {
    guard let counts = examined.training.classWeights(), let largest = counts.max() else { return 0 }
    let total = counts.reduce(0, +)
    return total > 0 ? largest / total : 0
  }
}

extension Dataset {
  /// The number of samples that as many figures of equal weight would be as certain as: (Σ w)² / Σ w² (Kish 1965).
  var effectiveCount: Double {
    guard let weights else { return Double(count) }
    let (sum, squares) = weights.reduce((0.0, 0.0)) { ($0.0 + Double($1), $0.1 + Double($1) * Double($1)) }
    return squares > 0 ? sum * sum / squares : 0
  }

  /// The samples of each class, or the sums of their weights; nil where the targets are not classes, or there are no
  /// samples.
  func classWeights() -> [Double]? {
    guard case .classes(let names) = targets, let labels = classLabels(), !labels.isEmpty else { return nil }
    let weights = weights
    var sums = [Double](repeating: 0, count: names.count)
    for (sample, label) in labels.enumerated() { sums[Int(label)] += weights.map { Double($0[sample]) } ?? 1 }
    return sums
  }
}
