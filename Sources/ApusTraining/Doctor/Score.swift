import ApusData

/// How good a model is on some rows by its main metric, 1 at best: accuracy, or the share of the variance explained.
struct Score {
  let name: String
  let value: Double
  /// The metric's standard error; 0 where it has none.
  let error: Double
  /// The variance of the value as an estimate for unseen rows. Of no mistakes in n rows it is not 0 (Agresti and
  /// Coull 1998).
  let variance: Double

  init?(_ metrics: [MetricValue], rows: Int) {
    if let accuracy = metrics.first(where: { $0.name == Accuracy.name }) {
      (name, value) = (accuracy.name, accuracy.value)
      error = accuracy.standardError ?? 0
      let n = Double(rows) + 4
      let p = (accuracy.value * Double(rows) + 2) / n
      variance = p * (1 - p) / n
    } else if let explained = metrics.first(where: { $0.name == CoefficientOfDetermination.name }) {
      (name, value) = (explained.name, explained.value)
      error = explained.standardError ?? 0
      variance = error * error
    } else {
      return nil
    }
  }

  /// What guessing reaches: the largest class' share of the training rows, or 0 of the variance.
  static func ofGuessing(_ patient: Patient) -> Double {
    guard case .classes(let names) = patient.training.targets, let labels = patient.training.classLabels(),
      !labels.isEmpty
    else { return 0 }
    var counts = [Int](repeating: 0, count: names.count)
    for label in labels { counts[Int(label)] += 1 }
    return Double(counts.max() ?? 0) / Double(labels.count)
  }
}
