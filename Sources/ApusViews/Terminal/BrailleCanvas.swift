/// A picture of dots, two by four in a character.
struct BrailleCanvas {
  let width: Int
  let height: Int
  private var dots: [UInt8]
  private var series: [Int]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    dots = Array(repeating: 0, count: width * height)
    series = Array(repeating: 0, count: width * height)
  }

  /// Bits of the dots of a character, by column and row.
  private static let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

  private mutating func set(_ x: Int, _ y: Int, _ number: Int) {
    guard x >= 0, x < 2 * width, y >= 0, y < 4 * height else { return }
    let cell = y / 4 * width + x / 2
    dots[cell] |= Self.bits[x % 2][y % 4]
    series[cell] = number
  }

  /// Draws a line through places from 0 (bottom) to 1 (top) at even distances; where there are more places than
  /// columns of dots, through the means of neighbors.
  mutating func draw(_ places: [Double?], series number: Int, isDotted: Bool) {
    guard !places.isEmpty else { return }
    let columns = 2 * width
    var last: Int?
    for x in 0..<columns {
      guard let place = Self.place(at: x, of: columns, in: places) else {
        last = nil
        continue
      }
      let y = Int(((1 - min(max(place, 0), 1)) * Double(4 * height - 1)).rounded())
      let from = last ?? y
      // Steep parts are filled, so that the line has no holes.
      for row in min(from + (from < y ? 1 : 0), y)...max(from - (from > y ? 1 : 0), y)
      where !isDotted || (abs(from - y) > 2 ? row % 2 == 0 : x % 2 == 0) {
        set(x, row, number)
      }
      last = y
    }
  }

  private static func place(at x: Int, of columns: Int, in places: [Double?]) -> Double? {
    guard places.count > 1 else { return places[0] }
    if places.count > columns {
      let from = x * places.count / columns
      let to = max((x + 1) * places.count / columns, from + 1)
      let known = places[from..<to].compactMap { $0 }
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
    let position = Double(x) / Double(columns - 1) * Double(places.count - 1)
    let index = min(Int(position), places.count - 2)
    guard let a = places[index], let b = places[index + 1] else { return nil }
    return a + (position - Double(index)) * (b - a)
  }

  /// A row of characters; runs of one series go through `paint` with its number.
  func text(row: Int, _ paint: (Int, String) -> String) -> String {
    var text = ""
    var run = ""
    var current = 0
    for cell in (row * width)..<((row + 1) * width) {
      if dots[cell] != 0, series[cell] != current {
        text += paint(current, run)
        (run, current) = ("", series[cell])
      }
      run.unicodeScalars.append(dots[cell] == 0 ? " " : Unicode.Scalar(0x2800 + UInt32(dots[cell]))!)
    }
    while run.last == " " { run.removeLast() }
    return text + paint(current, run)
  }
}
