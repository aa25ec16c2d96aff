import ApusCore
import ApusNN

/// One yes-or-no question put to every sample: whether it is of a class, or has a label.
package struct Decisions: Sendable {
  package var truth: [Bool]
  package var predicted: [Bool]
  /// The larger, the more likely a yes.
  package var scores: [Double]
  /// The weight of each sample; nil where each counts once.
  package var weights: [Double]?
}

/// A figure for each class or label, and its plain mean over them (the macro average, as scikit-learn calls it).
///
/// - Of two classes the second is the one that is asked for: its figure alone counts.
/// - Of more classes each is set against the rest; the predicted one is the most probable.
/// - Of independent labels each counts by itself; predicted are those above the threshold.
package protocol DecisionMetric: Metric {
  /// The threshold that a single output must exceed to be a yes; nil is one half for probabilities and 0 for margins.
  var threshold: Double? { get }
  /// The figure of one class, and how far each sample moves it (a sum of 0): what the standard error is made of. nil where
  /// the figure is not defined.
  func figure(_ decisions: Decisions) -> (value: Double, influence: [Double])?
}

extension DecisionMetric {
  public var isBetterWhenLarger: Bool { true }
  public var isDefault: Bool { false }

  /// The mean over the classes that have the figure; its standard error by the delta method, √Σ (mean influence)², where
  /// the influence of a sample of weight w is w times that of one that counts once.
  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    let figures = results.decisions(threshold: threshold).compactMap { figure($0) }
    guard !figures.isEmpty else { return nil }
    let count = Double(figures.count)
    var influence = [Double](repeating: 0, count: results.count)
    for figure in figures {
      for index in influence.indices { influence[index] += figure.influence[index] / count }
    }
    var metric = make(figures.reduce(0) { $0 + $1.value } / count, Self.error(influence))
    if !results.isMultiLabel, results.width <= 2, results.classNames.count == 2 {
      metric.positiveClass = results.classNames[1]
    }
    return metric
  }

  /// The figure of each class or label with its standard error, of the second class alone where there are two; nil for
  /// those that it is not defined for.
  public func ofEachClass(_ results: EvaluatedSamples) -> [MetricValue?] {
    results.decisions(threshold: threshold).map { decisions in
      figure(decisions).map { make($0.value, Self.error($0.influence)) }
    }
  }

  private static func error(_ influence: [Double]) -> Double {
    influence.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// Σ w a / Σ w b, the figure of precision, recall and F1, where b is not 0 for all; 0 where it is, but the class occurs or
  /// is predicted (scikit-learn's convention).
  func ratio(
    _ decisions: Decisions, _ above: (Bool, Bool) -> Double, _ below: (Bool, Bool) -> Double
  ) -> (value: Double, influence: [Double])? {
    let (truth, predicted, weights) = (decisions.truth, decisions.predicted, decisions.weights)
    func weight(_ sample: Int) -> Double { weights?[sample] ?? 1 }
    guard truth.indices.contains(where: { (truth[$0] || predicted[$0]) && weight($0) > 0 }) else {
      return nil
    }
    var (sum, total) = (0.0, 0.0)
    for sample in truth.indices {
      sum += weight(sample) * above(truth[sample], predicted[sample])
      total += weight(sample) * below(truth[sample], predicted[sample])
    }
    var influence = [Double](repeating: 0, count: truth.count)
    guard total > 0 else { return (0, influence) }
    let value = sum / total
    for sample in truth.indices {
      let (t, p) = (truth[sample], predicted[sample])
      influence[sample] = weight(sample) * (above(t, p) - value * below(t, p)) / total
    }
    return (value, influence)
  }
}

extension EvaluatedSamples {
  /// The questions that classes or labels put: one for two classes, one for each class of more, one for each label. Empty
  /// for regression and for sequences.
  package func decisions(threshold: Double? = nil) -> [Decisions] {
    if isMultiLabel {
      return (0..<width).map { output in
        let limit = limit(threshold, of: output)
        let scores = column(output)
        let truth = (0..<count).map { values[$0 * width + output] == 1 }
        return Decisions(
          truth: truth, predicted: scores.map { $0 > limit }, scores: scores, weights: sampleWeights)
      }
    }
    guard !labels.isEmpty, !isSequence else { return [] }
    let predicted = predictedLabels(threshold: threshold)
    let classes: [Int32] = width <= 2 ? [1] : (0..<width).map { Int32($0) }
    return classes.map { label in
      Decisions(
        truth: labels.map { $0 == label }, predicted: predicted.map { $0 == label },
        scores: width == 2 ? scoresOfSecond() : column(width == 1 ? 0 : Int(label)),
        weights: sampleWeights)
    }
  }

  func column(_ output: Int) -> [Double] { (0..<count).map { predictions[$0 * width + output] } }
}
