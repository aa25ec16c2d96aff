/// An image as numbers, `[height, width, channels]`, row by row.
public struct ImageValues: Sendable, Equatable {
  public let height: Int
  public let width: Int
  public let channels: Int
  public var values: [Float]

  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
    values = [Float](repeating: 0, count: height * width * channels)
  }

  /// Returns the position at which the numbers of a pixel begin.
  public func start(_ row: Int, _ column: Int) -> Int { (row &* width &+ column) &* channels }

  /// Puts pixels of another image, side by side in a row of it, into this one.
  mutating func copy(_ count: Int, from source: ImageValues, _ start: Int, to place: Int) {
    let size = count &* channels
    values.withUnsafeMutableBufferPointer { values in
      source.values.withUnsafeBufferPointer { source in
        _ = values[place..<(place + size)].update(fromContentsOf: source[start..<(start + size)])
      }
    }
  }

  /// Sets pixels side by side in a row to 0.
  mutating func clear(_ count: Int, at place: Int) {
    for index in place..<(place + count &* channels) { values[index] = 0 }
  }

  /// Another image moved by whole pixels: y[row, column] = x[row + down, column + right].
  ///
  /// - Parameter mirrors: whether the image's mirror lies behind its edges, or 0.
  mutating func fill(moving source: ImageValues, down: Int, right: Int, mirrors: Bool) {
    let first = min(max(-right, 0), width)
    let inside = first..<max(min(width, width - right), first)
    for row in 0..<height {
      guard mirrors || (0..<height).contains(row + down) else {
        clear(width, at: start(row, 0))
        continue
      }
      let from = Self.mirrored(row + down, height)
      if !inside.isEmpty {
        copy(
          inside.count, from: source, start(from, inside.lowerBound + right),
          to: start(row, inside.lowerBound))
      }
      for column in 0..<width where !inside.contains(column) {
        if mirrors {
          copy(1, from: source, start(from, Self.mirrored(column + right, width)), to: start(row, column))
        } else {
          clear(1, at: start(row, column))
        }
      }
    }
  }

  /// The place in an image that stands for one beside it, as in a mirror at its edge: −1 is 0, −2 is 1.
  static func mirrored(_ place: Int, _ length: Int) -> Int {
    var place = place
    while place < 0 || place >= length {
      place = place < 0 ? -1 - place : 2 * length - 1 - place
    }
    return place
  }
}
