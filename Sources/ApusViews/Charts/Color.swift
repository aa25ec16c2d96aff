/// A color of the screen: red, green and blue from 0 to 255 (sRGB).
package struct Color: Sendable, Hashable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(red: UInt8, green: UInt8, blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  package init(_ hex: UInt32) {
    self.init(
      red: UInt8(truncatingIfNeeded: hex >> 16), green: UInt8(truncatingIfNeeded: hex >> 8),
      blue: UInt8(truncatingIfNeeded: hex))
  }

  /// `#0072b2`
  var hex: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// On the way to another color: a share from 0 to 1.
  func mixed(_ other: Color, _ share: Double) -> Color {
    func part(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + (Double(b) - Double(a)) * min(max(share, 0), 1)).rounded())
    }
    return Color(
      red: part(red, other.red), green: part(green, other.green), blue: part(blue, other.blue))
  }
}

/// A color for each number from 0 to 1, through a few that are given.
package struct ColorRamp: Sendable {
  let stops: [Color]

  /// Dark blue over green to yellow, evenly brighter: the larger, the brighter, also without colors (after viridis, by
  /// van der Walt and Smith).
  package static let viridis = ColorRamp(
    stops: [
      0x440154, 0x482878, 0x3E4A89, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6DCD59, 0xB4DE2C, 0xFDE725,
    ].map {
      Color($0)
    })
  /// Blue below, white in the middle, orange above; told apart by those who see no red or no green.
  package static let diverging = ColorRamp(
    stops: [0x083C70, 0x2F79B5, 0x8EC1E0, 0xF7F7F7, 0xF9B97C, 0xD8701B, 0x7F3100].map { Color($0) })
  package static let gray = ColorRamp(stops: [Color(0x000000), Color(0xFFFFFF)])

  /// Returns the color of a fraction from 0 to 1; grey for what is not a number.
  package func color(_ share: Double) -> Color {
    guard !share.isNaN else { return Color(0x808080) }
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let below = min(Int(place), stops.count - 2)
    return stops[below].mixed(stops[below + 1], place - Double(below))
  }

  /// So many colors at even distances.
  package func palette(_ count: Int) -> [Color] {
    (0..<count).map { color(Double($0) / Double(max(count - 1, 1))) }
  }
}
