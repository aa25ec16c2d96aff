import ApusCore
import ApusNN

/// The share of a class' predictions that are right, averaged over the classes. 0 for a class that
/// occurs and is never predicted. Its standard error for one class is √(p(1−p)/predicted).
public struct Precision: DecisionMetric {
  public static let name = "precision"
  public static let formula = "right / predicted, averaged over the classes"
  public var threshold: Double?

  public init() { self.init(threshold: nil) }
  public init(threshold: Double?) { self.threshold = threshold }

  package func figure(_ decisions: Decisions) -> (value: Double, influence: [Double])? {
    ratio(decisions, { $0 && $1 ? 1 : 0 }, { _, predicted in predicted ? 1 : 0 })
  }
}

extension Metric where Self == Precision {
  public static var precision: Precision { Precision() }
}
