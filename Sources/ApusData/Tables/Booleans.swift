/// Texts that say yes or no.
enum Booleans {
  static let yes = ["true", "yes", "t", "y", "on"]
  static let no = ["false", "no", "f", "n", "off"]

  /// nil for any other text.
  static func value(_ text: String) -> Bool? {
    let plain = text.lowercased()
    return yes.contains(plain) ? true : no.contains(plain) ? false : nil
  }

  /// Pairs that are one: `t` is short for `true`, and `y` for `yes`.
  private static let pairs = [0, 1, 0, 1, 2]

  /// Returns whether the texts are the two words of one of the pairs, in one or several spellings.
  static func areBooleans(_ texts: some Sequence<String>) -> Bool {
    var pairs: Set<Int> = []
    var values: Set<Bool> = []
    for text in texts {
      let plain = text.lowercased()
      guard let pair = yes.firstIndex(of: plain) ?? no.firstIndex(of: plain) else { return false }
      pairs.insert(Self.pairs[pair])
      values.insert(yes.contains(plain))
      if pairs.count > 1 { return false }
    }
    return values.count == 2
  }
}
