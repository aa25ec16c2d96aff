extension NumberStyle {
  /// What a sample of cells says about the way numbers are written in a file.
  struct Evidence {
    var style: NumberStyle
    /// Said when the sample allows two readings.
    var note: String?
  }

  /// Which mark is the decimal one, as far as the cells tell.
  ///
  /// `3,14` cannot be grouped thousands, nor `1.234.567` a fraction; `1,234` alone could be either: it
  /// is a fraction where semicolons separate the fields (as programs set to such a language write),
  /// else a group.
  static func detect(in cells: some Sequence<String>, delimiter: UInt8) -> Evidence {
    var votes = Votes()
    for cell in cells { votes.add(cell) }
    let comma = NumberStyle(decimalMark: ",", groupMark: ".")
    let grouped = NumberStyle(decimalMark: ".", groupMark: ",")
    if votes.apostropheGroups > 0 {
      return Evidence(
        style: NumberStyle(decimalMark: votes.decimalCommas > votes.decimalPoints ? "," : ".", groupMark: "'")
      )
    }
    if votes.decimalCommas > 0, votes.decimalPoints == 0 {
      return Evidence(
        style: comma, note: "numbers are read with a decimal comma, as in \(votes.commaExample)")
    }
    if votes.decimalCommas > 0 {
      return Evidence(
        style: .plain,
        note:
          "numbers with decimal points and with decimal commas occur; those with commas are taken for text")
    }
    if votes.groupCommas > 0 || (votes.openCommas > 0 && votes.decimalPoints > 0) {
      return Evidence(style: grouped, note: "commas in numbers are read as thousands marks")
    }
    if votes.groupPoints > 0, votes.decimalPoints == 0 {
      return Evidence(style: comma, note: "points in numbers are read as thousands marks")
    }
    if votes.openCommas > 0 {
      if delimiter == UInt8(ascii: ";") {
        return Evidence(
          style: comma,
          note: "\(votes.commaExample) is read with a decimal comma; say so if it means thousands")
      }
      return Evidence(
        style: grouped, note: "\(votes.commaExample) is read as thousands; say so if it has a decimal comma")
    }
    return Evidence(style: .plain)
  }

  private struct Votes {
    var decimalCommas = 0
    var decimalPoints = 0
    var groupCommas = 0
    var groupPoints = 0
    var apostropheGroups = 0
    var openCommas = 0
    var commaExample = ""

    mutating func add(_ cell: String) {
      var plain = cell
      var text = Substring(
        plain.withUTF8 { String(decoding: DecimalParser.undecorated($0), as: UTF8.self) })
      if text.first == "-" || text.first == "+" { text = text.dropFirst() }
      guard let first = text.first, first.isWholeNumber || first == "," || first == ".",
        text.utf8.allSatisfy({ $0 &- 48 <= 9 || $0 == 0x2C || $0 == 0x2E || $0 == 0x27 })
      else { return }
      let commas = text.utf8.count { $0 == 0x2C }
      let points = text.utf8.count { $0 == 0x2E }
      if text.utf8.contains(0x27) {
        let whole = text.prefix { $0 != "." && $0 != "," }
        guard Self.isGrouped(whole, "'") else { return }
        apostropheGroups += 1
        if commas == 1 { decimalCommas += 1 } else if points == 1 { decimalPoints += 1 }
        return
      }
      switch (commas, points) {
      case (0, 0): return
      case (1, 0):
        if commaExample.isEmpty { commaExample = cell }
        if Self.isGrouped(text, ","), !text.hasPrefix("0") { openCommas += 1 } else { decimalCommas += 1 }
      case (0, 1):
        if !Self.isGrouped(text, ".") || text.hasPrefix("0") { decimalPoints += 1 }
      case (_, 0): if Self.isGrouped(text, ",") { groupCommas += 1 }
      case (0, _): if Self.isGrouped(text, ".") { groupPoints += 1 }
      default:
        let mark = text.last { $0 == "," || $0 == "." }!
        let whole = text[..<text.lastIndex(of: mark)!]
        if mark == ".", points == 1, Self.isGrouped(whole, ",") { groupCommas += 1 }
        if mark == ",", commas == 1, Self.isGrouped(whole, ".") {
          if commaExample.isEmpty { commaExample = cell }
          decimalCommas += 1
        }
      }
    }

    /// One to three digits, then groups of exactly three.
    static func isGrouped(_ text: Substring, _ mark: Character) -> Bool {
      let groups = text.split(separator: mark, omittingEmptySubsequences: false)
      return groups.count > 1 && (1...3).contains(groups[0].count)
        && groups.dropFirst().allSatisfy { $0.count == 3 && $0.allSatisfy(\.isWholeNumber) }
    }
  }
}
