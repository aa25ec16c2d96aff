import ApusCore
import ApusNN

/// The share of samples whose most probable class is theirs; its standard error is √(p(1−p)/n).
///
/// Of several independent labels, the share that is right, those above the threshold taken as there; the standard error is
/// that of the samples' shares.
public struct Accuracy: Metric {
  public static let name = "accuracy"
  public static let formula = "correct / n"
  /// The threshold that a single output, or a label, must exceed; nil is one half for probabilities and 0 for margins.
  public var threshold: Double?

  public init() { self.init(threshold: nil) }
  public init(threshold: Double?) { self.threshold = threshold }

  public var isBetterWhenLarger: Bool { true }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard !results.isMultiLabel else {
      let count = Double(results.count)
      let decisions = results.decisions(threshold: threshold)
      let shares = (0..<results.count).map { sample in
        Double(decisions.count { $0.truth[sample] == $0.predicted[sample] }) / Double(decisions.count)
      }
      guard !results.countsNothing else { return nil }
      if let weights = results.sampleWeights {
        let mean = weightedMean(shares, weights)
        return make(mean, errorOfMean(shares, mean, weights))
      }
      let mean = shares.reduce(0, +) / count
      let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      return make(mean, (variance / count).squareRoot())
    }
    guard !results.labels.isEmpty else { return nil }
    let isCorrect = zip(results.predictedLabels(threshold: threshold), results.labels).map { $0 == $1 }
    return shareWithError(isCorrect, results.sampleWeights).map { make($0.share, $0.error) }
  }
}

extension Metric where Self == Accuracy {
  public static var accuracy: Accuracy { Accuracy() }
}
