public import ApusCore

extension EvaluatedSamples {
  /// The counts of samples in which one of several independent labels was present, and was predicted; where samples
  /// have weights, the sums of these.
  public struct LabelCounts: Sendable, Equatable {
    public var name: String
    /// There and predicted.
    public var found: Double
    /// There and not predicted.
    public var missed: Double
    /// Predicted and not there.
    public var wrong: Double
    /// Neither there nor predicted.
    public var absent: Double

    /// The share of the samples that are right.
    public var accuracy: Double {
      let all = found + missed + wrong + absent
      return all > 0 ? (found + absent) / all : 0
    }
    /// The share of the predictions that are right; nil when there are none.
    public var precision: Double? { found + wrong > 0 ? found / (found + wrong) : nil }
    /// The share of the samples with the label that were found; nil when there are none.
    public var recall: Double? { found + missed > 0 ? found / (found + missed) : nil }
    /// The harmonic mean of the two; nil where the label is neither there nor predicted.
    public var f1: Double? {
      let all = 2 * found + missed + wrong
      return all > 0 ? 2 * found / all : nil
    }

    /// An element of the member `labels` of results.
    public var json: JSONValue {
      func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
      /// Numbers of samples stay whole numbers.
      func count(_ value: Double) -> JSONValue { Int(exactly: value).map { .integer($0) } ?? .double(value) }
      return .object([
        JSONMember("name", .string(name)), JSONMember("found", count(found)),
        JSONMember("missed", count(missed)), JSONMember("wrong", count(wrong)),
        JSONMember("absent", count(absent)), JSONMember("accuracy", .double(accuracy)),
        JSONMember("recall", number(recall)), JSONMember("precision", number(precision)),
        JSONMember("f1", number(f1)),
      ])
    }
  }
}

extension EvaluatedSamples {
  /// The counts of each label, by the evaluation's threshold; empty for classes and numbers.
  public func labelCounts(names: [String]) -> [EvaluatedSamples.LabelCounts] {
    guard isMultiLabel else { return [] }
    return zip(names, decisions()).map { name, decision in
      var counts = EvaluatedSamples.LabelCounts(name: name, found: 0, missed: 0, wrong: 0, absent: 0)
      for (sample, (truth, predicted)) in zip(decision.truth, decision.predicted).enumerated() {
        let weight = decision.weights?[sample] ?? 1
        switch (truth, predicted) {
        case (true, true): counts.found += weight
        case (true, false): counts.missed += weight
        case (false, true): counts.wrong += weight
        case (false, false): counts.absent += weight
        }
      }
      return counts
    }
  }
}
