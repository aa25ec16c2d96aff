import ApusCore
import ApusNN

/// F1 of all decisions about independent labels together: frequent labels count for more than in the macro average. Its
/// standard error is by the delta method, over the samples.
public struct MicroF1: Metric {
  public static let name = "microF1"
  public static let formula = "2 right / (predicted + true), over all labels together"
  /// The threshold that a label must exceed; nil is that of the evaluation, one half.
  public var threshold: Double?

  public init() { self.init(threshold: nil) }
  public init(threshold: Double?) { self.threshold = threshold }

  public var isBetterWhenLarger: Bool { true }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.isMultiLabel else { return nil }
    let decisions = results.decisions(threshold: threshold)
    let weights = results.sampleWeights
    // Of each sample: twice what is right, and what is predicted or true.
    let parts = (0..<results.count).map { sample -> (right: Double, all: Double) in
      let part = decisions.reduce(into: (right: 0.0, all: 0.0)) { sum, decision in
        let (truth, predicted) = (decision.truth[sample], decision.predicted[sample])
        sum.right += truth && predicted ? 2 : 0
        sum.all += (truth ? 1 : 0) + (predicted ? 1 : 0)
      }
      guard let weight = weights?[sample] else { return part }
      return (weight * part.right, weight * part.all)
    }
    let total = parts.reduce(0) { $0 + $1.all }
    guard total > 0 else { return nil }
    let value = parts.reduce(0) { $0 + $1.right } / total
    let influence = parts.reduce(0.0) { sum, part in
      let own = (part.right - value * part.all) / total
      return sum + own * own
    }
    return make(value, influence.squareRoot())
  }
}

extension Metric where Self == MicroF1 {
  public static var microF1: MicroF1 { MicroF1() }
}
