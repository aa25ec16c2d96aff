import ApusCore
import ApusNN

/// The share of a class' samples that are found, averaged over the classes. Its standard error for
/// one class is √(r(1−r)/samples of the class).
public struct Recall: DecisionMetric {
  public static let name = "recall"
  public static let formula = "right / samples of the class, averaged over the classes"
  public var threshold: Double?

  public init() { self.init(threshold: nil) }
  public init(threshold: Double?) { self.threshold = threshold }

  package func figure(_ decisions: Decisions) -> (value: Double, influence: [Double])? {
    ratio(decisions, { $0 && $1 ? 1 : 0 }, { truth, _ in truth ? 1 : 0 })
  }
}

extension Metric where Self == Recall {
  public static var recall: Recall { Recall() }
}
