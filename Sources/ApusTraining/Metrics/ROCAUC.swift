import ApusCore
import ApusNN

/// The area under the receiver's operating curve: how often a sample of the class has a larger score than one that is not,
/// equal scores as one half. Each of several classes is set against the rest, and the areas are averaged over the classes
/// that have samples on both sides.
///
/// With weights, each pair of a sample of the class and another counts with the product of their weights.
///
/// The standard error is DeLong's (1988): √(S₁/m + S₀/n), S the variance within the class and among the others of the share
/// of pairs that a sample wins. With weights, S/m is m/(m − 1) · Σ w² (share − area)² / (Σ w)², m the samples of weight
/// above 0.
public struct ROCAUC: DecisionMetric {
  public static let name = "rocAUC"
  public static let formula = "P(score of the class > score of another), averaged over the classes"
  public init() {}
  public var threshold: Double? { nil }

  package func figure(_ decisions: Decisions) -> (value: Double, influence: [Double])? {
    let (truth, scores) = (decisions.truth, decisions.scores)
    let weights = decisions.weights ?? Array(repeating: 1, count: truth.count)
    let positives = zip(truth, weights).reduce(0) { $0 + ($1.0 ? $1.1 : 0) }
    let negatives = zip(truth, weights).reduce(0) { $0 + ($1.0 ? 0 : $1.1) }
    guard positives > 0, negatives > 0, scores.allSatisfy({ !$0.isNaN }) else { return nil }
    // The share of the other side that each sample wins against, from one walk along the sorted scores.
    let order = zip(scores, 0...).sorted { $0.0 < $1.0 }.map(\.1)
    var wins = [Double](repeating: 0, count: scores.count)
    var (positivesBelow, negativesBelow) = (0.0, 0.0)
    var start = 0
    while start < order.count {
      var end = start
      var (equalPositives, equalNegatives) = (0.0, 0.0)
      while end < order.count, scores[order[end]] == scores[order[start]] {
        if truth[order[end]] {
          equalPositives += weights[order[end]]
        } else {
          equalNegatives += weights[order[end]]
        }
        end += 1
      }
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
    let area =
      wins.indices.reduce(0) { $0 + (truth[$1] ? weights[$1] * wins[$1] : 0) } / positives
    if decisions.weights != nil {
      let sides = [true, false].map { side in
        Double(zip(truth, weights).count { $0 == side && $1 > 0 })
      }
      let influence = wins.indices.map { index in
        let (count, total) = truth[index] ? (sides[0], positives) : (sides[1], negatives)
        return count > 1
          ? weights[index] * (wins[index] - area) / total * (count / (count - 1)).squareRoot() : 0
      }
      return (area, influence)
    }
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
