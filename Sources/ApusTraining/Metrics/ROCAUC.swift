import ApusNN

/// The area under the receiver's operating curve: how often a sample of the class has a larger score than one that is not,
/// equal scores as one half. Each of several classes is set against the rest, and the areas are averaged over the classes
/// that have samples on both sides: see ``DecisionMetric``.
///
/// The standard error is DeLong's (1988).
public struct ROCAUC: DecisionMetric {
  public static let name = "rocAUC"
  public static let formula = "P(score of the class > score of another), averaged over the classes"
  public init() {}
  public var threshold: Double? { nil }

  public func figure(_ decisions: Decisions) -> (value: Double, influence: [Double])? {
    let (truth, scores) = (decisions.truth, decisions.scores)
    let positives = Double(truth.count { $0 })
    let negatives = Double(truth.count) - positives
    guard positives > 0, negatives > 0, scores.allSatisfy({ !$0.isNaN }) else { return nil }
    // The share of the other side that each sample wins against, from one walk along the sorted scores.
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var wins = [Double](repeating: 0, count: scores.count)
    var (positivesBelow, negativesBelow) = (0.0, 0.0)
    var start = 0
    while start < order.count {
      var end = start
      var equalPositives = 0.0
      while end < order.count, scores[order[end]] == scores[order[start]] {
        equalPositives += truth[order[end]] ? 1 : 0
        end += 1
      }
      let equalNegatives = Double(end - start) - equalPositives
      for index in order[start..<end] {
        wins[index] =
          truth[index]
          ? (negativesBelow + equalNegatives / 2) / negatives
          : (positives - positivesBelow - equalPositives / 2) / positives
      }
      positivesBelow += equalPositives
      negativesBelow += equalNegatives
      start = end
    }
    let area = zip(wins, truth).reduce(0) { $0 + ($1.1 ? $1.0 : 0) } / positives
    let influence = zip(wins, truth).map { wins, isPositive in
      let side = isPositive ? positives : negatives
      return side > 1 ? (wins - area) / (side * (side - 1)).squareRoot() : 0
    }
    return (area, influence)
  }
}

extension Metric where Self == ROCAUC {
  public static var rocAUC: ROCAUC { ROCAUC() }
}
