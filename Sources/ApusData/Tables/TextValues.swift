/// The values of a column of texts: what differs in nothing but its spelling is one.
struct TextValues {
  private(set) var values: [String]
  /// The number of each text among the values, −1 where it is missing; nil where they are the dictionary's own.
  private(set) var numbers: [Int32]?
  /// A note on values that were unified, or that look as if they might be the same.
  private(set) var note: String?

  /// Columns of more different texts are not compared.
  private static let mostValues = 1000

  /// Texts that differ in nothing but how Unicode spells them (é in one character or in two) are one: for a reader and for
  /// `String` they are the same, and no name may be there twice. Words for yes and no are one in capitals and in small
  /// letters.
  init(_ texts: TextDictionary, isMissing: Set<Int> = []) {
    let spelled = texts.values
    var names = spelled
    if let words = Self.yesAndNo(spelled, texts.counts, isMissing) {
      names = words
      let several = Dictionary(grouping: zip(spelled, words), by: \.1).filter { $0.value.count > 1 }
      let lists = several.sorted { $0.key < $1.key }.map { name, group in
        group.map { "\"\($0.0)\"" }.joined(separator: ", ") + " are one: \"\(name)\""
      }
      note = lists.joined(separator: "; ")
    } else if spelled.count <= Self.mostValues, spelled.count * 2 <= texts.counts.reduce(0, +) {
      note = Self.likeness(spelled)
    }
    // A table to find equal texts among a million would be larger than they are: plain ones are different already.
    if note == nil, isMissing.isEmpty, texts.isASCII {
      values = spelled
      return
    }
    var numberOf: [String: Int32] = [:]
    var kept: [String] = []
    let found = names.enumerated().map { code, text -> Int32 in
      if isMissing.contains(code) { return -1 }
      if let number = numberOf[text] { return number }
      let number = Int32(kept.count)
      numberOf[text] = number
      kept.append(text)
      return number
    }
    values = kept
    numbers = kept.count < spelled.count ? found : nil
  }

  /// For each text the most frequent spelling of its word; nil where there is nothing to make one.
  private static func yesAndNo(_ texts: [String], _ counts: [Int], _ isMissing: Set<Int>) -> [String]? {
    guard (3...40).contains(texts.count), isMissing.isEmpty, Booleans.areBooleans(texts) else { return nil }
    var best: [Bool: Int] = [:]
    for (code, text) in texts.enumerated() {
      guard let value = Booleans.value(text) else { return nil }
      if let old = best[value], counts[old] >= counts[code] { continue }
      best[value] = code
    }
    return texts.map { text in Booleans.value(text).flatMap { best[$0] }.map { texts[$0] } ?? text }
  }

  /// Texts that differ in capitals alone stay two, and are named.
  private static func likeness(_ texts: [String]) -> String? {
    var first: [String: String] = [:]
    var pairs: [String] = []
    for text in texts {
      if let other = first[text.lowercased()], other != text {
        pairs.append("\"\(other)\" and \"\(text)\"")
      } else {
        first[text.lowercased()] = text
      }
    }
    guard !pairs.isEmpty else { return nil }
    return pairs.prefix(3).joined(separator: ", ") + (pairs.count > 3 ? ", …" : "")
      + " differ in capitals alone and are different values"
  }
}

extension TableFormat.ColumnKind {
  /// The flag that has a column read as this: `--column age=number`.
  func flag(for name: String) -> String {
    let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    guard !isPlain else { return "--column \(name)=\(rawValue)" }
    let needsQuotes = name.contains { ",=\"".contains($0) }
    let quoted =
      needsQuotes
      ? "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
      : name
    let shell = "\(quoted)=\(rawValue)".split(separator: "'", omittingEmptySubsequences: false).joined(
      separator: "'\\''")
    return "--column '\(shell)'"
  }
}
