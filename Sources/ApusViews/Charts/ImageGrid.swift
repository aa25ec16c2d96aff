/// Small images side by side with a line below each: weights, samples.
package struct ImageGrid: Chart {
  package struct Tile: Sendable {
    package var image: PixelImage
    /// The text below: a few short lines.
    package var lines: [String]

    package init(_ image: PixelImage, _ lines: [String] = []) {
      self.image = image
      self.lines = lines
    }
  }

  package let title: String
  private let tiles: [Tile]
  private let columns: Int
  private let tileWidth: Double
  private let gap: Double
  private let note: String
  private var header: Double { note.isEmpty ? 32 : 50 }
  private static let lineHeight = 14.0

  /// - Parameters:
  ///   - columns: as many as make it about square when nil.
  ///   - tileWidth: in pixels.
  ///   - note: what the colors mean, below the title.
  package init(
    _ title: String, _ tiles: [Tile], columns: Int? = nil, tileWidth: Double = 56, note: String = ""
  ) {
    self.note = note
    self.title = title
    self.tiles = tiles
    self.tileWidth = tileWidth
    gap = tiles.contains { !$0.lines.isEmpty } ? 12 : 4
    var square = 1
    while square * square < tiles.count { square += 1 }
    self.columns = max(min(columns ?? square, tiles.count), 1)
  }

  private var tileHeight: Double {
    tiles.map { Double($0.image.height) / Double($0.image.width) * tileWidth }.max() ?? tileWidth
  }
  private var rowHeight: Double {
    tileHeight + Double(tiles.map(\.lines.count).max() ?? 0) * Self.lineHeight + gap
  }

  package var width: Double {
    max(Double(columns) * (tileWidth + gap) - gap, titleWidth(title), textWidth(note, size: 12))
  }
  package var height: Double { header + Double((tiles.count + columns - 1) / columns) * rowHeight }
  package var summary: String {
    let named = tiles.filter { !$0.lines.isEmpty }.map { $0.lines.joined(separator: ", ") }
    return "\(tiles.count) images" + (named.isEmpty ? "" : ": " + named.joined(separator: "; "))
  }

  package func draw(into drawing: inout Drawing) {
    drawing.label(title, at: Point(0, 17), "title")
    if !note.isEmpty { drawing.label(note, at: Point(0, 35), "muted") }
    for (number, tile) in tiles.enumerated() {
      let x = Double(number % columns) * (tileWidth + gap)
      let y = header + Double(number / columns) * rowHeight
      let size = Double(tile.image.height) / Double(tile.image.width) * tileWidth
      drawing.image(tile.image, in: Area(x: x, y: y, width: tileWidth, height: size))
      for (line, words) in tile.lines.enumerated() {
        drawing.label(
          shortened(words, to: tileWidth + gap - 2, size: 11),
          at: Point(x, y + size + 13 + Double(line) * Self.lineHeight),
          line == 0 ? "" : "muted")
      }
    }
  }
}
