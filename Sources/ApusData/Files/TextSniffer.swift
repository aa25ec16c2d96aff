/// Recognizes formats that are text, and neither a table of fields nor prose, by their first lines.
struct TextSniffer {
  let format: ForeignFormat?

  /// The number of bytes that are examined.
  static let sampleSize = 1 << 14
  private static let mostLines = 50

  init(_ bytes: UnsafeRawBufferPointer) {
    let isWhole = bytes.count <= Self.sampleSize
    let sample = Array(bytes.prefix(Self.sampleSize))
    guard !sample.contains(0) else {
      format = nil
      return
    }
    let start = sample.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let text = String(decoding: sample[start...], as: UTF8.self)
    // The last line may be cut.
    var lines = text.split(maxSplits: Self.mostLines, whereSeparator: \.isNewline)
    if !isWhole || lines.count > Self.mostLines { lines = lines.dropLast() }
    let first = lines.first ?? ""
    if first.hasPrefix("version https://git-lfs") || first.hasPrefix("version https://hawser") {
      format = ForeignFormat(
        name: "a Git LFS pointer, which stands for the file", fix: "fetch the file itself, with git lfs pull",
        kind: .pointer)
    } else if first.contains("/annex/objects/"), lines.count == 1 {
      format = ForeignFormat(
        name: "a git-annex pointer, which stands for the file",
        fix: "fetch the file itself, with git annex get", kind: .pointer)
    } else if Self.isARFF(bytes) {
      format = ForeignFormat(
        name: "an ARFF file", fix: "export it as CSV: a line of the attributes' names, then the data",
        kind: .data)
    } else if Self.isSQL(lines) {
      format = ForeignFormat(name: "an SQL dump", fix: "export the table as CSV", kind: .data)
    } else if let markup = Self.markup(text, lines) {
      format = markup
    } else if let records = JSONSniffer.countValues(text) {
      format = ForeignFormat(
        name: records > 1 ? "JSON lines" : "JSON", fix: "export the records as CSV", kind: .markup)
    } else if Self.isLIBSVM(lines) {
      format = ForeignFormat(
        name: "a LIBSVM (SVMlight) file", fix: "write it as CSV, with a column for each index", kind: .data)
    } else {
      format = nil
    }
  }

  /// `@relation NAME` and `@attribute …`, the first lines that are no comments, however many there are.
  private static func isARFF(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var found: [String] = []
    var at = 0
    while at < bytes.count, found.count < 2 {
      var end = at
      while end < bytes.count, bytes[end] != 10, bytes[end] != 13 { end += 1 }
      var start = at
      while start < end, bytes[start] == 32 || bytes[start] == 9 { start += 1 }
      if start < end, bytes[start] != UInt8(ascii: "%") {
        guard bytes[start] == UInt8(ascii: "@") else { return false }
        found.append(String(decoding: bytes[start..<min(end, start + 12)], as: UTF8.self).lowercased())
      }
      at = end + 1
    }
    return found.count == 2 && found[0].hasPrefix("@relation") && found[1].hasPrefix("@attribute")
  }

  private static func isSQL(_ lines: [Substring]) -> Bool {
    guard let line = lines.first(where: { !$0.hasPrefix("--") && !$0.hasPrefix("/*") })?.uppercased() else {
      return false
    }
    return ["CREATE TABLE ", "INSERT INTO ", "DROP TABLE ", "PRAGMA FOREIGN_KEYS", "BEGIN TRANSACTION;"]
      .contains { line.hasPrefix($0) }
  }

  /// A page or a document of elements; a table may begin with the same sign.
  private static func markup(_ text: String, _ lines: [Substring]) -> ForeignFormat? {
    let start = text.drop(while: \.isWhitespace)
    guard start.hasPrefix("<"), let second = start.dropFirst().first,
      second.isLetter || second == "!" || second == "?", text.contains(">"), !looksLikeTable(lines)
    else { return nil }
    let beginning = start.prefix(4096).lowercased()
    let isPage = ["<html", "<!doctype html", "<head>", "<body", "<table>", "<table ", "<meta "]
      .contains { beginning.contains($0) }
    if isPage {
      return ForeignFormat(
        name: "HTML: a page, not the data", fix: "download the file itself, or export its table as CSV",
        kind: .markup)
    }
    guard
      beginning.hasPrefix("<?xml") || beginning.hasPrefix("<!doctype") || text.contains("</")
        || text.contains("/>")
    else { return nil }
    return ForeignFormat(name: "XML", fix: "export the records as CSV", kind: .markup)
  }

  /// Returns whether the first lines have fields: equally many of the same delimiter in each.
  static func looksLikeTable(_ lines: [Substring]) -> Bool {
    guard lines.count > 1 else { return false }
    return [",", ";", "\t", "|"].contains { mark in
      let counts = Set(lines.prefix(5).map { $0.count { String($0) == mark } })
      return counts.count == 1 && counts != [0]
    }
  }

  /// Each line is a target and pairs of an increasing index and a value: `1 3:0.5 7:1`.
  private static func isLIBSVM(_ lines: [Substring]) -> Bool {
    var mostPairs = 0
    var rows = 0
    var areTimes = true
    for line in lines {
      let fields = line.prefix { $0 != "#" }.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard let target = fields.first else { continue }
      guard target.split(separator: ",").allSatisfy({ Double($0) != nil }) else { return false }
      var last = -1
      for field in fields.dropFirst() {
        let pair = field.split(separator: ":", omittingEmptySubsequences: false)
        guard pair.count == 2 else { return false }
        if pair[0] == "qid" { continue }
        guard let index = Int(pair[0]), index > last, Double(pair[1]) != nil else { return false }
        // 9:30 and 17:05, and no number in between.
        areTimes = areTimes && index < 24 && pair[1].count == 2 && Int(pair[1]).map { $0 < 60 } == true
        last = index
      }
      mostPairs = max(mostPairs, fields.count - 1)
      rows += 1
    }
    return rows > 0 && mostPairs >= 2 && !areTimes
  }
}

/// A check of whether a text begins as JSON: whether its tokens come in an order that JSON allows.
enum JSONSniffer {
  private enum Lexeme: Equatable {
    case open(Character), close(Character), comma, colon, string, value
  }

  /// Counts the values that follow one another as far as the text goes, the last of which may be cut; nil where it
  /// isn't JSON. Numbers and words alone aren't.
  static func countValues(_ text: String) -> Int? {
    var rest = text[...]
    var open: [Character] = []
    var last: Lexeme?
    var count = 0
    var tokens = 0
    rest = rest.drop(while: \.isWhitespace)
    guard let first = rest.first, first == "{" || first == "[" else { return nil }
    while !rest.isEmpty {
      guard let token = next(&rest) else {
        // Cut within a string or a number: what came before decides.
        return rest.isEmpty && tokens >= 3 ? max(count, 1) : nil
      }
      tokens += 1
      if open.isEmpty {
        guard case .open(let mark) = token else { return nil }
        open.append(mark)
        count += 1
      } else {
        guard isAllowed(token, after: last, in: open.last!) else { return nil }
        switch token {
        case .open(let mark): open.append(mark)
        case .close: open.removeLast()
        default: break
        }
      }
      last = token
      rest = rest.drop(while: \.isWhitespace)
    }
    return tokens >= 2 ? count : nil
  }

  private static func isAllowed(_ token: Lexeme, after last: Lexeme?, in bracket: Character) -> Bool {
    let isStart = if case .open = last { true } else { false }
    let isValueDone =
      switch last {
      case .string, .value, .close: true
      default: false
      }
    switch token {
    case .close(let mark): return (mark == "}") == (bracket == "{") && (isStart || isValueDone)
    case .comma: return isValueDone
    case .colon: return bracket == "{" && last == .string
    case .string: return isStart || last == .comma || last == .colon
    case .open, .value: return last == .colon || (bracket == "[" && (isStart || last == .comma))
    }
  }

  /// Takes a token off the text; nil, with the text at its end, where it is cut, and nil where it is none.
  private static func next(_ rest: inout Substring) -> Lexeme? {
    let mark = rest.removeFirst()
    switch mark {
    case "{", "[": return .open(mark)
    case "}", "]": return .close(mark)
    case ",": return .comma
    case ":": return .colon
    case "\"":
      while let character = rest.popFirst() {
        if character == "\\" { _ = rest.popFirst() }
        if character == "\"" { return .string }
        if character.isNewline { return nil }
      }
      return nil
    default:
      var word = String(mark)
      while let character = rest.first, character.isLetter || character.isNumber || "+-.".contains(character)
      {
        word.append(rest.removeFirst())
      }
      if rest.isEmpty { return nil }
      return ["true", "false", "null", "NaN", "Infinity", "-Infinity"].contains(word) || Double(word) != nil
        ? .value : nil
    }
  }
}
