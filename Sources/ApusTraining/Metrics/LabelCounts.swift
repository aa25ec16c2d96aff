public import ApusCore

/// How often one of several independent labels was there, and was predicted.
public struct LabelCounts: Sendable, Equatable {
  public var name: String
  /// There and predicted.
  public var found: Int
  /// There and not predicted.
  public var missed: Int
  /// Predicted and not there.
  public var wrong: Int
  /// Neither there nor predicted.
  public var absent: Int

  /// The share of the samples that are right.
  public var accuracy: Double {
    Double(found + absent) / Double(max(found + missed + wrong + absent, 1))
  }
  /// The share of the predictions that are right; nil when there are none.
  public var precision: Double? { found + wrong > 0 ? Double(found) / Double(found + wrong) : nil }
  /// The share of the samples with the label that were found; nil when there are none.
  public var recall: Double? { found + missed > 0 ? Double(found) / Double(found + missed) : nil }
  /// The harmonic mean of the two; nil where the label is neither there nor predicted.
  public var f1: Double? {
    let all = 2 * found + missed + wrong
    return all > 0 ? 2 * Double(found) / Double(all) : nil
  }

  /// An element of the member `labels` of results.
  public var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
    return .object([
      JSONMember("name", .string(name)), JSONMember("found", .integer(found)),
      JSONMember("missed", .integer(missed)), JSONMember("wrong", .integer(wrong)),
      JSONMember("absent", .integer(absent)), JSONMember("accuracy", .double(accuracy)),
      JSONMember("recall", number(recall)), JSONMember("precision", number(precision)),
      JSONMember("f1", number(f1)),
    ])
  }
}

extension EvaluatedSamples {
  /// The counts of each label, by the evaluation's threshold; empty for classes and numbers.
  public func labelCounts(names: [String]) -> [LabelCounts] {
    guard isMultiLabel else { return [] }
    return zip(names, decisions()).map { name, decision in
      var counts = LabelCounts(name: name, found: 0, missed: 0, wrong: 0, absent: 0)
      for (truth, predicted) in zip(decision.truth, decision.predicted) {
        switch (truth, predicted) {
        case (true, true): counts.found += 1
        case (true, false): counts.missed += 1
        case (false, true): counts.wrong += 1
        case (false, false): counts.absent += 1
        }
      }
      return counts
    }
  }
}
