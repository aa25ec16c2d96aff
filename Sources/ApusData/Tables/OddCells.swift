/// The texts among numbers or dates are missing values: one repeated word or, among many more
/// numbers, up to three; words that say so themselves; and a few slips. More of them make a column of texts.
struct OddCells {
  /// The word that stands for a missing value; nil where there is none.
  private(set) var word: String?
  private(set) var wordRows = 0
  /// The texts that are slips.
  private(set) var slips: Set<Int> = []
  private(set) var slipRows = 0

  /// No odd cells.
  init() {}

  /// - Parameters:
  ///   - odd: the texts that are neither numbers nor dates, by their number in the dictionary.
  ///   - readable: the rows that are.
  ///   - isSure: whether the column is known to be one of numbers or dates: all others are missing then.
  ///   - missingText: the word that stands for a missing value, where it is known.
  /// - Returns: nil where they are too many.
  init?(_ odd: [Int], of texts: TextDictionary, readable: Int, isSure: Bool, missingText: String?) {
    guard !odd.isEmpty else { return }
    let counts = texts.counts
    let total = odd.reduce(0) { $0 + counts[$1] }
    guard isSure || readable > 0 && total <= readable else { return nil }
    var rowsOf: [String: Int] = [:]
    for code in odd { rowsOf[texts[code].lowercased(), default: 0] += counts[code] }
    let known = missingText.map { $0.lowercased() }.flatMap { rowsOf[$0] == nil ? nil : $0 }
    let frequent = rowsOf.max { ($0.value, $1.key) < ($1.value, $0.key) }
    if let folded = known ?? frequent.flatMap({ $0.value > 1 ? $0.key : nil }) {
      wordRows = rowsOf[folded] ?? 0
      word = odd.first { texts[$0].lowercased() == folded }.map { texts[$0] }
    }
    let folded = word?.lowercased()
    slips = Set(odd.filter { texts[$0].lowercased() != folded })
    slipRows = total - wordRows
    // Beside a repeated word, three fifths of the cells must be readable.
    let hasRoom = word == nil || readable * 5 >= (total + readable) * 3
    let areFewWords = rowsOf.count <= 3 && total >= rowsOf.count * 2 && readable >= total * 4
    let unclear = odd.reduce(0) { sum, code in
      let text = texts[code].lowercased()
      return text == folded || Self.absences.contains(text) ? sum : sum + counts[code]
    }
    guard isSure || hasRoom && (areFewWords || unclear == 0 || Self.areFew(unclear, among: readable)) else {
      return nil
    }
  }

  /// The words that people write where there is nothing to write.
  private static let absences: Set<String> = [
    "-", "--", "---", "–", "—", "−", ".", "..", "...", "…", "*", "**", "x", "xx", "xxx", "/", "//", "#", "_",
    "not available", "not applicable", "not known", "not recorded", "not measured", "not reported", "nothing",
    "no data", "no value", "no answer", "unknown", "missing", "absent", "none", "empty", "blank", "undefined",
    "unspecified", "undetermined", "pending", "tbd", "tba", "tbc", "n.a.", "n. a.", "n.a", "n/d", "n.d.", "~",
    "#n/a", "#value!", "#div/0!", "#ref!", "#name?", "#num!", "#null!", "error", "err", "void", "invalid",
    "nk", "n/k", "nd", "nil", "null", "nan", "na", "refused", "withheld", "suppressed", "below detection",
    "bdl", "trace", "tr", "tr.", "k.a.", "k. a.", "keine angabe", "unbekannt", "fehlt", "inconnu", "s/d",
    "s.d.", "desconocido", "sconosciuto", "desconhecido", "onbekend", "okänd", "brak",
  ]

  private static func areFew(_ odd: Int, among readable: Int) -> Bool {
    odd * 20 <= readable || (odd == 1 && readable >= 8)
  }
}
