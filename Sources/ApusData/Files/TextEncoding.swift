import ApusCore

/// The encodings in which bytes represent characters: files in UTF-16 or Windows-1252 are converted to UTF-8 before
/// anything reads them.
enum TextEncoding {
  /// The encoding of a file, as far as its first bytes tell; nil for UTF-8, and for what isn't text.
  private enum Wide {
    case littleEndian, bigEndian
  }

  /// The file in UTF-8, where it is UTF-16 with or without a byte-order mark; the file itself otherwise.
  ///
  /// - Returns: also a note for the user; nil where nothing was done.
  static func withoutUTF16(_ file: FileBytes) -> (file: FileBytes, note: String?) {
    file.withBytes { bytes in
      guard let wide = wide(bytes) else { return (file, nil) }
      let text = narrowed(bytes, wide)
      return (FileBytes.copy(of: text, name: file.name), "the file is UTF-16 text")
    }
  }

  static let windows1252Note = "the file is no UTF-8: it is read as Windows-1252"

  /// The file in UTF-8, where it is Windows-1252 (or Latin 1, which is a part of it); nil where it is not.
  ///
  /// Bytes that Windows-1252 doesn't have are no text of it; nor is a file in which valid UTF-8 sequences are as
  /// frequent as others: it is damaged.
  static func fromWindows1252(_ file: FileBytes) -> FileBytes? {
    file.withBytes { bytes in
      let counts = sequences(bytes)
      guard counts.others > 0, counts.valid * 4 < counts.others,
        !bytes.contains(where: { $0 >= 0x80 && windows1252(of: $0) == nil })
      else { return nil }
      var text: [UInt8] = []
      text.reserveCapacity(bytes.count + counts.others * 2)
      for byte in bytes {
        if byte < 0x80 {
          text.append(byte)
        } else if let scalar = windows1252(of: byte), let encoded = UTF8.encode(scalar) {
          text.append(contentsOf: encoded)
        }
      }
      return FileBytes.copy(of: text, name: file.name)
    }
  }

  // MARK: UTF-16

  private static let sampleSize = 1 << 12

  private static func wide(_ bytes: UnsafeRawBufferPointer) -> Wide? {
    if bytes.starts(with: [0xFF, 0xFE]) { return .littleEndian }
    if bytes.starts(with: [0xFE, 0xFF]) { return .bigEndian }
    // Without a mark: every other byte of digits, blanks, delimiters and line ends is zero, and only those are.
    var zeros = (even: 0, odd: 0)
    let sample = min(bytes.count, sampleSize) & ~1
    for offset in stride(from: 0, to: sample, by: 2) {
      if bytes[offset] == 0 { zeros.even += 1 }
      if bytes[offset + 1] == 0 { zeros.odd += 1 }
    }
    guard sample >= 4, (zeros.even + zeros.odd) * 10 >= sample else { return nil }
    guard ForeignFormat.recognize(bytes) == nil else { return nil }
    if zeros.even == 0, bytes[1] == 0 { return .littleEndian }
    if zeros.odd == 0, bytes[0] == 0 { return .bigEndian }
    return nil
  }

  private static func narrowed(_ bytes: UnsafeRawBufferPointer, _ wide: Wide) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 5 / 8)
    func unit(_ offset: Int) -> UInt16 {
      let (first, second) = (UInt16(bytes[offset]), UInt16(bytes[offset + 1]))
      return wide == .littleEndian ? second << 8 | first : first << 8 | second
    }
    let isMarked = bytes.count >= 2 && unit(0) == 0xFEFF
    var offset = isMarked ? 2 : 0
    while offset + 1 < bytes.count {
      let first = unit(offset)
      offset += 2
      if first < 0x80 {
        text.append(UInt8(first))
        continue
      }
      var scalar = Unicode.Scalar(first)
      if first & 0xFC00 == 0xD800, offset + 1 < bytes.count, unit(offset) & 0xFC00 == 0xDC00 {
        scalar = Unicode.Scalar(0x10000 + (UInt32(first) & 0x3FF) << 10 + (UInt32(unit(offset)) & 0x3FF))
        offset += 2
      }
      text.append(contentsOf: UTF8.encode(scalar ?? "\u{FFFD}")!)
    }
    return text
  }

  // MARK: Windows-1252

  /// Returns the number of sequences of several bytes that are UTF-8, and of bytes beyond ASCII that belong to none.
  private static func sequences(_ bytes: UnsafeRawBufferPointer) -> (valid: Int, others: Int) {
    var (valid, others) = (0, 0)
    var offset = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte >= 0x80 else {
        offset += 1
        continue
      }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
      let end = min(offset + length, bytes.count)
      if byte >= 0xC2, String(validating: bytes[offset..<end], as: UTF8.self) != nil {
        valid += 1
        offset = end
      } else {
        others += 1
        offset += 1
      }
    }
    return (valid, others)
  }

  /// The characters of the bytes from 0x80 to 0x9F; 0 where there is none.
  private static let upperControls: [UInt32] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
    0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
    0x0153, 0, 0x017E, 0x0178,
  ]

  private static func windows1252(of byte: UInt8) -> Unicode.Scalar? {
    guard byte >= 0x80, byte < 0xA0 else { return Unicode.Scalar(byte) }
    let code = upperControls[Int(byte) - 0x80]
    return code == 0 ? nil : Unicode.Scalar(code)
  }
}
