/// The words of free texts.
enum Words {
  /// The different words of two letters and more, in small letters, in the order of the text.
  static func of(_ text: String) -> [String] {
    var words: [String] = []
    for part in text.lowercased().split(whereSeparator: { !$0.isLetter }) where part.count > 1 {
      let word = String(part)
      if !words.contains(word) { words.append(word) }
    }
    return words
  }

  /// The words that occur in 3 to 97 % of the texts, and in five at least; at most `limit` of them,
  /// the most frequent, by their letters.
  static func vocabulary(_ column: TextCounts, limit: Int) -> [String] {
    let total = column.filled
    var counts: [String: Int] = [:]
    for (text, count) in zip(column.texts, column.counts) where count > 0 {
      for word in of(text) { counts[word, default: 0] += count }
    }
    let frequent = counts.filter { max(total * 3, 500) <= $0.value * 100 && $0.value * 100 <= total * 97 }
    let ranked = frequent.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return ranked.prefix(max(limit, 0)).map(\.key).sorted()
  }
}
