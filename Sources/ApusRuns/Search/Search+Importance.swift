import ApusCore

extension Search {
  /// The importance of a hyper-parameter: ω², the fraction of the variance of the scores that lies between groups of
  /// its values, corrected for chance, from 0 to 1.
  ///
  /// ω² = (SS_between − (g − 1) · MS_within) / (SS_total + MS_within), on the scores' ranks, so that a trial that went
  /// astray does not drown the others. Numbers of more than four values are grouped in thirds by their order.
  public struct Importance: Sendable, Equatable, CustomStringConvertible {
    public let key: String
    public let share: Double

    /// As in `training.learningRate 62 %`.
    public var description: String { "\(key) \(Int((share * 100).rounded())) %" }

    /// The axes' importance, the largest first; none for fewer than four trials with a score.
    package static func all(_ space: SearchConfiguration.Space, _ trials: [Search.Trial]) -> [Search
      .Importance]
    {
      // The first rung is the one that all trials have reached.
      let scored = trials.filter { !$0.scores.isEmpty }
      guard scored.count >= 4 else { return [] }
      let ranks = ranks(scored.map { $0.scores[0] })
      let unsorted = space.axes.enumerated().map { position, axis in
        let groups = groups(scored.map { $0.values[position] })
        return Search.Importance(key: axis.key, share: omegaSquared(ranks, groups))
      }
      return unsorted.enumerated().sorted { ($1.element.share, $0.offset) < ($0.element.share, $1.offset) }
        .map(\.element)
    }

    package static func omegaSquared(_ scores: [Double], _ groups: [Int]) -> Double {
      let count = Double(scores.count)
      let mean = scores.reduce(0, +) / count
      let total = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      var (between, used) = (0.0, 0)
      for group in Set(groups).sorted() {
        let members = zip(scores, groups).filter { $0.1 == group }.map(\.0)
        let own = members.reduce(0, +) / Double(members.count)
        between += Double(members.count) * (own - mean) * (own - mean)
        used += 1
      }
      guard used > 1, used < scores.count, total > 0 else { return 0 }
      let within = (total - between) / (count - Double(used))
      return max(0, (between - Double(used - 1) * within) / (total + within))
    }

    /// Mean ranks of equal scores.
    package static func ranks(_ scores: [Double]) -> [Double] {
      scores.map { score in
        let below = scores.count { $0 < score || ($0.isNaN == false && score.isNaN) }
        let equal = scores.count { $0 == score || ($0.isNaN && score.isNaN) }
        return Double(below) + Double(equal - 1) / 2
      }
    }

    private static func groups(_ values: [JSONValue]) -> [Int] {
      var distinct: [JSONValue] = []
      for value in values where !distinct.contains(value) { distinct.append(value) }
      let numbers = values.compactMap(\.doubleValue)
      guard distinct.count > 4, numbers.count == values.count else {
        return values.map { distinct.firstIndex(of: $0)! }
      }
      return ranks(numbers).map { min(Int($0 * 3 / Double(values.count)), 2) }
    }
  }
}
