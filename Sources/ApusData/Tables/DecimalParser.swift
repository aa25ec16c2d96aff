/// Decimal text to the nearest double, correctly rounded, the same under every locale.
///
/// Numbers of up to 19 digits with up to 27 places, which is what files hold, take an exact path of
/// integer arithmetic; the rest goes to the standard library.
package enum DecimalParser {
  /// A number and the place behind it.
  struct Result {
    var value: Double
    var end: UnsafePointer<UInt8>
    var traits: Traits
  }

  /// The traits of a number's notation that say something of its column.
  struct Traits: OptionSet {
    let rawValue: UInt8

    /// A whole number of four digits or more that starts with a zero, as the postal code `02139`.
    static let leadingZero = Traits(rawValue: 1)
    /// One to three digits, a mark and three digits: `1.234` may be a thousand or a fraction.
    static let groupLike = Traits(rawValue: 2)
    /// Any other fraction, or an exponent.
    static let fraction = Traits(rawValue: 4)
    /// A whole number beyond 2⁵³, where doubles have gaps.
    static let beyondDoubles = Traits(rawValue: 8)
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
    let whole = digits
    var traits: Traits = digits > 3 && first.pointee == 48 ? .leadingZero : []
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
      traits = exponent == -3 && whole > 0 && whole < 4 && first.pointee != 48 ? .groupLike : .fraction
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
        traits = .fraction
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
    if value >= 0x1p53, traits.isEmpty { traits = .beyondDoubles }
    return Result(value: isNegative ? -value : value, end: p, traits: traits)
  }

  /// The bare number that fills the bytes exactly; nil if they are anything else.
  static func parseWhole(_ bytes: UnsafeBufferPointer<UInt8>, mark: UInt8) -> Result? {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return nil }
    let end = start + bytes.count
    guard let result = parse(start, end, decimalMark: mark), result.end == end else { return nil }
    return result
  }

  /// The number that fills a text exactly, in a style, perhaps with a currency's sign or a percent sign (12 % is 12).
  package static func parse(_ text: String, _ style: TableFormat.NumberStyle = .plain) -> Double? {
    var text = text
    return text.withUTF8 { bytes in
      let mark = style.decimalMark.asciiValue ?? 0x2E
      if let result = parseWhole(bytes, mark: mark) { return result.value }
      guard let dressed = NumberText(bytes), dressed.traits.isSubset(of: .unit) else { return nil }
      return dressed.value(mark: mark, takesGroups: style.groupMark != nil)
    }
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
