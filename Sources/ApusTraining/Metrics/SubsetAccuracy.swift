import ApusCore
import ApusNN

/// The share of samples all of whose independent labels are right (the exact match); its standard error is √(p(1−p)/n).
public struct SubsetAccuracy: Metric {
  public static let name = "subsetAccuracy"
  public static let formula = "samples with every label right / n"
  /// The threshold that a label must exceed; nil is that of the evaluation, one half.
  public var threshold: Double?

  public init() { self.init(threshold: nil) }
  public init(threshold: Double?) { self.threshold = threshold }

  public var isBetterWhenLarger: Bool { true }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.isMultiLabel, results.count > 0 else { return nil }
    let decisions = results.decisions(threshold: threshold)
    let isRight = (0..<results.count).map { sample in
      decisions.allSatisfy { $0.truth[sample] == $0.predicted[sample] }
    }
    return shareWithError(isRight, results.sampleWeights).map { make($0.share, $0.error) }
  }
}

extension Metric where Self == SubsetAccuracy {
  public static var subsetAccuracy: SubsetAccuracy { SubsetAccuracy() }
}
