public import ApusCore
import ApusData
public import ApusNN

/// A figure of merit on evaluated samples.
///
/// Where samples have weights, every sum over samples is weighted, Σ w x, and n is Σ w, as with scikit-learn's
/// `sample_weight`: a weight of 2 counts like two copies of the sample, a weight of 0 leaves it out, and only ratios of
/// weights matter. The standard error is that of a weighted mean, √(Σ w² (x − x̄)²) / Σ w: a weighted sample is still one
/// observation (Cochran 1977; Gatz and Smith 1995).
///
/// Adding one costs a file with a conforming type, and a line of ``Metrics/table``.
public protocol Metric: Named {
  /// The value with its standard error; nil where it does not apply to the targets.
  func callAsFunction(_ results: EvaluatedSamples) -> MetricValue?
  /// A Boolean value that indicates whether larger is better.
  var isBetterWhenLarger: Bool { get }
  /// A Boolean value that indicates whether it is reported after each epoch, and wherever no metric is asked for.
  var isDefault: Bool { get }
  /// The same where a sample has any of several independent labels.
  var isDefaultForLabels: Bool { get }
  /// The name of its values: its own name, and `top3` where a parameter makes another figure of it.
  var valueName: String { get }
}

extension Metric {
  public var valueName: String { Self.name }
  public var isDefault: Bool { true }
  public var isDefaultForLabels: Bool { isDefault }
}

/// A metric's value on a set of samples.
public struct MetricValue: Sendable, Equatable, Codable, CustomStringConvertible {
  public var name: String
  public var value: Double
  /// The standard error of the value as an estimate for unseen samples of the same kind; nil where none exists.
  public var standardError: Double?
  /// The class that the value is of, where it is of one of two: of `f1`, the class that is to be found.
  public var positiveClass: String?

  public init(name: String, value: Double, standardError: Double? = nil, positiveClass: String? = nil) {
    self.name = name
    self.value = value
    self.standardError = standardError
    self.positiveClass = positiveClass
  }

  /// `accuracy`, and `f1 of "yes"` where the value is of one class.
  public var title: String { name + (positiveClass.map { " of \"\($0)\"" } ?? "") }

  /// `accuracy 0.976 ± 0.005`.
  public var description: String {
    "\(title) \(shortFigure(value))" + (standardError.map { " ± \(shortFigure($0, digits: 2))" } ?? "")
  }
}

/// A network's predictions beside the truth.
public struct EvaluatedSamples: Sendable {
  /// Samples; each position of a sequence that has a class of its own is one.
  public let count: Int
  /// The predicted values of a sample: probabilities of the classes, or numbers in original units.
  public let width: Int
  /// `[count, width]`; empty for sequences, of which the classes alone are kept.
  public let predictions: [Double]
  /// The predicted class of each position of sequences; nil elsewhere.
  private let classes: [Int32]?
  /// The class of each sample; empty for regression.
  public let labels: [Int32]
  /// `[count, width]` in original units; empty for classification.
  public let values: [Double]
  /// The loss of each sample, of a sequence its mean over the positions.
  public let losses: [Float]
  /// The weight of each of the ``losses`` and its sample, 0 or more; nil where each counts once.
  public let weights: [Double]?
  /// The kind of predictions.
  public let kind: PredictionKind
  /// A Boolean value that indicates whether each sample has any of several independent labels: the values are then 0 or
  /// 1.
  public let isMultiLabel: Bool
  /// The threshold that a label, or the only output for two classes, must exceed where a metric does not say so; nil is
  /// what ``kind`` has.
  public var threshold: Double?
  /// The same for each output, as a model's objective has it; empty where ``kind`` decides.
  public var thresholds: [Double] = []
  /// The classes' names, by which figures of one class name it; empty where they aren't known, and for labels and numbers.
  public var classNames: [String] = []
  /// The numbers' names, one for each of ``width``; empty where they aren't known, and for classes and labels.
  public var targetNames: [String] = []
  /// The decisions at the threshold of the samples, where several metrics ask for them.
  var knownDecisions: [Decisions]?

  /// - Parameters:
  ///   - kind: probabilities for classes and labels, and plain numbers otherwise, when nil.
  ///   - isMultiLabel: whether the values say which labels a sample has.
  ///   - weights: as many as losses.
  public init(
    width: Int, predictions: [Double], labels: [Int32], values: [Double], losses: [Float],
    kind: PredictionKind? = nil, isMultiLabel: Bool = false, threshold: Double? = nil,
    weights: [Double]? = nil
  ) {
    self.init(
      width: width, predictions: predictions, classes: nil, labels: labels, values: values, losses: losses,
      weights: weights, kind: kind, isMultiLabel: isMultiLabel, threshold: threshold)
  }

  /// - Parameter classes: of sequences, the predicted classes in the place of predictions.
  init(
    width: Int, predictions: [Double], classes: [Int32]?, labels: [Int32], values: [Double], losses: [Float],
    weights: [Double]?, kind: PredictionKind?, isMultiLabel: Bool, threshold: Double?
  ) {
    self.width = width
    self.predictions = predictions
    self.classes = classes
    self.labels = labels
    self.values = values
    self.losses = losses
    precondition(weights == nil || weights?.count == losses.count, "as many weights as losses")
    self.weights = weights
    self.kind = kind ?? (labels.isEmpty && !isMultiLabel ? .scores(threshold: 0.5) : .probabilities)
    self.isMultiLabel = isMultiLabel
    self.threshold = threshold
    count = labels.isEmpty ? losses.count : labels.count
  }

  /// A Boolean value that indicates whether the predictions are probabilities of classes or labels, one or more a sample.
  var areProbabilities: Bool { kind == .probabilities && (isMultiLabel || !labels.isEmpty) && !isSequence }

  /// The predicted class of each sample: the first of the largest, or for a single output whether it is above the
  /// threshold: one half for probabilities. Of two classes with an output each, the second where a threshold is given and
  /// its probability, or how far its score is above the first's, is more.
  public var predictedLabels: [Int32] { predictedLabels(threshold: nil) }

  /// The same with another threshold.
  func predictedLabels(threshold: Double?) -> [Int32] {
    if let classes { return classes }
    if width == 2, !isMultiLabel, let asked = threshold ?? self.threshold ?? thresholds.first {
      return scoresOfSecond().map { $0 > asked ? 1 : 0 }
    }
    let threshold = limit(threshold, of: 0)
    return (0..<count).map { sample in
      let row = predictions[(sample * width)..<((sample + 1) * width)]
      if width == 1 { return row.first! > threshold ? 1 : 0 }
      return Int32(row.indices.max { row[$0] < row[$1] }! - row.startIndex)
    }
  }

  /// Returns the threshold that an output must exceed to be a yes.
  package func limit(_ threshold: Double? = nil, of output: Int) -> Double {
    if let asked = threshold ?? self.threshold { return asked }
    if thresholds.indices.contains(output) { return thresholds[output] }
    return if case .scores(let usual) = kind { Double(usual) } else { 0.5 }
  }

  /// Returns scores of the second of two classes with an output each: its probability, or how far its score is above
  /// the first's.
  func scoresOfSecond() -> [Double] {
    (0..<count).map { sample in
      let second = predictions[sample * 2 + 1]
      return kind == .probabilities ? second : second - predictions[sample * 2]
    }
  }

  /// The samples that are mistaken, for a loss whose predictions are scores; their number, whatever their weights, but
  /// without those of weight 0.
  func mistakes(_ loss: any MistakeDriven) -> Int {
    let weights = sampleWeights
    return zip(labels.indices, labels).count { sample, label in
      weights?[sample] != 0
        && loss.isMistake(predictions[(sample * width)..<((sample + 1) * width)], label: label)
    }
  }

  /// The weight of each of the ``count`` samples; positions of a sequence have the sequence's.
  var sampleWeights: [Double]? { weights.map { repeated($0, count) } }

  /// A Boolean value that indicates whether there are weights, and all of them are 0.
  var countsNothing: Bool { weights?.contains { $0 > 0 } == false }

  private func repeated(_ weights: [Double], _ count: Int) -> [Double] {
    guard count != weights.count, !weights.isEmpty else { return weights }
    let times = count / weights.count
    return (0..<count).map { weights[$0 / times] }
  }

  /// A Boolean value that indicates whether a sample has a class at each of several positions.
  package var isSequence: Bool { classes != nil }

  /// A Boolean value that indicates whether the targets are numbers.
  var isRegression: Bool { !values.isEmpty && !isMultiLabel }

  /// The differences of prediction and truth; empty for classification.
  var errors: [Double] {
    zip(predictions, values).map { $0 - $1 }
  }
}

extension Metric {
  func make(_ value: Double, _ standardError: Double? = nil) -> MetricValue {
    MetricValue(name: valueName, value: value, standardError: standardError)
  }
}

/// The mean of the samples' losses.
package enum MeanLoss {
  package static let name = "loss"

  package static func value(_ results: EvaluatedSamples) -> MetricValue {
    let (mean, error) = meanWithError(results.losses.map { Double($0) }, results.weights)
    return MetricValue(name: name, value: mean, standardError: error)
  }
}

/// The weighted mean x̄ = Σ w x / Σ w and its standard error √(n/(n − 1) · Σ w² (x − x̄)²) / Σ w, n the number of values
/// of weight above 0; no error for fewer than two. Equal weights give s/√n.
func meanWithError(_ values: [Double], _ weights: [Double]?) -> (mean: Double, error: Double?) {
  guard let weights else { return meanWithError(values) }
  let total = weights.reduce(0, +)
  guard total > 0 else { return (.nan, nil) }
  let mean = weightedMean(values, weights)
  let count = Double(weights.count { $0 > 0 })
  guard count > 1 else { return (mean, nil) }
  return (mean, errorOfMean(values, mean, weights) * (count / (count - 1)).squareRoot())
}

/// Σ w x / Σ w, without those of weight 0; NaN where there are no others.
package func weightedMean(_ values: [Double], _ weights: [Double]) -> Double {
  var (sum, total) = (0.0, 0.0)
  for (value, weight) in zip(values, weights) where weight > 0 {
    sum += weight * value
    total += weight
  }
  return sum / total
}

/// √(Σ w² (x − x̄)²) / Σ w: of shares, equal weights give √(p(1 − p)/n).
func errorOfMean(_ values: [Double], _ mean: Double, _ weights: [Double]) -> Double {
  var (squares, total) = (0.0, 0.0)
  for (value, weight) in zip(values, weights) where weight > 0 {
    squares += weight * weight * (value - mean) * (value - mean)
    total += weight
  }
  return squares.squareRoot() / total
}

/// The share of samples for which something holds, with its standard error: √(p(1 − p)/n), with weights that of
/// ``errorOfMean(_:_:_:)``; nil where there are no samples.
func shareWithError(_ holds: [Bool], _ weights: [Double]?) -> (share: Double, error: Double)? {
  guard let weights else {
    guard !holds.isEmpty else { return nil }
    let count = Double(holds.count)
    let share = Double(holds.count { $0 }) / count
    return (share, (share * (1 - share) / count).squareRoot())
  }
  guard weights.contains(where: { $0 > 0 }) else { return nil }
  let values = holds.map { $0 ? 1.0 : 0.0 }
  let share = weightedMean(values, weights)
  return (share, errorOfMean(values, share, weights))
}

/// The mean of numbers and its standard error s/√n; no error for fewer than two.
func meanWithError(_ values: [Double]) -> (mean: Double, error: Double?) {
  guard !values.isEmpty else { return (.nan, nil) }
  let count = Double(values.count)
  let mean = values.reduce(0, +) / count
  guard values.count > 1 else { return (mean, nil) }
  let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
  return (mean, (variance / count).squareRoot())
}

/// A number with so many significant digits, plainly written where that is short.
public func shortFigure(_ value: Double, digits: Int = 4) -> String {
  guard value.isFinite else { return "\(value)" }
  guard value != 0 else { return "0" }
  var exponent = 0
  var magnitude = abs(value)
  while magnitude >= 10 { (magnitude, exponent) = (magnitude / 10, exponent + 1) }
  while magnitude < 1 { (magnitude, exponent) = (magnitude * 10, exponent - 1) }
  if exponent >= 7 || exponent < -4 {
    var rounded = (magnitude * 100).rounded() / 100
    if rounded >= 10 { (rounded, exponent) = (1, exponent + 1) }
    return "\(value < 0 ? "-" : "")\(rounded)e\(exponent)"
  }
  let decimals = max(0, digits - 1 - exponent)
  var scale = 1.0
  for _ in 0..<min(decimals, 12) { scale *= 10 }
  let rounded = (value * scale).rounded() / scale
  let text = "\(rounded)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
