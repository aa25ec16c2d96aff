import ApusNN

/// The share of samples whose most probable class is theirs; its standard error is √(p(1−p)/n).
public struct Accuracy: Metric {
  public static let name = "accuracy"
  public static let formula = "correct / n"
  public init() {}
  public var isBetterWhenLarger: Bool { true }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard !results.labels.isEmpty else { return nil }
    let correct = zip(results.predictedLabels, results.labels).count { $0 == $1 }
    let count = Double(results.labels.count)
    let share = Double(correct) / count
    return make(share, (share * (1 - share) / count).squareRoot())
  }
}

extension Metric where Self == Accuracy {
  public static var accuracy: Accuracy { Accuracy() }
}
