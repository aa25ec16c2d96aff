import ApusCore
import CZlib

/// A picture in the PNG format (ISO/IEC 15948), expanded by Apus itself on zlib: every color type and depth, interlaced or
/// not, with transparency; colors are taken as they stand, without gamma or profile.
///
/// Sizes are held against what the compressed bytes can hold before any memory is taken for them, and every chunk has to
/// have its checksum.
struct PNG {
  private(set) var header: PNGHeader
  private var palette: [UInt8] = []
  /// The opacity of the palette's entries, or the one gray or color that is transparent.
  private var transparency: [UInt8] = []
  private var data: [Range<Int>] = []
  private let bytes: UnsafeRawBufferPointer
  private let name: String

  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  static func isPNG(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: signature) }

  /// - Throws: when the file is damaged or cut off.
  static func header(_ bytes: UnsafeRawBufferPointer, name: String) throws(ApusError) -> PictureHeader {
    let header = try PNGHeader(chunks: bytes, name)
    return PictureHeader(
      width: header.width, height: header.height, mayHaveColor: header.colorType & 2 != 0,
      isDeep: header.depth == 16)
  }

  /// - Throws: when the file is damaged or cut off.
  static func picture(_ bytes: UnsafeRawBufferPointer, name: String) throws(ApusError) -> Picture {
    try PNG(bytes, name).picture()
  }

  private init(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(ApusError) {
    (self.bytes, self.name) = (bytes, name)
    header = try PNGHeader(chunks: bytes, name)
    var at = PNGHeader.end
    while true {
      guard let count = PNGHeader.number(bytes, at), at + 12 <= bytes.count, count <= bytes.count - at - 12
      else { throw PNGHeader.damaged("is cut off after \(bytes.count) bytes", name) }
      let kind = String(decoding: bytes[(at + 4)..<(at + 8)], as: UTF8.self)
      let content = (at + 8)..<(at + 8 + count)
      let checked = UnsafeRawBufferPointer(rebasing: bytes[(at + 4)..<(at + 8 + count)])
      guard PNGHeader.number(bytes, at + 8 + count) == Int(Self.checksum(checked)) else {
        throw PNGHeader.damaged("has a part \"\(kind)\" at byte \(at) without its checksum", name)
      }
      switch kind {
      case "IEND": return
      case "IDAT": data.append(content)
      case "PLTE":
        guard count % 3 == 0, count <= 768, count > 0 else {
          throw PNGHeader.damaged("has a palette of \(count) bytes", name)
        }
        palette = Array(bytes[content])
      case "tRNS": transparency = Array(bytes[content])
      default:
        // The fifth bit of the first letter says that one may do without.
        guard bytes[at + 4] & 0x20 != 0 else {
          throw PNGHeader.damaged("has a part \"\(kind)\" at byte \(at) that no PNG has", name)
        }
      }
      at += 12 + count
    }
  }

  private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(
      truncatingIfNeeded: crc32(
        0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(truncatingIfNeeded: bytes.count)))
  }

  // MARK: Pixels

  private func picture() throws(ApusError) -> Picture {
    if header.colorType == 3, palette.isEmpty { throw PNGHeader.damaged("has no palette", name) }
    let scan = try PNGScan(header, inflated(), name)
    let depth = header.depth
    guard header.colorType != 3 else { return try colored(scan.bytes) }
    guard depth == 16 else {
      // Few gray levels reach from black to white, too.
      let factor = depth == 8 ? 1 : UInt8(255 / ((1 << depth) - 1))
      let key = try transparentSample()
      var samples = scan.bytes
      if factor > 1, key == nil { for i in samples.indices { samples[i] &*= factor } }
      guard let key else { return picture(samples: .bytes(samples), header.samples) }
      let width = header.samples
      var result: [UInt8] = []
      result.reserveCapacity(samples.count / width * (width + 1))
      for start in stride(from: 0, to: samples.count, by: width) {
        let pixel = samples[start..<(start + width)]
        for sample in pixel { result.append(sample &* factor) }
        result.append(pixel.elementsEqual(key.map { UInt8(truncatingIfNeeded: $0) }) ? 0 : 255)
      }
      return picture(samples: .bytes(result), width + 1)
    }
    var words = [UInt16](repeating: 0, count: scan.bytes.count / 2)
    for i in words.indices { words[i] = UInt16(scan.bytes[2 * i]) << 8 | UInt16(scan.bytes[2 * i + 1]) }
    guard let key = try transparentSample() else { return picture(samples: .words(words), header.samples) }
    let width = header.samples
    var result: [UInt16] = []
    result.reserveCapacity(words.count / width * (width + 1))
    for start in stride(from: 0, to: words.count, by: width) {
      let pixel = words[start..<(start + width)]
      result += pixel
      result.append(pixel.elementsEqual(key) ? 0 : .max)
    }
    return picture(samples: .words(result), width + 1)
  }

  private func picture(samples: Picture.Samples, _ channels: Int) -> Picture {
    Picture(width: header.width, height: header.height, channels: channels, samples: samples)
  }

  /// The gray or the color that stands for a hole; nil where none does.
  private func transparentSample() throws(ApusError) -> [UInt16]? {
    guard !transparency.isEmpty, header.colorType == 0 || header.colorType == 2 else { return nil }
    guard transparency.count == 2 * header.samples else {
      throw PNGHeader.damaged("has a transparent color of \(transparency.count) bytes", name)
    }
    let mask = UInt16((1 << header.depth) - 1)
    return (0..<header.samples).map {
      (UInt16(transparency[2 * $0]) << 8 | UInt16(transparency[2 * $0 + 1])) & mask
    }
  }

  /// The palette's colors.
  private func colored(_ indices: [UInt8]) throws(ApusError) -> Picture {
    let colors = palette.count / 3
    guard transparency.count <= colors else {
      throw PNGHeader.damaged("has \(transparency.count) opacities for \(colors) colors", name)
    }
    if let wrong = indices.first(where: { Int($0) >= colors }) {
      throw PNGHeader.damaged("has a pixel of color \(wrong), and a palette of \(colors)", name)
    }
    let channels = transparency.isEmpty ? 3 : 4
    var entries = [UInt8](repeating: 255, count: colors * channels)
    for color in 0..<colors {
      for channel in 0..<3 { entries[color * channels + channel] = palette[color * 3 + channel] }
      if color < transparency.count { entries[color * channels + 3] = transparency[color] }
    }
    let samples = [UInt8](unsafeUninitializedCapacity: indices.count * channels) { buffer, count in
      for index in indices {
        for channel in 0..<channels {
          buffer[count] = entries[Int(index) &* channels &+ channel]
          count &+= 1
        }
      }
    }
    return picture(samples: .bytes(samples), channels)
  }

  /// The filtered rows, exactly as many bytes as the header asks for.
  private func inflated() throws(ApusError) -> [UInt8] {
    let size = header.filteredSize
    let present = data.reduce(0) { $0 + $1.count }
    // Deflate makes at most 1,032 bytes of one.
    guard present > 0, size / 1032 <= present else {
      throw PNGHeader.damaged(
        "claims \(header.width) x \(header.height) pixels, which \(present) bytes cannot hold", name)
    }
    var stream = z_stream()
    guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw ApusError("zlib cannot start", at: name)
    }
    defer { inflateEnd(&stream) }
    var code = Z_OK
    let result = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      stream.next_out = buffer.baseAddress
      // Fewer than 2³² bytes: the header's limits see to it.
      stream.avail_out = UInt32(size)
      for range in data where code == Z_OK {
        let part = UnsafeRawBufferPointer(rebasing: bytes[range])
        stream.next_in = UnsafeMutablePointer(
          mutating: part.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(part.count)
        if part.count > 0 { code = inflate(&stream, Z_NO_FLUSH) }
        // All of this part is taken, and more is to come.
        if code == Z_BUF_ERROR, stream.avail_in == 0 { code = Z_OK }
      }
      initialized = size - Int(stream.avail_out)
    }
    guard result.count == size, code != Z_DATA_ERROR else {
      throw PNGHeader.damaged("has pixels that cannot be expanded", name)
    }
    return result
  }
}

/// The first part of a PNG file: its size and the form of its pixels.
struct PNGHeader {
  let width: Int
  let height: Int
  /// Bits a sample: 1, 2, 4, 8 or 16.
  let depth: Int
  /// 0 gray, 2 color, 3 palette, 4 gray with opacity, 6 color with opacity.
  let colorType: Int
  let isInterlaced: Bool

  /// The position at which the parts after it begin.
  static let end = 33

  init(chunks bytes: UnsafeRawBufferPointer, _ name: String) throws(ApusError) {
    guard bytes.count >= Self.end, Self.number(bytes, 8) == 13, bytes[12..<16].elementsEqual("IHDR".utf8)
    else { throw Self.damaged("has no header", name) }
    (width, height) = (Self.number(bytes, 16)!, Self.number(bytes, 20)!)
    (depth, colorType) = (Int(bytes[24]), Int(bytes[25]))
    let depths = [0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]]
    guard depths[colorType]?.contains(depth) == true, bytes[26] == 0, bytes[27] == 0, bytes[28] <= 1,
      width > 0, height > 0, width < 1 << 31, height < 1 << 31
    else { throw Self.damaged("has a header that no PNG has", name) }
    isInterlaced = bytes[28] == 1
    guard width.multipliedReportingOverflow(by: height).partialValue <= PictureHeader.mostPixels else {
      throw ApusError(
        "the picture has \(width) x \(height) pixels", at: name,
        expected: "at most \(PictureHeader.mostPixels) in all", fix: "make it smaller")
    }
  }

  /// Samples a pixel, as they are stored.
  var samples: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType] ?? 1 }

  func rowBytes(_ width: Int) -> Int { (width * samples * depth + 7) / 8 }

  /// The picture's parts one after the other: itself, or the seven of Adam M. Costello's interlacing.
  var passes: [Pass] {
    guard isInterlaced else { return [Pass(x: 0, y: 0, dx: 1, dy: 1, width: width, height: height)] }
    let starts = [
      (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ]
    return starts.map { x, y, dx, dy in
      Pass(
        x: x, y: y, dx: dx, dy: dy, width: max((width - x + dx - 1) / dx, 0),
        height: max((height - y + dy - 1) / dy, 0))
    }.filter { $0.width > 0 && $0.height > 0 }
  }

  /// Pixels (x + i·dx, y + j·dy) of the whole.
  struct Pass {
    let x: Int
    let y: Int
    let dx: Int
    let dy: Int
    let width: Int
    let height: Int
  }

  /// The bytes of all rows with their filters' numbers.
  var filteredSize: Int { passes.reduce(0) { $0 + $1.height * (1 + rowBytes($1.width)) } }

  /// Big-endian; nil outside the bytes.
  static func number(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int? {
    guard at >= 0, at <= bytes.count - 4 else { return nil }
    return Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
  }

  static func damaged(_ problem: String, _ name: String) -> ApusError {
    ApusError("the PNG file \(problem)", at: name, fix: "download or save it again, or remove it")
  }
}
