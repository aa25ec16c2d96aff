import Foundation
import Testing

import ApusViews

@Suite struct PixelImageTests {
  /// RFC 4648's examples.
  @Test func base64Text() {
    let words = ["", "f", "fo", "foo", "foob", "fooba", "foobar"]
    #expect(
      words.map { base64(Array($0.utf8)) } == [
        "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy",
      ])
  }

  /// Chunk by chunk: lengths, names and checksums as the standard has them.
  @Test(arguments: [2, 300])
  func file(colors: Int) throws {
    let image = PixelImage(
      width: colors, height: 2,
      pixels: (0..<(2 * colors)).map { Color(UInt32($0 % colors * 997)) })
    let png = image.png
    #expect(png.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    var (at, names) = (8, [String]())
    while at < png.count {
      let length = png[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
      names.append(String(decoding: png[(at + 4)..<(at + 8)], as: UTF8.self))
      let crc = png[(at + 8 + length)..<(at + 12 + length)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      #expect(crc == Self.crc(png[(at + 4)..<(at + 8 + length)]))
      at += 12 + length
    }
    #expect(at == png.count)
    #expect(names == (colors <= 256 ? ["IHDR", "PLTE", "IDAT", "IEND"] : ["IHDR", "IDAT", "IEND"]))
    #expect(image.dataURI.hasPrefix("data:image/png;base64,iVBORw0KGgo"))
  }

  /// Bit by bit.
  private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
    }
    return crc ^ 0xFFFF_FFFF
  }

  @Test func numbersAsColors() {
    let image = PixelImage([-1, 0, 1, .nan], width: 2, in: -1...1, ramp: .gray)
    #expect(image.pixels[0] == Color(0))
    #expect(image.pixels[2] == Color(0xFFFFFF))
    #expect(image.pixels[3] == Color(0x808080))
    #expect(image.height == 2)
  }
}
