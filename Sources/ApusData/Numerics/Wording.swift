import ApusCore

/// A text of exactly `width` characters.
func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
  if text.count > width { return text.prefix(max(width - 1, 0)) + "…" }
  let blanks = String(repeating: " ", count: width - text.count)
  return right ? blanks + text : text + blanks
}

/// `1 row`, `2 rows`.
///
/// - Parameter plural: where it is more than an s behind the noun.
package func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}

/// A number to four significant digits: `0.3081`, `446`, `1.235e+06`.
package func significant(_ number: Double) -> String {
  guard number.isFinite, number != 0 else { return number == 0 ? "0" : "\(number)" }
  var exponent = 0
  var scale = 1.0
  let size = abs(number)
  if size >= 1e6 || size < 1e-4 {
    // Scientific: the shortest text of the number rounded to four digits.
    var power = 0
    var mantissa = size
    while mantissa >= 10, power < 400 {
      mantissa /= 10
      power += 1
    }
    while mantissa < 1, power > -400 {
      mantissa *= 10
      power -= 1
    }
    let rounded = (mantissa * 1000).rounded() / 1000
    return "\(number < 0 ? "-" : "")\(shortText(rounded))e\(power)"
  }
  while size * scale < 1000, exponent < 8 {
    scale *= 10
    exponent += 1
  }
  return shortText((number * scale).rounded() / scale)
}
