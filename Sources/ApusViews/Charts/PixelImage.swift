/// An image of few pixels, for weights, regions and samples; SVG holds it as a PNG file.
package struct PixelImage: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// Row by row from the top.
  package let pixels: [Color]

  /// - Parameter pixels: `[height, width]`, row-major; what is missing is black.
  package init(width: Int, height: Int, pixels: [Color]) {
    self.width = max(width, 1)
    self.height = max(height, 1)
    let count = self.width * self.height
    self.pixels =
      Array(pixels.prefix(count)) + Array(repeating: Color(0), count: max(count - pixels.count, 0))
  }

  /// Numbers as colors of a ramp, in 64 steps, so that the file is small.
  ///
  /// - Parameter range: what the ramp's ends stand for.
  package init(_ values: [Double], width: Int, in range: ClosedRange<Double>, ramp: ColorRamp) {
    let palette = ramp.palette(64)
    let span = range.upperBound - range.lowerBound
    self.init(
      width: width, height: values.count / max(width, 1),
      pixels: values.map { value in
        guard value.isFinite else { return ramp.color(value) }
        let share = span > 0 ? (value - range.lowerBound) / span : 0.5
        return palette[Int((min(max(share, 0), 1) * 63).rounded())]
      })
  }

  /// The file within a link.
  package var dataURI: String { "data:image/png;base64," + base64(png) }

  /// A PNG file (ISO/IEC 15948): with a palette where there are at most 256 colors, not compressed, so that its bytes
  /// depend on no library.
  package var png: [UInt8] {
    var indices: [Color: UInt8] = [:]
    var palette: [Color] = []
    for color in pixels where indices[color] == nil {
      guard palette.count < 256 else {
        palette = []
        break
      }
      indices[color] = UInt8(palette.count)
      palette.append(color)
    }
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)
      for color in pixels[(y * width)..<((y + 1) * width)] {
        if palette.isEmpty {
          rows += [color.red, color.green, color.blue]
        } else {
          rows.append(indices[color]!)
        }
      }
    }
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    file += Self.chunk("IHDR", Self.word(width) + Self.word(height) + [8, palette.isEmpty ? 2 : 3, 0, 0, 0])
    if !palette.isEmpty { file += Self.chunk("PLTE", palette.flatMap { [$0.red, $0.green, $0.blue] }) }
    file += Self.chunk("IDAT", Self.stored(rows))
    return file + Self.chunk("IEND", [])
  }

  private static func word(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in body { crc = table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ (crc >> 8) }
    return word(data.count) + body + word(Int(crc ^ 0xFFFF_FFFF))
  }

  /// CRC-32 of each byte.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }

  /// A zlib stream (RFC 1950) of blocks that are stored and not compressed.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var (a, b): (UInt32, UInt32) = (1, 0)
    for start in stride(from: 0, to: bytes.count, by: 65_535) {
      let block = bytes[start..<min(start + 65_535, bytes.count)]
      stream.append(start + block.count == bytes.count ? 1 : 0)
      for length in [block.count, ~block.count] {
        stream += [UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)]
      }
      stream += block
      for byte in block {
        a = (a + UInt32(byte)) % 65_521
        b = (b + a) % 65_521
      }
    }
    return stream + word(Int(b << 16 | a))
  }
}

/// RFC 4648.
package func base64(_ bytes: [UInt8]) -> String {
  let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = (0..<3).reduce(0) { $0 << 8 | (start + $1 < bytes.count ? Int(bytes[start + $1]) : 0) }
    for place in 0..<4 {
      text.append(start + place > bytes.count ? UInt8(ascii: "=") : letters[group >> (18 - 6 * place) & 63])
    }
  }
  return String(decoding: text, as: UTF8.self)
}
