/// A PNG file of any form, written straight from the standard: the oracle of the reader.
package struct PNGWriter {
  package var width: Int
  package var height: Int
  package var depth = 8
  /// 0 gray, 2 color, 3 palette, 4 gray with opacity, 6 color with opacity.
  package var colorType = 0
  package var isInterlaced = false
  package var palette: [UInt8] = []
  package var transparency: [UInt8] = []
  /// Data in several parts, as large files have it.
  package var parts = 1

  package init(
    width: Int, height: Int, depth: Int = 8, colorType: Int = 0, isInterlaced: Bool = false
  ) {
    (self.width, self.height, self.depth) = (width, height, depth)
    (self.colorType, self.isInterlaced) = (colorType, isInterlaced)
  }

  package var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType] ?? 1 }

  /// - Parameter samples: `[height, width, channels]`, each below 2 to the depth.
  package func file(_ samples: [Int]) -> [UInt8] {
    let header =
      Self.big(width) + Self.big(height) + [UInt8(depth), UInt8(colorType), 0, 0, isInterlaced ? 1 : 0]
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header)
    file += Self.chunk("gAMA", [0, 0, 177, 143])
    if !palette.isEmpty { file += Self.chunk("PLTE", palette) }
    if !transparency.isEmpty { file += Self.chunk("tRNS", transparency) }
    let data = Self.zlib(filtered(samples))
    for part in 0..<parts {
      file += Self.chunk("IDAT", Array(data[(part * data.count / parts)..<((part + 1) * data.count / parts)]))
    }
    return file + Self.chunk("IEND", [])
  }

  private func filtered(_ samples: [Int]) -> [UInt8] {
    let passes =
      isInterlaced
      ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
      : [(0, 0, 1, 1)]
    let back = max(channels * depth / 8, 1)
    var (result, filter): ([UInt8], Int) = ([], 0)
    for (x0, y0, dx, dy) in passes where x0 < width && y0 < height {
      var above: [Int]?
      for y in stride(from: y0, to: height, by: dy) {
        var line: [Int] = []
        var bits = ""
        for x in stride(from: x0, to: width, by: dx) {
          for channel in 0..<channels {
            let sample = samples[(y * width + x) * channels + channel]
            if depth == 16 { line += [sample >> 8, sample & 255] }
            if depth == 8 { line.append(sample) }
            if depth < 8 {
              let text = String(sample, radix: 2)
              bits += String(repeating: "0", count: depth - text.count) + text
            }
          }
        }
        while !bits.isEmpty {
          let byte = bits.prefix(8)
          line.append(Int(byte + String(repeating: "0", count: 8 - byte.count), radix: 2)!)
          bits = String(bits.dropFirst(8))
        }
        result.append(UInt8(filter))
        for (i, byte) in line.enumerated() {
          let (a, b) = (i >= back ? line[i - back] : 0, above?[i] ?? 0)
          let c = i >= back ? above?[i - back] ?? 0 : 0
          let p = a + b - c
          let guess: Int =
            switch filter {
            case 1: a
            case 2: b
            case 3: (a + b) / 2
            case 4: [(abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c)].min { $0 < $1 }!.2
            default: 0
            }
          result.append(UInt8((byte - guess + 256) & 255))
        }
        above = line
        filter = (filter + 1) % 5
      }
    }
    return result
  }

  package static func big(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  package static func chunk(_ kind: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(kind.utf8) + content
    var crc = UInt32.max
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return big(content.count) + body + big(Int(~crc))
  }

  /// Stored, not deflated: zlib reads both.
  package static func zlib(_ bytes: [UInt8]) -> [UInt8] {
    var (result, at): ([UInt8], Int) = ([0x78, 0x01], 0)
    repeat {
      let count = min(bytes.count - at, 65_535)
      result.append(at + count == bytes.count ? 1 : 0)
      for word in [UInt16(count), ~UInt16(count)] { result += [UInt8(word & 255), UInt8(word >> 8)] }
      result += bytes[at..<(at + count)]
      at += count
    } while at < bytes.count
    var (a, b) = (1, 0)
    for byte in bytes { (a, b) = ((a + Int(byte)) % 65_521, (b + a + Int(byte)) % 65_521) }
    return result + big(b << 16 | a)
  }
}

/// A PNG of gray bytes.
package func png(_ width: Int, _ height: Int, _ bytes: [Int]) -> [UInt8] {
  PNGWriter(width: width, height: height).file(bytes)
}
