import ApusCore
import CJPEG

#if canImport(ImageIO)
  import CoreGraphics
  import ImageIO
#endif

/// A picture in the JPEG format (ITU T.81), expanded by the machine's own library: libturbojpeg or libjpeg, found at run
/// time, or macOS's ImageIO.
///
/// What the file says of itself (size, colors, how the camera was held) is read here.
enum JPEG {
  static func isJPEG(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

  /// - Throws: when the file is damaged or cut off.
  static func header(_ bytes: UnsafeRawBufferPointer, name: String) throws(ApusError) -> PictureHeader {
    let header = try JPEGHeader(bytes, name)
    let isTurned = header.orientation >= 5
    return PictureHeader(
      width: isTurned ? header.height : header.width, height: isTurned ? header.width : header.height,
      mayHaveColor: header.components > 1, isDeep: false)
  }

  /// - Throws: when the file is damaged or cut off, or there is no library to expand it.
  static func picture(_ bytes: UnsafeRawBufferPointer, name: String) throws(ApusError) -> Picture {
    let header = try JPEGHeader(bytes, name)
    let channels = header.components
    var samples = try samples(bytes, header, name)
    if channels == 4 { samples = colors(ofInks: samples, areInverted: header.isFromAdobe) }
    return Picture(
      width: header.width, height: header.height, channels: channels == 4 ? 3 : channels,
      samples: .bytes(samples)
    ).upright(header.orientation)
  }

  /// Light that cyan, magenta, yellow and black leave; Adobe stores it, others the inks.
  private static func colors(ofInks inks: [UInt8], areInverted: Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(inks.count / 4 * 3)
    for pixel in stride(from: 0, to: inks.count - 3, by: 4) {
      let black = areInverted ? Int(inks[pixel + 3]) : 255 - Int(inks[pixel + 3])
      for channel in 0..<3 {
        let light = areInverted ? Int(inks[pixel + channel]) : 255 - Int(inks[pixel + channel])
        result.append(UInt8((light * black + 127) / 255))
      }
    }
    return result
  }

  #if canImport(ImageIO)
    private static func samples(
      _ bytes: UnsafeRawBufferPointer, _ header: JPEGHeader, _ name: String
    ) throws(ApusError) -> [UInt8] {
      let data = CFDataCreate(nil, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
      guard let data, let source = CGImageSourceCreateWithData(data, nil),
        CGImageSourceGetStatus(source) == .statusComplete,
        let image = CGImageSourceCreateImageAtIndex(source, 0, nil), image.width == header.width,
        image.height == header.height
      else { throw JPEGHeader.damaged("cannot be expanded", name) }
      // ImageIO makes colors of inks itself; what is drawn has red, green, blue and a byte of nothing.
      let isGray = header.components == 1
      var drawn = [UInt8](repeating: 0, count: header.width * header.height * (isGray ? 1 : 4))
      let isDrawn = drawn.withUnsafeMutableBytes { buffer in
        let context = CGContext(
          data: buffer.baseAddress, width: header.width, height: header.height, bitsPerComponent: 8,
          bytesPerRow: header.width * (isGray ? 1 : 4),
          space: isGray
            ? CGColorSpaceCreateDeviceGray()
            : image.colorSpace.flatMap {
              $0.model == .rgb ? $0 : nil
            } ?? CGColorSpaceCreateDeviceRGB(),
          bitmapInfo: (isGray ? CGImageAlphaInfo.none : .noneSkipLast).rawValue)
        context?.draw(image, in: CGRect(x: 0, y: 0, width: header.width, height: header.height))
        return context != nil
      }
      guard isDrawn else { throw JPEGHeader.damaged("cannot be expanded", name) }
      if isGray { return drawn }
      if header.components == 4 {
        for pixel in stride(from: 0, to: drawn.count, by: 4) {
          for channel in 0..<3 where !header.isFromAdobe {
            drawn[pixel + channel] = 255 - drawn[pixel + channel]
          }
          drawn[pixel + 3] = header.isFromAdobe ? 255 : 0
        }
        return drawn
      }
      return stride(from: 0, to: drawn.count, by: 4).flatMap { drawn[$0..<($0 + 3)] }
    }
  #else
    /// A Boolean value that indicates whether the machine has a library; looked for once.
    private static let hasLibrary = apus_jpeg_open() == 1

    private static func samples(
      _ bytes: UnsafeRawBufferPointer, _ header: JPEGHeader, _ name: String
    ) throws(ApusError) -> [UInt8] {
      guard hasLibrary else { throw noLibrary(name) }
      let size = header.width * header.height * header.components
      var message = [CChar](repeating: 0, count: Int(APUS_JPEG_MESSAGE_SIZE))
      var failure: Int32 = 0
      let samples = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        // A file that stops early must not leave what was in the memory before.
        buffer.initialize(repeating: 0)
        failure = apus_jpeg_decode(
          bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, Int32(header.width),
          Int32(header.height), Int32(header.components), buffer.baseAddress, &message)
        count = size
      }
      guard failure == 0 else {
        let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        throw JPEGHeader.damaged("is damaged: \(text)", name)
      }
      return samples
    }
  #endif

  static func noLibrary(_ name: String) -> ApusError {
    ApusError(
      "is a JPEG, and this machine has no library to expand it", at: name,
      expected: "libturbojpeg or libjpeg",
      fix: "apt-get install libturbojpeg0, dnf install turbojpeg, apk add libjpeg-turbo; or save it as PNG")
  }
}

/// The information in the parts of a JPEG file before its pixels.
struct JPEGHeader {
  private(set) var width = 0
  private(set) var height = 0
  /// 1, 3 or 4.
  private(set) var components = 0
  /// The way to turn the picture upright (Exif): 1 is not at all, from 5 on its sides change places.
  private(set) var orientation = 1
  private(set) var isFromAdobe = false

  /// - Throws: when there is no frame, or one of another kind than people have.
  init(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(ApusError) {
    func word(_ at: Int) -> Int { Int(bytes[at]) << 8 | Int(bytes[at + 1]) }
    var at = 2
    while components == 0 {
      guard at + 4 <= bytes.count else { throw Self.damaged("is cut off after \(bytes.count) bytes", name) }
      guard bytes[at] == 0xFF else { throw Self.damaged("has no part at byte \(at)", name) }
      let marker = bytes[at + 1]
      // Bytes of 255 may stand before any part, and some parts are nothing else.
      if marker == 0xFF || marker == 0x01 || (0xD0...0xD8).contains(marker) {
        at += marker == 0xFF ? 1 : 2
        continue
      }
      let count = word(at + 2)
      guard count >= 2, at + 2 + count <= bytes.count, marker != 0xD9, marker != 0xDA else {
        throw Self.damaged("is cut off after \(bytes.count) bytes", name)
      }
      let content = UnsafeRawBufferPointer(rebasing: bytes[(at + 4)..<(at + 2 + count)])
      switch marker {
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        guard content.count >= 6, content[0] == 8, [1, 3, 4].contains(content[5]) else {
          throw ApusError(
            "the JPEG file has \(content.first ?? 0) bits a sample and \(content.count > 5 ? content[5] : 0) "
              + "components", at: name, expected: "8 bits, and 1, 3 or 4 components", fix: "save it as PNG")
        }
        (height, width, components) = (word(at + 5), word(at + 7), Int(content[5]))
      case 0xE1: orientation = Self.orientation(content) ?? orientation
      case 0xEE: if content.starts(with: "Adobe".utf8) { isFromAdobe = true }
      default: break
      }
      at += 2 + count
    }
    guard width > 0, height > 0 else { throw Self.damaged("has no size", name) }
    // Each scan of a progressive file goes through all pixels: many of them on a huge picture would never end.
    let scans = Self.scans(bytes)
    guard width * height <= PictureHeader.mostPixels, scans * width * height <= 1 << 33 else {
      throw ApusError(
        "the picture has \(width) x \(height) pixels in \(counted(scans, "scan"))", at: name,
        expected: "at most \(PictureHeader.mostPixels) in all", fix: "make it smaller")
    }
  }

  private static func scans(_ bytes: UnsafeRawBufferPointer) -> Int {
    var (count, last) = (0, UInt8(0))
    for byte in bytes {
      if last == 0xFF, byte == 0xDA { count += 1 }
      last = byte
    }
    return max(count, 1)
  }

  /// Tag 0x0112 of the first directory of an Exif part, which is a small TIFF file.
  private static func orientation(_ content: UnsafeRawBufferPointer) -> Int? {
    guard content.count >= 14, content.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) else { return nil }
    let tiff = UnsafeRawBufferPointer(rebasing: content[6...])
    let isLittle = tiff[0] == 0x49
    func number(_ at: Int, _ size: Int) -> Int? {
      guard at >= 0, at <= tiff.count - size else { return nil }
      let part = tiff[at..<(at + size)]
      return isLittle
        ? part.reversed().reduce(0) { $0 << 8 | Int($1) } : part.reduce(0) { $0 << 8 | Int($1) }
    }
    guard let start = number(4, 4), let entries = number(start, 2) else { return nil }
    for entry in 0..<entries {
      let at = start + 2 + 12 * entry
      guard let tag = number(at, 2) else { return nil }
      if tag == 0x0112 { return number(at + 8, 2).flatMap { (1...8).contains($0) ? $0 : nil } }
    }
    return nil
  }

  static func damaged(_ problem: String, _ name: String) -> ApusError {
    ApusError("the JPEG file \(problem)", at: name, fix: "download or save it again, or remove it")
  }
}

extension Picture {
  /// The picture as it was seen.
  ///
  /// - Parameter orientation: what Exif says, from 1 to 8.
  func upright(_ orientation: Int) -> Picture {
    guard orientation > 1, case .bytes(let bytes) = samples else { return self }
    let isTurned = orientation >= 5
    let (wide, high) = isTurned ? (height, width) : (width, height)
    var result = [UInt8](repeating: 0, count: bytes.count)
    for row in 0..<high {
      for column in 0..<wide {
        let (x, y) =
          switch orientation {
          case 2: (width - 1 - column, row)
          case 3: (width - 1 - column, height - 1 - row)
          case 4: (column, height - 1 - row)
          case 5: (row, column)
          case 6: (row, height - 1 - column)
          case 7: (width - 1 - row, height - 1 - column)
          default: (width - 1 - row, column)
          }
        for channel in 0..<channels {
          result[(row * wide + column) * channels + channel] = bytes[(y * width + x) * channels + channel]
        }
      }
    }
    return Picture(width: wide, height: high, channels: channels, samples: .bytes(result))
  }
}
