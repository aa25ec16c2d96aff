/// How numbers are written in a file.
public struct NumberStyle: Equatable, Hashable, Sendable, Codable {
  /// The mark before the fraction: `.` or `,`.
  public var decimalMark: Character
  /// The mark between groups of three digits, if there is one: `,`, `.`, `'` or a blank.
  public var groupMark: Character?

  public init(decimalMark: Character = ".", groupMark: Character? = nil) {
    self.decimalMark = decimalMark
    self.groupMark = groupMark
  }

  /// `1234.5`
  public static let plain = NumberStyle()

  private enum CodingKeys: String, CodingKey { case decimalMark, groupMark }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    decimalMark = try values.decode(String.self, forKey: .decimalMark).first ?? "."
    groupMark = try values.decodeIfPresent(String.self, forKey: .groupMark)?.first
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(String(decimalMark), forKey: .decimalMark)
    try values.encodeIfPresent(groupMark.map { String($0) }, forKey: .groupMark)
  }
}

/// Decimal text to the nearest double, correctly rounded, the same under every locale.
///
/// Numbers of up to 19 digits with up to 27 places, which is what files hold, take an exact path of
/// integer arithmetic; the rest goes to the standard library.
package enum DecimalParser {
  /// A number and the place behind it.
  struct Result {
    var value: Double
    var end: UnsafePointer<UInt8>
    /// A whole number of four digits or more that starts with a zero, as the postal code `02139`.
    var hasLeadingZero: Bool
  }

  /// Reads `[+-] digits [. digits] [e [+-] digits]` at `start`; nil if there is no such number, or
  /// if it is beyond the largest double.
  @inline(__always)
  static func parse(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, decimalMark: UInt8 = 0x2E
  ) -> Result? {
    var p = start
    var isNegative = false
    if p < end, p.pointee == 0x2D || p.pointee == 0x2B {
      isNegative = p.pointee == 0x2D
      p += 1
    }
    let first = p
    var mantissa: UInt64 = 0
    while p < end {
      let digit = p.pointee &- 48
      if digit > 9 { break }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      p += 1
    }
    var digits = p - first
    var hasLeadingZero = digits > 3 && first.pointee == 48
    var exponent = 0
    if p < end, p.pointee == decimalMark {
      p += 1
      let fraction = p
      while p < end {
        let digit = p.pointee &- 48
        if digit > 9 { break }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        p += 1
      }
      exponent = -(p - fraction)
      hasLeadingZero = false
      digits += p - fraction
    }
    if digits == 0 { return nil }
    if p < end, p.pointee | 0x20 == 0x65 {
      var q = p + 1
      var exponentIsNegative = false
      if q < end, q.pointee == 0x2D || q.pointee == 0x2B {
        exponentIsNegative = q.pointee == 0x2D
        q += 1
      }
      let exponentStart = q
      var written = 0
      while q < end, q.pointee &- 48 <= 9 {
        written = min(written * 10 + Int(q.pointee - 48), 1_000_000)
        q += 1
      }
      if q > exponentStart {
        exponent += exponentIsNegative ? -written : written
        p = q
      }
    }
    var value: Double
    if digits > 19 {
      value = hardCase(first, p, decimalMark)
    } else if mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
      // Both factors are exact doubles, so one operation rounds once.
      value = Double(mantissa)
      value = exponent < 0 ? value / powersOfTen[-exponent] : value * powersOfTen[exponent]
    } else if mantissa == 0 {
      value = 0
    } else if exponent < 0, exponent >= -27 {
      value = quotient(mantissa, tenTo: -exponent)
    } else if exponent == 0 {
      value = Double(mantissa)
    } else {
      value = hardCase(first, p, decimalMark)
    }
    guard value.isFinite else { return nil }
    return Result(value: isNegative ? -value : value, end: p, hasLeadingZero: hasLeadingZero)
  }

  /// The number that fills the bytes exactly, in a style, perhaps with a currency's sign or a percent
  /// sign (12 % is 12); nil if they are anything else.
  static func parseWhole(_ bytes: UnsafeBufferPointer<UInt8>, _ style: NumberStyle) -> Result? {
    if let result = parseBare(bytes, style) { return result }
    let bare = undecorated(bytes)
    return bare.count < bytes.count ? parseBare(bare, style) : nil
  }

  /// Without one sign of a unit before or behind, and blanks beside it.
  static func undecorated(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var rest = bytes[...]
    if let sign = signs.first(where: { rest.starts(with: $0) }) {
      rest = rest.dropFirst(sign.count).drop { $0 == 0x20 }
    } else if let sign = signs.first(where: { rest.suffix($0.count).elementsEqual($0) }) {
      rest = rest.dropLast(sign.count)
      while rest.last == 0x20 { rest = rest.dropLast() }
    }
    return UnsafeBufferPointer(rebasing: rest)
  }

  private static let signs: [[UInt8]] = ["%", "$", "€", "£", "¥"].map { Array($0.utf8) }

  private static func parseBare(_ bytes: UnsafeBufferPointer<UInt8>, _ style: NumberStyle) -> Result? {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return nil }
    let end = start + bytes.count
    let mark = style.decimalMark.asciiValue ?? 0x2E
    if let result = parse(start, end, decimalMark: mark), result.end == end { return result }
    guard let group = style.groupMark?.asciiValue, bytes.contains(group) else { return nil }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count) { plain in
      // Every group but the first has exactly three digits, and no mark follows the decimal mark.
      var count = 0
      var sinceGroup = -1
      var isWhole = true
      for byte in bytes {
        if byte == group, isWhole {
          if sinceGroup == -1 ? !(1...3).contains(digits(plain, count)) : sinceGroup != 3 { return nil }
          sinceGroup = 0
          continue
        }
        if byte &- 48 > 9 {
          if sinceGroup >= 0, sinceGroup != 3, isWhole { return nil }
          if byte == mark || byte | 0x20 == 0x65 { isWhole = false }
        } else if sinceGroup >= 0, isWhole {
          sinceGroup += 1
        }
        plain[count] = byte
        count += 1
      }
      if isWhole, sinceGroup != 3 { return nil }
      let plainStart = UnsafePointer(plain.baseAddress!)
      guard let result = parse(plainStart, plainStart + count, decimalMark: mark),
        result.end == plainStart + count
      else { return nil }
      return Result(value: result.value, end: end, hasLeadingZero: result.hasLeadingZero)
    }
  }

  /// The number that fills a text exactly.
  package static func parse(_ text: String, _ style: NumberStyle = .plain) -> Double? {
    var text = text
    return text.withUTF8 { parseWhole($0, style)?.value }
  }

  private static func digits(_ bytes: UnsafeMutableBufferPointer<UInt8>, _ count: Int) -> Int {
    bytes[..<count].count { $0 &- 48 <= 9 }
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  private static let powersOfFive: [UInt64] = {
    var powers: [UInt64] = [1]
    for _ in 0..<27 { powers.append(powers.last! * 5) }
    return powers
  }()

  /// `mantissa` / 10^`places` for 1 … 27 places: 64 bits of mantissa / 5^places and whether there
  /// is a remainder decide the rounding, as in long division.
  private static func quotient(_ mantissa: UInt64, tenTo places: Int) -> Double {
    let five = powersOfFive[places]
    let divisorShift = five.leadingZeroBitCount
    let divisor = five << UInt64(divisorShift)
    let shift = mantissa.leadingZeroBitCount
    let dividend = mantissa << UInt64(shift)
    var scale = divisorShift - shift - places - 64
    let (bits, remainder): (UInt64, UInt64)
    if dividend >= divisor {
      (bits, remainder) = divisor.dividingFullWidth((dividend >> 1, dividend << 63))
      scale += 1
    } else {
      (bits, remainder) = divisor.dividingFullWidth((dividend, 0))
    }
    // The 64 bits have their top bit set: 11 of them are rounded away, half to even.
    var kept = bits >> 11
    let dropped = bits & 0x7FF
    if dropped > 0x400 || (dropped == 0x400 && (remainder != 0 || kept & 1 == 1)) { kept += 1 }
    return Double(kept) * Double(bitPattern: UInt64(1023 + scale + 11) << 52)
  }

  /// The standard library's own parser, which is exact and knows no locale.
  @inline(never)
  private static func hardCase(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ decimalMark: UInt8
  ) -> Double {
    var text = String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
    if decimalMark != 0x2E { text = String(text.map { $0.asciiValue == decimalMark ? "." : $0 }) }
    return Double(text) ?? .nan
  }
}
