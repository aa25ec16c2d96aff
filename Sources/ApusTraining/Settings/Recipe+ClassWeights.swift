package import ApusCore

extension Recipe {
  /// The weights of the rows of each class in the loss that training minimizes; metrics count each row as before. Of several
  /// labels it is by how much a label's loss counts in the rows that have it.
  public enum ClassWeights: Sendable, Equatable {
    /// So that every class counts the same: n / (K n_k), for n rows of K classes; and so that of each label the rows that
    /// have it count as much as those that don't: (n − n_k) / n_k.
    case balanced
    /// By class or label; one that isn't named counts 1.
    case named([String: Double])
  }
}

extension Recipe.ClassWeights {
  /// Returns the weight of a row of each class.
  ///
  /// - Parameter counts: the rows of each class, or the sums of their weights.
  /// - Throws: for a class that there is none of, with the nearest name.
  package func values(_ names: [String], counts: [Double]) throws(ApusError) -> [Double] {
    switch self {
    case .balanced:
      let present = counts.count { $0 > 0 }
      let total = counts.reduce(0, +)
      return counts.map { $0 > 0 ? total / (Double(present) * $0) : 1 }
    case .named(let weights): return try Self.values(weights, names, noun: "class")
    }
  }

  /// By how much the loss of each label counts in rows that have it.
  ///
  /// - Parameters:
  ///   - counts: the rows with each label, or the sums of their weights.
  ///   - total: all rows, or the sum of their weights.
  /// - Throws: for a label that there is none of, with the nearest name.
  package func labelValues(
    _ names: [String], counts: [Double], total: Double
  ) throws(ApusError) -> [Double] {
    switch self {
    case .balanced:
      // Of a label that all rows have, or none, there is nothing to balance.
      return counts.map { $0 > 0 && $0 < total ? (total - $0) / $0 : 1 }
    case .named(let weights): return try Self.values(weights, names, noun: "label")
    }
  }

  private static func values(
    _ weights: [String: Double], _ names: [String], noun: String
  ) throws(ApusError) -> [Double] {
    for name in weights.keys.sorted() where !names.contains(name) {
      throw ApusError(
        "there is no \(noun) \"\(name)\"", expected: names.prefix(20).joined(separator: ", "),
        fix: Spelling.suggestion(for: name, in: names))
    }
    return names.map { weights[$0] ?? 1 }
  }
}

extension SettingKind where Value == Recipe.ClassWeights {
  static var classWeights: SettingKind {
    let expected = "balanced, or weights by class or label, as in {yes: 3, no: 1}"
    return SettingKind(
      SettingForm(.value, "weights", expected: expected) { (texts) throws(ApusError) in
        try CallSyntax.value(texts.last ?? "")
      },
      read: { (json) throws(ApusError) in
        if json == .string("balanced") { return .balanced }
        guard case .object(let members) = json, !members.isEmpty else {
          throw ApusError(
            "\(json.text(sortsKeys: false)) isn't a weight for each class", expected: expected,
            fix: json.stringValue.flatMap { Spelling.suggestion(for: $0, in: ["balanced"]) })
        }
        var weights: [String: Double] = [:]
        for member in members {
          guard let weight = member.value.doubleValue, (1e-30...1e30).contains(weight) else {
            throw ApusError(
              "the weight of \"\(member.key)\" is \(member.value.text())", expected: "a positive number")
          }
          weights[member.key] = weight
        }
        return .named(weights)
      },
      write: { value in
        switch value {
        case .balanced: .string("balanced")
        case .named(let weights):
          .object(weights.sorted { $0.key < $1.key }.map { JSONMember($0.key, .double($0.value)) })
        }
      })
  }
}
