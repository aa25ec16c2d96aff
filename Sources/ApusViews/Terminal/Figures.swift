import ApusTraining

// Numbers as people read them. Every function gives the same text on every machine.

/// A number with a fixed count of decimals: `0.9730`.
func fixed(_ value: Double, _ decimals: Int) -> String {
  guard value.isFinite else { return value.isNaN ? "–" : (value < 0 ? "−∞" : "∞") }
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 1e15 else { return "\(value)" }
  let digits = String(Int(scaled))
  let padded = String(repeating: "0", count: max(decimals + 1 - digits.count, 0)) + digits
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard decimals > 0 else { return sign + padded }
  return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

/// A number with so many significant digits, trailing zeros kept, so that it does not jump about while it
/// changes: `0.1200`, `12.34`, `1234`, `1.2e-7`.
package func steadyFigure(_ value: Double, digits: Int = 4) -> String {
  guard value.isFinite else { return fixed(value, 0) }
  guard value != 0 else { return fixed(0, digits - 1) }
  var exponent = 0
  var magnitude = abs(value)
  while magnitude >= 10 { (magnitude, exponent) = (magnitude / 10, exponent + 1) }
  while magnitude < 1 { (magnitude, exponent) = (magnitude * 10, exponent - 1) }
  if exponent < -4 || exponent > 6 {
    // Rounding may carry: 9.99 is 1.0e1.
    let decimals = max(digits - 3, 0)
    if fixed(magnitude, decimals).hasPrefix("10") { (magnitude, exponent) = (1, exponent + 1) }
    return (value < 0 ? "-" : "") + fixed(magnitude, decimals) + "e\(exponent)"
  }
  return fixed(value, max(0, min(digits - 1 - exponent, digits)))
}

/// A number with a unit's prefix: `12.3k`, `4.5M`.
package func prefixedFigure(_ value: Double) -> String {
  guard value.isFinite, value >= 0 else { return fixed(value, 0) }
  for (scale, prefix) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] where value >= scale * 0.9995 {
    let figure = value / scale
    return fixed(figure, figure < 9.995 ? 2 : figure < 99.95 ? 1 : 0) + prefix
  }
  return fixed(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
}

/// A number of samples as it is; a sum of weights to four digits, whole digits kept.
func countFigure(_ count: Double) -> String {
  Int(exactly: count).map(String.init)
    ?? (abs(count) >= 1000 && abs(count) < 1e15 ? fixed(count, 0) : shortFigure(count))
}

/// The same with a number of samples in groups of three digits.
func groupedFigure(_ count: Double) -> String { Int(exactly: count).map(grouped) ?? countFigure(count) }

/// A whole number in groups of three: `1,234,567`.
package func grouped(_ count: Int) -> String {
  var text = ""
  for (index, digit) in String(count.magnitude).reversed().enumerated() {
    if index > 0, index % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return (count < 0 ? "-" : "") + String(text.reversed())
}

/// Bytes: `512 B`, `1.21 MB`.
package func byteFigure(_ bytes: Int) -> String {
  bytes < 1000 ? "\(bytes) B" : prefixedFigure(Double(bytes)).inserting(" ") + "B"
}

extension String {
  /// With a text before the last character: `1.2k` → `1.2 k`.
  fileprivate func inserting(_ text: String) -> String {
    guard let last, last.isLetter else { return self + text }
    return dropLast() + text + String(last)
  }
}

/// A stretch of time: `0.3 s`, `12 s`, `3:07`, `1:02:03`.
package func durationFigure(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0 else { return "–" }
  if seconds < 0.095 { return fixed(seconds * 1000, seconds < 0.00995 ? 1 : 0) + " ms" }
  if seconds < 9.95 { return fixed(seconds, 1) + " s" }
  if seconds < 59.5 { return fixed(seconds, 0) + " s" }
  guard seconds < 1e9 else { return "∞" }
  return clock(seconds)
}

/// A time that counts down: `0:07`, `3:07`, `1:02:03`.
func clock(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "?" }
  let all = Int(seconds.rounded(.up))
  let two = { (n: Int) in n < 10 ? "0\(n)" : "\(n)" }
  let (minutes, rest) = all.quotientAndRemainder(dividingBy: 60)
  return minutes < 60 ? "\(minutes):\(two(rest))" : "\(minutes / 60):\(two(minutes % 60)):\(two(rest))"
}
