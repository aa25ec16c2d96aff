/// Times of day and spans of time as seconds: `13:21:00`, `2:05 PM`, `1 days 02:03:04.5`, `PT1H30M`.
enum DurationText {
  /// nil for anything else.
  static func seconds(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard bytes.count >= 3, bytes.count <= 40 else { return nil }
    var rest = bytes[...]
    var sign = 1.0
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
      sign = rest.first == UInt8(ascii: "-") ? -1 : 1
      rest = rest.dropFirst()
    }
    if rest.first == UInt8(ascii: "P") { return iso(rest.dropFirst()).map { sign * $0 } }
    guard rest.contains(UInt8(ascii: ":")) else { return nil }
    var days = 0.0
    if let day = rest.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "d") }) {
      guard let count = number(trimmed(rest[..<day])) else { return nil }
      days = count
      rest = rest[day...].drop {
        $0 | 0x20 &- 97 < 26 && $0 != Self.blank || $0 == UInt8(ascii: ",") || $0 == Self.blank
      }
    }
    return clock(rest).map { sign * (days * 86_400 + $0) }
  }

  private static let blank = UInt8(ascii: " ")

  private static func trimmed(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>>
  {
    var rest = bytes.drop { $0 == blank }
    while rest.last == blank { rest = rest.dropLast() }
    return rest
  }

  /// Digits alone, or with a fraction.
  private static func number(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
    let digits = UnsafeBufferPointer(rebasing: bytes)
    guard let first = digits.first, first &- 48 <= 9,
      digits.allSatisfy({ $0 &- 48 <= 9 || $0 == 0x2E || $0 == 0x2C })
    else { return nil }
    return DecimalParser.parseWhole(digits, mark: digits.contains(0x2C) ? 0x2C : 0x2E)?.value
  }

  /// `h:mm` or `h:mm:ss[.f]`, perhaps of a clock of twelve hours.
  private static func clock(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
    var rest = trimmed(bytes)
    var half: UInt8 = 0
    let letters = rest.reversed().prefix { $0 | 0x20 &- 97 < 26 && $0 != blank || $0 == 0x2E }
    if !letters.isEmpty {
      let word = letters.filter { $0 != 0x2E }.reversed().map { $0 | 0x20 }
      guard word.count == 2, word[1] == UInt8(ascii: "m"),
        word[0] == UInt8(ascii: "a") || word[0] == UInt8(ascii: "p")
      else { return nil }
      half = word[0]
      rest = trimmed(rest.dropLast(letters.count))
    }
    let fields = rest.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard (2...3).contains(fields.count), fields[0].count <= 3, fields[1].count == 2,
      var hours = number(fields[0]), hours == hours.rounded(), let minutes = number(fields[1]), minutes < 60
    else { return nil }
    var seconds = 0.0
    if fields.count == 3 {
      guard fields[2].count >= 2, let found = number(fields[2]), found < 61 else { return nil }
      seconds = found
    }
    if half != 0 {
      guard (1...12).contains(hours) else { return nil }
      hours = hours.truncatingRemainder(dividingBy: 12) + (half == UInt8(ascii: "p") ? 12 : 0)
    }
    return hours * 3600 + minutes * 60 + seconds
  }

  /// Reads what follows the P of an ISO 8601 duration; years and months have no definite length.
  private static func iso(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
    var seconds = 0.0
    var isTime = false
    var parts = 0
    var start = bytes.startIndex
    for index in bytes.indices {
      let byte = bytes[index]
      if byte &- 48 <= 9 || byte == 0x2E || byte == 0x2C { continue }
      if byte == UInt8(ascii: "T"), !isTime, start == index {
        isTime = true
        start = index + 1
        continue
      }
      let unit: Double
      switch (byte, isTime) {
      case (UInt8(ascii: "W"), false): unit = 604_800
      case (UInt8(ascii: "D"), false): unit = 86_400
      case (UInt8(ascii: "H"), true): unit = 3600
      case (UInt8(ascii: "M"), true): unit = 60
      case (UInt8(ascii: "S"), true): unit = 1
      default: return nil
      }
      guard let count = number(bytes[start..<index]) else { return nil }
      seconds += count * unit
      parts += 1
      start = index + 1
    }
    return parts > 0 && start == bytes.endIndex ? seconds : nil
  }
}
