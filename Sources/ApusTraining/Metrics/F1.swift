import ApusCore
import ApusNN

/// The harmonic mean of precision and recall, averaged over the classes. Its standard error is by
/// the delta method.
public struct F1: DecisionMetric {
  public static let name = "f1"
  public static let formula = "2 right / (predicted + samples of the class), averaged over the classes"
  public var threshold: Double?

  public init() { self.init(threshold: nil) }
  public init(threshold: Double?) { self.threshold = threshold }

  public var isDefaultForLabels: Bool { true }

  package func figure(_ decisions: Decisions) -> (value: Double, influence: [Double])? {
    ratio(decisions, { $0 && $1 ? 2 : 0 }, { ($0 ? 1 : 0) + ($1 ? 1 : 0) })
  }
}

extension Metric where Self == F1 {
  public static var f1: F1 { F1() }
}
