public import ApusCore
import ApusNN

/// The expected calibration error: the distance of a prediction's probability from how often it is right, Σ (n_b / n)
/// |share right − mean probability| over bins of equal width (Guo et al. 2017). Of independent labels, the probability of
/// each label against how often it is there. For predictions that are probabilities only.
///
/// Its standard error is by the delta method, with the bins and the signs of their differences as they are; chance alone
/// keeps the figure above 0, the more so the fewer the samples.
public struct CalibrationError: Metric {
  public static let name = "calibrationError"
  public static let formula = "Σ over bins (n_b / n) |right − p|"
  public var bins: Int

  public init() { self.init(bins: 15) }
  public init(bins: Int) { self.bins = bins }

  public func validate() throws(ApusError) {
    guard (1...10_000).contains(bins) else {
      throw ApusError("bins of calibrationError is \(bins)", expected: "from 1 to 10000")
    }
  }

  public var isBetterWhenLarger: Bool { false }
  public var isDefault: Bool { false }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.areProbabilities, !results.countsNothing else { return nil }
    let (width, count) = (results.width, results.count)
    // One pair for each sample, or for each of its labels.
    var pairs: [(probability: Double, isRight: Bool)] = []
    if results.isMultiLabel {
      pairs = zip(results.predictions, results.values).map { ($0, $1 == 1) }
    } else {
      let predicted = results.predictedLabels
      pairs = (0..<count).map { sample in
        let label = Int(predicted[sample])
        let own = results.predictions[sample * width + (width == 1 ? 0 : label)]
        return (width == 1 && label == 0 ? 1 - own : own, predicted[sample] == results.labels[sample])
      }
    }
    guard pairs.allSatisfy({ !$0.probability.isNaN }) else { return nil }
    let perSample = results.isMultiLabel ? width : 1
    let weights = results.sampleWeights ?? Array(repeating: 1, count: count)
    let total = weights.reduce(0, +) * Double(perSample)
    let places = pairs.map { min(max(Int(($0.probability * Double(bins)).rounded(.up)) - 1, 0), bins - 1) }
    var differences = [Double](repeating: 0, count: bins)
    for (index, pair) in pairs.enumerated() {
      differences[places[index]] += weights[index / perSample] * ((pair.isRight ? 1 : 0) - pair.probability)
    }
    let value = differences.reduce(0) { $0 + abs($1) } / total
    var influence = [Double](repeating: 0, count: count)
    for (index, pair) in pairs.enumerated() {
      let own = (pair.isRight ? 1 : 0) - pair.probability
      let sign = differences[places[index]] < 0 ? -1.0 : 1
      influence[index / perSample] += weights[index / perSample] * (sign * own - value) / total
    }
    return make(value, influence.reduce(0) { $0 + $1 * $1 }.squareRoot())
  }
}

extension Metric where Self == CalibrationError {
  public static var calibrationError: CalibrationError { CalibrationError() }
}
