/// Walks over the fields of delimited text, byte by byte.
///
/// This is file-reading code: it works on the file's own bytes, and nothing of it escapes the reader.
struct FieldScanner {
  /// A field: its bytes without blanks around them and without quotes.
  struct Field {
    var start: UnsafePointer<UInt8>
    var end: UnsafePointer<UInt8>
    var isQuoted: Bool
    /// Holds `""` for `"`.
    var hasDoubledQuotes: Bool

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: end - start) }

    /// The bytes with doubled quotes made single.
    func plainBytes() -> [UInt8] {
      guard hasDoubledQuotes else { return Array(bytes) }
      var plain: [UInt8] = []
      plain.reserveCapacity(bytes.count)
      var afterQuote = false
      for byte in bytes {
        if byte == Byte.quote, afterQuote {
          afterQuote = false
          continue
        }
        afterQuote = byte == Byte.quote
        plain.append(byte)
      }
      return plain
    }
  }

  enum Byte {
    static let tab: UInt8 = 9
    static let lineFeed: UInt8 = 10
    static let carriageReturn: UInt8 = 13
    static let blank: UInt8 = 32
    static let quote: UInt8 = 34
  }

  let end: UnsafePointer<UInt8>
  let delimiter: UInt8
  var position: UnsafePointer<UInt8>
  /// Set when a quote is never closed.
  private(set) var openQuote: UnsafePointer<UInt8>?

  init(_ bytes: UnsafeRawBufferPointer, from offset: Int = 0, delimiter: UInt8) {
    // An empty buffer may have no address; any will do, as nothing is read.
    let base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!
    let start = base.assumingMemoryBound(to: UInt8.self)
    position = start + offset
    end = start + bytes.count
    self.delimiter = delimiter
  }

  var isAtEnd: Bool { position >= end }

  @inline(__always)
  func isBlank(_ byte: UInt8) -> Bool {
    byte == Byte.blank || (byte == Byte.tab && delimiter != Byte.tab)
  }

  @inline(__always)
  func endsLine(_ byte: UInt8) -> Bool { byte == Byte.lineFeed || byte == Byte.carriageReturn }

  @inline(__always)
  mutating func skipBlanks() {
    while position < end, isBlank(position.pointee) { position += 1 }
  }

  /// Moves over lines without any content.
  mutating func skipEmptyLines() {
    while true {
      let line = position
      skipBlanks()
      guard position < end, endsLine(position.pointee) else {
        // The blanks belong to the line's first field, unless the file ends here.
        if position < end { position = line }
        return
      }
      position += 1
    }
  }

  /// At a delimiter, moves behind it: another field follows. At a line's end, moves behind that.
  /// Blanks before either are skipped.
  @inline(__always)
  mutating func finishField() -> Bool {
    let before = position
    skipBlanks()
    if position >= end { return false }
    let byte = position.pointee
    if byte == delimiter, delimiter != Byte.blank {
      position += 1
      return true
    }
    if byte == Byte.lineFeed {
      position += 1
      return false
    }
    if byte == Byte.carriageReturn {
      position += 1
      if position < end, position.pointee == Byte.lineFeed { position += 1 }
      return false
    }
    return delimiter == Byte.blank && position > before
  }

  /// Whether a field may end here.
  @inline(__always)
  func isAtFieldEnd(_ p: UnsafePointer<UInt8>) -> Bool {
    var p = p
    while p < end, isBlank(p.pointee) {
      if delimiter == Byte.blank { return true }
      p += 1
    }
    return p >= end || p.pointee == delimiter || endsLine(p.pointee)
  }

  /// The field at the position, which then stands behind it, before the delimiter or the line's end.
  mutating func nextField() -> Field {
    skipBlanks()
    if position < end, position.pointee == Byte.quote, let field = quotedField() { return field }
    let start = position
    while position < end {
      let byte = position.pointee
      if byte == delimiter || endsLine(byte) || (delimiter == Byte.blank && isBlank(byte)) { break }
      position += 1
    }
    var fieldEnd = position
    while fieldEnd > start, isBlank((fieldEnd - 1).pointee) { fieldEnd -= 1 }
    return Field(start: start, end: fieldEnd, isQuoted: false, hasDoubledQuotes: false)
  }

  /// A field in quotes; nil, and the position unmoved, if something else follows the closing quote,
  /// so that the quotes are part of a plain field.
  private mutating func quotedField() -> Field? {
    let opening = position
    var p = opening + 1
    var hasDoubledQuotes = false
    while p < end {
      if p.pointee == Byte.quote {
        guard p + 1 < end, (p + 1).pointee == Byte.quote else { break }
        hasDoubledQuotes = true
        p += 1
      }
      p += 1
    }
    guard p < end else {
      openQuote = openQuote ?? opening
      return nil
    }
    guard isAtFieldEnd(p + 1) else { return nil }
    position = p + 1
    return Field(start: opening + 1, end: p, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes)
  }
}
