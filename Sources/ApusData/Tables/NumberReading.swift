/// A column's texts as numbers, each in its dress, as far as the whole column allows the dress.
struct NumberReading {
  let mark: UInt8
  /// The number of each text; NaN where it is none, or missing.
  private(set) var values: [Double]
  /// The texts that are no numbers.
  private(set) var odd: [Int] = []
  /// The texts that are numbers without end: `inf`, `1e400`. They are missing.
  private(set) var infinite: Set<Int> = []
  /// The rows of numbers.
  private(set) var rows = 0
  /// The first text whose dress had to be taken off.
  private(set) var dressed: Int?
  /// The first text that says only about how much.
  private(set) var bounded: Int?
  /// A Boolean value that indicates whether the numbers are seconds, of times of day or spans of time.
  private(set) var areTimes = false
  /// Rows of whole numbers with zeros before them, and beyond 2⁵³.
  private(set) var leadingZeros = 0
  private(set) var beyondDoubles = 0

  /// - Parameters:
  ///   - plain: the rows of bare numbers besides the texts.
  ///   - unit: what may stand behind the numbers.
  init(_ texts: TextDictionary, mark: UInt8, plain: Int, unit: ColumnUnit? = nil) {
    self.mark = mark
    let counts = texts.counts
    values = [Double](repeating: .nan, count: texts.count)
    rows = plain
    var dress = DressCount()
    var dressedTexts: [(code: Int, number: NumberText, value: Double)] = []
    var times: [(code: Int, seconds: Double)] = []
    var others: [Int] = []
    texts.forEach { code, bytes in
      if let bare = DecimalParser.parseWhole(bytes, mark: mark) {
        values[code] = bare.value
        rows += counts[code]
        if bare.traits.contains(.leadingZero) { leadingZeros += counts[code] }
        if bare.traits.contains(.beyondDoubles) { beyondDoubles += counts[code] }
      } else if let number = unit?.number(bytes) ?? NumberText(bytes), let value = number.value(mark: mark) {
        dress.add(number, rows: counts[code], mark: mark)
        dressedTexts.append((code, number, value))
      } else if let seconds = DurationText.seconds(bytes) {
        times.append((code, seconds))
      } else if Self.isInfinite(bytes, mark) {
        infinite.insert(code)
      } else {
        others.append(code)
      }
    }
    odd = others
    for (code, number, value) in dressedTexts {
      guard value.isFinite, dress.allows(number, besides: rows, filled: plain + counts.reduce(0, +)) else {
        odd.append(code)
        continue
      }
      values[code] = value
      if number.traits.contains(.bound) {
        bounded = min(bounded ?? code, code)
      } else {
        dressed = min(dressed ?? code, code)
      }
    }
    for (code, _, _) in dressedTexts where !values[code].isNaN { rows += counts[code] }
    if rows == 0, !times.isEmpty {
      areTimes = true
      for (code, seconds) in times {
        values[code] = seconds
        rows += counts[code]
      }
      // 00:00:00 would not show what the others are read as.
      dressed = (times.first { $0.seconds != 0 } ?? times.first)?.code
    } else {
      odd += times.map(\.code)
    }
    odd.sort()
  }

  /// `i`, the first byte of ∞, or a digit.
  private static func mayBeginInfinity(_ byte: UInt8) -> Bool {
    byte | 0x20 == UInt8(ascii: "i") || byte == 0xE2 || byte &- 48 <= 9
  }

  private static func isInfinite(_ bytes: UnsafeBufferPointer<UInt8>, _ mark: UInt8) -> Bool {
    guard bytes.count <= 40, let first = bytes.first, bytes.prefix(2).contains(where: Self.mayBeginInfinity)
    else {
      return false
    }
    var text = String(decoding: bytes, as: UTF8.self).lowercased()
    if first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { text.removeFirst() }
    if ["inf", "infinity", "∞", "1.#inf"].contains(text) { return true }
    // Too large for a double.
    guard text.utf8.first.map({ $0 &- 48 <= 9 }) == true, text.utf8.contains(UInt8(ascii: "e")) else {
      return false
    }
    return Double(text)?.isInfinite == true
  }
}

/// The number of occurrences of each kind of prefix or suffix in a column.
private struct DressCount {
  private var bounds = 0
  private var minusBehind = 0
  private var plusBehind = 0
  private var fractionSuffixes = 0
  private var suffixes: Set<UInt8> = []
  private var hasCapitalOrK = false
  private var dressed = 0

  mutating func add(_ number: NumberText, rows: Int, mark: UInt8) {
    dressed += rows
    if number.traits.contains(.bound) { bounds += rows }
    if number.traits.contains(.minusBehind) { minusBehind += rows }
    if number.traits.contains(.plusBehind) { plusBehind += rows }
    guard number.traits.contains(.suffix) else { return }
    suffixes.insert(number.suffix)
    if number.hasFraction(mark: mark) { fractionSuffixes += rows }
    if !number.isSmallSuffix || number.suffix == UInt8(ascii: "K") { hasCapitalOrK = true }
  }

  /// - Parameters:
  ///   - bare: the rows of numbers without dress.
  ///   - filled: the rows that are not empty.
  func allows(_ number: NumberText, besides bare: Int, filled: Int) -> Bool {
    // Where most cells say about how much, they are classes.
    if number.traits.contains(.bound), bounds * 2 > bare + dressed { return false }
    // 1+ and 1− are marks at school.
    if minusBehind > 0, plusBehind > 0, !number.traits.isDisjoint(with: [.minusBehind, .plusBehind]) {
      return false
    }
    guard number.traits.contains(.suffix) else { return true }
    // A suffix counts where fractions stand before it, or where there are several; a small m alone is metres.
    return hasCapitalOrK && (suffixes.count > 1 || fractionSuffixes * 100 >= filled && fractionSuffixes > 0)
  }
}
