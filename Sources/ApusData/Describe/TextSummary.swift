import ApusCore

/// A summary of what one should know about a text before training on it (`apus describe`).
package struct TextSummary: Sendable, Equatable {
  package var name: String
  package var characterCount: Int
  package var lineCount: Int
  /// The characters, the most frequent first; equally frequent ones in ascending order.
  package var counts: [DataSummary.Count]
  /// The entropy of a character, −Σ p log₂ p, in bits: what a model loses that knows the frequencies alone.
  package var entropy: Double
  /// The entropy of a character when the one before it is known, in bits: what a table of pairs would lose on this very
  /// text. It is no bound for other texts.
  package var pairEntropy: Double

  package init(_ text: CharacterText, name: String) {
    self.name = name
    let characters = text.characters
    characterCount = text.count
    var singles = [Int](repeating: 0, count: characters.count)
    var pairs: [Int: Int] = [:]
    var previous: Int?
    text.forEach(0..<text.count) { place in
      singles[place] += 1
      if let previous { pairs[previous * characters.count + place, default: 0] += 1 }
      previous = place
    }
    let breaks = characters.firstIndex(of: "\n").map { singles[$0] } ?? 0
    lineCount = breaks + (text.isEmpty || text[text.count - 1] == "\n" ? 0 : 1)
    entropy = Self.entropy(singles)
    // H(second | first) = H(pair) − H(first); the counts in order, so that the sum is the same every time.
    var firsts = singles
    if let previous { firsts[previous] -= 1 }
    pairEntropy = max(Self.entropy(pairs.keys.sorted().map { pairs[$0]! }) - Self.entropy(firsts), 0)
    let ranked = singles.indices.sorted {
      singles[$0] != singles[$1] ? singles[$0] > singles[$1] : $0 < $1
    }
    counts = ranked.map {
      DataSummary.Count(name: Self.shown(characters[$0]), count: singles[$0])
    }
  }

  /// −Σ p log₂ p of shares p.
  private static func entropy(_ counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    let logarithm = Mathematics.log(2)
    return counts.reduce(0.0) { sum, count in
      guard count > 0 else { return sum }
      let share = Double(count) / total
      return sum - share * Mathematics.log(share) / logarithm
    }
  }

  /// A character that can be seen.
  private static func shown(_ character: Unicode.Scalar) -> String {
    switch character {
    case " ": "space"
    case "\n": "newline"
    case "\t": "tab"
    case "\r": "return"
    default:
      character.properties.generalCategory == .control
        ? "U+" + String(character.value, radix: 16, uppercase: true) : String(character)
    }
  }

  /// The summary as text for a terminal, at most 100 columns wide.
  package func lines() -> [String] {
    [
      "\(name): a text of \(counted(characterCount, "character")) in \(counted(lineCount, "line")), "
        + "\(counts.count) of them different",
      "entropy \(significant(entropy)) bits a character, \(significant(pairEntropy)) when the one before is known",
      "",
    ] + DataSummary.classLines(counts, noun: "characters")
  }
}
