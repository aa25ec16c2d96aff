/// A number as people dress it: `$1,234.50`, `12 %`, `(801.93)`, `801.93-`, `−5`, `1 234 359`, `12,34,567`, `<0.5`, `10+`,
/// `3.4M`.
///
/// What stands around the digits is taken off and remembered. Whether it may count is for the whole column to say, and so is
/// which mark is the decimal one.
struct NumberText {
  struct Traits: OptionSet {
    let rawValue: UInt8

    /// A currency or a percent sign: the number is what it says, 12 % is 12.
    static let unit = Traits(rawValue: 1)
    /// Parentheses: below zero.
    static let parentheses = Traits(rawValue: 2)
    /// A minus behind the digits.
    static let minusBehind = Traits(rawValue: 4)
    /// A plus behind the digits: at least so much.
    static let plusBehind = Traits(rawValue: 8)
    /// `<`, `>`, `≤`, `≥`, `~`, `ca.` or a star behind, which leads to a footnote: about so much.
    static let bound = Traits(rawValue: 16)
    /// A letter that multiplies: `k`, `M` or `B`.
    static let suffix = Traits(rawValue: 32)
    /// A minus or blanks in another spelling than ASCII's.
    static let spelling = Traits(rawValue: 64)
  }

  private(set) var traits: Traits = []
  /// The multiplying letter, as a capital; 0 where there is none.
  private(set) var suffix: UInt8 = 0
  /// A Boolean value that indicates whether the suffix was written in lowercase.
  private(set) var isSmallSuffix = false
  /// Digits, marks and an exponent.
  private(set) var core: [UInt8] = []
  private var isNegative = false

  /// Longer texts are no numbers.
  private static let mostBytes = 64

  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count <= Self.mostBytes, bytes.contains(where: { $0 &- 48 <= 9 }),
      let text = plainText(bytes), let start = prefix(text), let end = digits(text, start),
      suffix(text, end)
    else { return nil }
  }

  /// A number with a unit behind it: `5 kg`, `30 °C`, `80 km/h`.
  ///
  /// - Parameter unit: what stands behind the digits, without the blanks around it.
  init?(_ bytes: UnsafeBufferPointer<UInt8>, unit: inout String) {
    guard bytes.count <= Self.mostBytes, Self.mayHaveUnit(bytes),
      let text = plainText(bytes), let start = prefix(text), let end = digits(text, start),
      traits.isDisjoint(with: [.parentheses, .unit])
    else { return nil }
    let rest = text[end...].drop { $0 == Byte.blank }.reversed().drop { $0 == Byte.blank }.reversed()
    guard let head = rest.first, rest.count <= Self.mostUnitBytes, Self.isLetter(head),
      rest.allSatisfy({ Self.isLetter($0) || Self.unitMarks.contains($0) })
    else { return nil }
    unit = String(decoding: rest, as: UTF8.self)
  }

  private static let mostUnitBytes = 24
  /// The characters that a unit may have besides letters and symbols beyond ASCII: `km/h`, `m2`, `m^3`, `fl. oz`.
  private static let unitMarks = Set("/^.*-% 23".utf8)

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 || byte >= 0x80 }

  /// A Boolean value that indicates whether a text begins like a number and ends like a unit.
  static func mayHaveUnit(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    return (first &- 48 <= 9 || "+-.,~<> ".utf8.contains(first) || first == 0xE2)
      && (isLetter(last) || unitMarks.contains(last))
  }

  /// The number with one mark before the fraction; nil where the digits don't fit that.
  ///
  /// - Parameter takesGroups: whether the other mark, blanks and apostrophes may group digits.
  func value(mark: UInt8, takesGroups: Bool = true) -> Double? {
    guard let plain = withoutGroups(mark, takesGroups) else { return nil }
    let value = plain.withUnsafeBufferPointer { DecimalParser.parseWhole($0, mark: mark)?.value }
    return value.map { (isNegative ? -$0 : $0) * Self.factor(suffix) }
  }

  /// Returns whether the digits have a fraction, by a decimal mark.
  func hasFraction(mark: UInt8) -> Bool { core.contains(mark) }

  private static func factor(_ suffix: UInt8) -> Double {
    switch suffix {
    case UInt8(ascii: "K"): 1e3
    case UInt8(ascii: "M"): 1e6
    case UInt8(ascii: "B"): 1e9
    default: 1
    }
  }

  // MARK: Parts

  /// ASCII for what is spelled otherwise: blanks, minus, apostrophes, comparisons, signs of currencies (all as `$`).
  private mutating func plainText(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var i = 0
    while i < bytes.count {
      let byte = bytes[i]
      guard byte >= 0xC2 else {
        text.append(byte)
        i += 1
        continue
      }
      let second = i + 1 < bytes.count ? bytes[i + 1] : 0
      let third = i + 2 < bytes.count ? bytes[i + 2] : 0
      switch (byte, second, third) {
      case (0xC2, 0xA0, _): text.append(Byte.blank)
      case (0xC2, 0xB4, _): text.append(Byte.apostrophe)
      case (0xC2, 0xA2...0xA5, _): text.append(Byte.dollar)
      case (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xAF): text.append(Byte.blank)
      case (0xE2, 0x80, 0x90...0x93), (0xE2, 0x88, 0x92): text.append(Byte.minus)
      case (0xE2, 0x80, 0x99): text.append(Byte.apostrophe)
      case (0xE2, 0x80, 0xB0): text.append(UInt8(ascii: "%"))
      case (0xE2, 0x89, 0xA4): text.append(UInt8(ascii: "<"))
      case (0xE2, 0x89, 0xA5): text.append(UInt8(ascii: ">"))
      case (0xE2, 0x89, 0x88): text.append(UInt8(ascii: "~"))
      case (0xE2, 0x82, 0xA0...0xBF): text.append(Byte.dollar)
      default:
        // Letters of a word, which may be a currency's.
        text.append(byte)
        i += 1
        continue
      }
      if text.last != Byte.dollar { traits.insert(.spelling) }
      i += byte < 0xE0 ? 2 : 3
    }
    return text
  }

  /// - Returns: where the digits begin; nil where something else stands before them.
  private mutating func prefix(_ text: [UInt8]) -> Int? {
    var i = 0
    var isSigned = false
    while i < text.count {
      switch text[i] {
      case Byte.blank: i += 1
      case Byte.minus, Byte.plus:
        guard !isSigned else { return nil }
        (isSigned, isNegative) = (true, text[i] == Byte.minus)
        i += 1
      case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "~"):
        guard !traits.contains(.bound), !isSigned else { return nil }
        traits.insert(.bound)
        i += 1
        if i < text.count, text[i] == UInt8(ascii: "=") { i += 1 }
      case UInt8(ascii: "("):
        guard !traits.contains(.parentheses), !isSigned else { return nil }
        traits.insert(.parentheses)
        isNegative = true
        i += 1
      case Byte.dollar:
        guard !traits.contains(.unit) else { return nil }
        traits.insert(.unit)
        i += 1
      case let byte where byte &- 48 <= 9 || byte == Byte.point || byte == Byte.comma: return i
      default:
        let end = Self.wordEnd(text, i)
        guard end > i, !traits.contains(.unit) else { return nil }
        if end < text.count, text[end] == Byte.dollar, end - i <= 2 {
          i = end
        } else if Currency.isWord(text[i..<end]) {
          traits.insert(.unit)
          i = end
          if i < text.count, text[i] == Byte.point, i + 1 < text.count, text[i + 1] == Byte.blank { i += 1 }
        } else if !traits.contains(.bound), !isSigned, Self.saysAbout(text[i..<end]) {
          traits.insert(.bound)
          i = end
          if i < text.count, text[i] == Byte.point { i += 1 }
        } else {
          return nil
        }
      }
    }
    return nil
  }

  /// - Returns: where the digits end.
  private mutating func digits(_ text: [UInt8], _ start: Int) -> Int? {
    var i = start
    while i < text.count {
      let byte = text[i]
      let isInside = i > start && i + 1 < text.count && text[i + 1] &- 48 <= 9 && text[i - 1] &- 48 <= 9
      if byte &- 48 <= 9 || byte == Byte.point || byte == Byte.comma {
        core.append(byte)
      } else if byte == Byte.blank || byte == Byte.apostrophe, isInside {
        core.append(byte)
      } else if byte | 0x20 == UInt8(ascii: "e"), i > start {
        var next = i + 1
        if next < text.count, text[next] == Byte.minus || text[next] == Byte.plus { next += 1 }
        guard next < text.count, text[next] &- 48 <= 9 else { break }
        core += text[i..<next]
        i = next
        while i < text.count, text[i] &- 48 <= 9 {
          core.append(text[i])
          i += 1
        }
        return i
      } else {
        break
      }
      i += 1
    }
    return core.contains { $0 &- 48 <= 9 } ? i : nil
  }

  /// - Returns: false where something else stands behind the digits.
  private mutating func suffix(_ text: [UInt8], _ start: Int) -> Bool {
    var i = start
    var isOpen = traits.contains(.parentheses)
    while i < text.count {
      switch text[i] {
      case Byte.blank: i += 1
      case UInt8(ascii: ")"):
        guard isOpen else { return false }
        isOpen = false
        i += 1
      case Byte.minus:
        guard !isNegative, traits.isDisjoint(with: [.minusBehind, .plusBehind]) else { return false }
        traits.insert(.minusBehind)
        isNegative = true
        i += 1
      case Byte.plus:
        guard traits.isDisjoint(with: [.minusBehind, .plusBehind, .bound]) else { return false }
        traits.formUnion([.plusBehind, .bound])
        i += 1
      case Byte.dollar, UInt8(ascii: "%"):
        traits.insert(.unit)
        i += 1
      case UInt8(ascii: "*"):
        traits.insert(.bound)
        i += 1
      default:
        let end = Self.wordEnd(text, i)
        guard end > i else { return false }
        if suffix == 0, let letter = Self.multiplier(text[i..<end]) {
          suffix = letter
          isSmallSuffix = text[i] & 0x20 != 0
          traits.insert(.suffix)
        } else if Currency.isWord(text[i..<end]) {
          traits.insert(.unit)
        } else {
          return false
        }
        i = end
        if i == text.count - 1, text[i] == Byte.point { i += 1 }
      }
    }
    return !isOpen
  }

  private static func saysAbout(_ word: ArraySlice<UInt8>) -> Bool {
    ["ca", "circa", "approx", "approximately", "about", "around", "etwa", "ungefähr", "environ", "env"]
      .contains(
        String(decoding: word, as: UTF8.self).lowercased())
  }

  private static func multiplier(_ word: ArraySlice<UInt8>) -> UInt8? {
    let letters = word.map { $0 | 0x20 }
    switch String(decoding: letters, as: UTF8.self) {
    case "k": return UInt8(ascii: "K")
    case "m", "mn", "mln", "mio": return UInt8(ascii: "M")
    case "b", "bn", "bln", "mrd": return UInt8(ascii: "B")
    default: return nil
    }
  }

  private static func wordEnd(_ text: [UInt8], _ start: Int) -> Int {
    var i = start
    while i < text.count, (text[i] | 0x20) &- 97 < 26 || text[i] >= 0x80 { i += 1 }
    return i
  }

  /// The core without marks between groups, which are three digits each, or two before the last three.
  private func withoutGroups(_ mark: UInt8, _ takesGroups: Bool) -> [UInt8]? {
    let other = mark == Byte.point ? Byte.comma : Byte.point
    let whole = core.prefix { $0 != mark && $0 | 0x20 != UInt8(ascii: "e") }
    let separators = whole.filter { $0 &- 48 > 9 }
    guard let separator = separators.first else {
      return core.dropFirst(whole.count).contains { $0 == other || $0 == Byte.blank } ? nil : core
    }
    // Nobody groups the digits before an exponent.
    guard takesGroups, !core.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }),
      separators.allSatisfy({ $0 == separator }),
      [other, Byte.blank, Byte.apostrophe].contains(separator)
    else { return nil }
    let sizes = whole.split(separator: separator, omittingEmptySubsequences: false).map(\.count)
    // Groups don't begin with a zero: a telephone's number does.
    guard sizes.last == 3, (1...3).contains(sizes[0]), whole.first != UInt8(ascii: "0") else { return nil }
    let middle = sizes.dropFirst().dropLast()
    let isWestern = middle.allSatisfy { $0 == 3 }
    let isIndian = separator == Byte.comma && sizes[0] <= 2 && middle.allSatisfy { $0 == 2 }
    guard isWestern || isIndian else { return nil }
    return whole.filter { $0 != separator } + core.dropFirst(whole.count)
  }

  private enum Byte {
    static let blank = UInt8(ascii: " ")
    static let apostrophe = UInt8(ascii: "'")
    static let comma = UInt8(ascii: ",")
    static let dollar = UInt8(ascii: "$")
    static let minus = UInt8(ascii: "-")
    static let plus = UInt8(ascii: "+")
    static let point = UInt8(ascii: ".")
  }
}

/// The names of currencies beside numbers.
private enum Currency {
  private static let words: Set<String> = [
    "usd", "eur", "gbp", "chf", "jpy", "cny", "rmb", "inr", "rub", "brl", "cad", "aud", "sek", "nok", "dkk",
    "pln", "czk", "huf", "try", "krw", "mxn", "zar", "sgd", "hkd", "nzd", "ils", "thb", "idr", "php", "myr",
    "vnd", "uah", "ars", "clp", "cop", "aed", "sar", "egp", "ngn", "kes", "pkr", "twd", "ron", "bgn", "rs",
    "kr",
    "fr", "sfr", "zł", "kč", "ft", "lei", "tl", "euro", "euros", "dollar", "dollars",
  ]

  static func isWord(_ word: ArraySlice<UInt8>) -> Bool {
    word.count <= 8 && words.contains(String(decoding: word, as: UTF8.self).lowercased())
  }
}
