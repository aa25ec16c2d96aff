package import ApusCore

/// A digit drawn by hand, brought to what the bundled ones are: a bitmap of 32 × 32, of which each block of 4 × 4 is
/// counted, which gives 8 × 8 pixels from 0 to 16 (E. Alpaydin and C. Kaynak 1998).
///
/// As the data set's forms were, the digit is made as large as the bitmap before, in its own proportions, and stands in the
/// middle; the pen is four pixels wide.
package struct DrawnDigit: Sendable, Equatable {
  /// `[8, 8]`, row by row, 0 … 16.
  package let pixels: [UInt8]

  static let side = 8
  static let block = 4
  static let penRadius = 2.0
  /// Numbers of all strokes at most, and of strokes.
  package static let mostNumbers = 8_192
  package static let mostStrokes = 64

  /// - Parameter strokes: each the corners of a line, x and y in turn, in any unit; y points down.
  package init(strokes: [[Double]]) {
    let corners = strokes.map { stroke in
      stride(from: 0, to: stroke.count - 1, by: 2).map { (x: stroke[$0], y: stroke[$0 + 1]) }
    }
    let all = corners.flatMap { $0 }
    guard let first = all.first else {
      pixels = Array(repeating: 0, count: Self.side * Self.side)
      return
    }
    var (left, right, top, bottom) = (first.x, first.x, first.y, first.y)
    for (x, y) in all {
      (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
    }
    let size = Double(Self.side * Self.block)
    let extent = max(right - left, bottom - top)
    let scale = extent > 0 ? (size - 2 * Self.penRadius) / extent : 1
    func placed(_ corner: (x: Double, y: Double)) -> (x: Double, y: Double) {
      (
        size / 2 + (corner.x - (left + right) / 2) * scale, size / 2 + (corner.y - (top + bottom) / 2) * scale
      )
    }
    var bitmap = Bitmap(size: Self.side * Self.block)
    for stroke in corners where !stroke.isEmpty {
      let line = stroke.map(placed)
      // A single corner is a dot.
      for (from, to) in zip(line, line.dropFirst().isEmpty ? line[...] : line.dropFirst()) {
        bitmap.draw(from: from, to: to, radius: Self.penRadius)
      }
    }
    pixels = bitmap.counts(block: Self.block)
  }

  /// - Parameter pixels: `[8, 8]`, row by row.
  /// - Throws: unless there are 64 of them, from 0 to 16.
  package init(pixels: [Int]) throws(ApusError) {
    guard pixels.count == Self.side * Self.side, pixels.allSatisfy({ (0...16).contains($0) }) else {
      throw ApusError("no digit of 8 × 8", at: "pixels", expected: "64 whole numbers from 0 to 16")
    }
    self.pixels = pixels.map { UInt8($0) }
  }

  /// Reads what a page sends: `{"strokes": [[x, y, …], …]}` or `{"pixels": […]}`.
  ///
  /// - Throws: what is not so, or too much.
  package init(json: JSONValue) throws(ApusError) {
    if let pixels = json["pixels"]?.arrayValue {
      try self.init(pixels: pixels.prefix(100).map { $0.intValue ?? -1 })
      return
    }
    guard let strokes = json["strokes"]?.arrayValue else {
      throw ApusError("nothing is drawn", expected: "strokes, pixels or a sample")
    }
    var numbers = 0
    var lines: [[Double]] = []
    for stroke in strokes {
      guard let line = stroke.arrayValue else {
        throw ApusError("a stroke that is no list", at: "strokes", expected: "x and y in turn")
      }
      numbers += line.count
      guard lines.count < Self.mostStrokes, numbers <= Self.mostNumbers else {
        throw ApusError(
          "too much is drawn", at: "strokes",
          expected: "at most \(Self.mostStrokes) strokes of \(Self.mostNumbers / 2) corners together")
      }
      let values = line.map { $0.doubleValue ?? .nan }
      guard values.count % 2 == 0, values.allSatisfy({ abs($0) <= 1e6 }) else {
        throw ApusError("a stroke of other things", at: "strokes", expected: "x and y in turn, up to 1e6")
      }
      lines.append(values)
    }
    self.init(strokes: lines)
  }
}

/// Black and white pixels.
private struct Bitmap {
  let size: Int
  private var isSet: [Bool]

  init(size: Int) {
    self.size = size
    isSet = Array(repeating: false, count: size * size)
  }

  /// Sets every pixel whose middle is within the radius of the line.
  mutating func draw(from: (x: Double, y: Double), to: (x: Double, y: Double), radius: Double) {
    func places(_ a: Double, _ b: Double) -> Range<Int> {
      let low = max(Int((min(a, b) - radius).rounded(.down)), 0)
      return low..<max(min(Int((max(a, b) + radius).rounded(.up)), size), low)
    }
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    let length = dx * dx + dy * dy
    for row in places(from.y, to.y) {
      for column in places(from.x, to.x) {
        let (x, y) = (Double(column) + 0.5 - from.x, Double(row) + 0.5 - from.y)
        let along = length > 0 ? min(max((x * dx + y * dy) / length, 0), 1) : 0
        let (awayX, awayY) = (x - along * dx, y - along * dy)
        if awayX * awayX + awayY * awayY <= radius * radius { isSet[row * size + column] = true }
      }
    }
  }

  /// Returns the number of pixels that are set in each block, row by row.
  func counts(block: Int) -> [UInt8] {
    let side = size / block
    var counts = [UInt8](repeating: 0, count: side * side)
    for row in 0..<size {
      for column in 0..<size where isSet[row * size + column] {
        counts[row / block * side + column / block] += 1
      }
    }
    return counts
  }
}
