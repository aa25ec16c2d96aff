/// Walks over the fields of delimited text, byte by byte.
///
/// This is file-reading code: it works on the file's own bytes, and nothing of it escapes the reader.
struct FieldScanner {
  /// A field: its bytes without blanks around them and without quotes.
  struct Field {
    var start: UnsafePointer<UInt8>
    var end: UnsafePointer<UInt8>
    var isQuoted: Bool
    /// Holds a quote that stands for one of the text: `""`, or `\"`.
    var hasEscapes: Bool
    var quotes: QuoteStyle

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: end - start) }

    /// The bytes with quotes as they are meant.
    func plainBytes() -> [UInt8] {
      guard hasEscapes else { return Array(bytes) }
      var plain: [UInt8] = []
      plain.reserveCapacity(bytes.count)
      var p = start
      while p < end {
        let isEscape =
          quotes.hasBackslashes && p.pointee == Byte.backslash || p.pointee == quotes.mark && isQuoted
        if isEscape, p + 1 < end { p += 1 }
        plain.append(p.pointee)
        p += 1
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
    static let hash: UInt8 = 35
    static let apostrophe: UInt8 = 39
    static let backslash: UInt8 = 92
  }

  let end: UnsafePointer<UInt8>
  let delimiter: UInt8
  let quotes: QuoteStyle
  var position: UnsafePointer<UInt8>
  /// Set when a quote is never closed.
  private(set) var openQuote: UnsafePointer<UInt8>?

  init(
    _ bytes: UnsafeRawBufferPointer, from offset: Int = 0, delimiter: UInt8, quotes: QuoteStyle = QuoteStyle()
  ) {
    // An empty buffer may have no address; any will do, as nothing is read.
    let base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!
    let start = base.assumingMemoryBound(to: UInt8.self)
    position = start + offset
    end = start + bytes.count
    self.delimiter = delimiter
    self.quotes = quotes
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
  ///
  /// - Returns: how many there were before one with content.
  @discardableResult
  mutating func skipEmptyLines() -> Int {
    var count = 0
    while true {
      let line = position
      skipBlanks()
      guard position < end, endsLine(position.pointee) else {
        // The blanks belong to the line's first field, unless the file ends here.
        if position < end {
          position = line
          return count
        }
        return 0
      }
      let isPair =
        position.pointee == Byte.carriageReturn && position + 1 < end
        && (position + 1).pointee == Byte.lineFeed
      position += isPair ? 2 : 1
      count += 1
    }
  }

  /// Moves behind the end of the line, whatever is in it.
  mutating func skipLine() {
    while position < end, !endsLine(position.pointee) { position += 1 }
    if position < end, position.pointee == Byte.carriageReturn { position += 1 }
    if position < end, position.pointee == Byte.lineFeed { position += 1 }
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

  /// Returns whether a field may end here.
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
    if position < end, position.pointee == quotes.mark, let field = quotedField() { return field }
    let start = position
    while position < end {
      let byte = position.pointee
      if byte == delimiter || endsLine(byte) || (delimiter == Byte.blank && isBlank(byte)) { break }
      position += 1
    }
    return field(from: start, to: position, isQuoted: false, hasEscapes: false)
  }

  /// The fields of the line at the position, which stays.
  func fieldCount() -> Int {
    var copy = self
    var count = 0
    repeat {
      _ = copy.nextField()
      count += 1
    } while copy.finishField()
    return count
  }

  private func field(
    from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>, isQuoted: Bool, hasEscapes: Bool
  ) -> Field {
    var (start, end) = (start, end)
    while end > start, (end - 1).pointee == Byte.blank || isBlank((end - 1).pointee) { end -= 1 }
    while end > start, start.pointee == Byte.blank || isBlank(start.pointee) { start += 1 }
    return Field(start: start, end: end, isQuoted: isQuoted, hasEscapes: hasEscapes, quotes: quotes)
  }

  /// A field in quotes; nil, and the position unmoved, if something else follows the closing quote,
  /// so that the quotes are part of a plain field.
  private mutating func quotedField() -> Field? {
    let opening = position
    var p = opening + 1
    var hasEscapes = false
    while p < end {
      if quotes.hasBackslashes, p.pointee == Byte.backslash, p + 1 < end {
        hasEscapes = true
        p += 2
        continue
      }
      if p.pointee == quotes.mark {
        guard p + 1 < end, (p + 1).pointee == quotes.mark else { break }
        hasEscapes = true
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
    return field(from: opening + 1, to: p, isQuoted: true, hasEscapes: hasEscapes)
  }
}

/// The style of the quotes that enclose fields.
struct QuoteStyle: Equatable {
  /// `"`, or `'` in files that use it instead.
  var mark = FieldScanner.Byte.quote
  /// A Boolean value that indicates whether a backslash makes the next character a part of the text.
  var hasBackslashes = false

  init() {}

  /// Creates the style that the beginning of a file shows.
  init(of bytes: UnsafeRawBufferPointer) {
    typealias Byte = FieldScanner.Byte
    var (starts, ends, doubles) = (0, 0, 0)
    for (offset, byte) in bytes.enumerated() {
      let before = offset > 0 ? bytes[offset - 1] : Byte.lineFeed
      let after = offset + 1 < bytes.count ? bytes[offset + 1] : Byte.lineFeed
      if byte == Byte.apostrophe {
        if Self.isBorder(before) { starts += 1 }
        if Self.isBorder(after) { ends += 1 }
      } else if byte == Byte.quote {
        if Self.isBorder(before) { doubles += 1 }
        if before == Byte.backslash, !Self.isBorder(after) { hasBackslashes = true }
      }
    }
    // Apostrophes that enclose come in pairs, one at each end of a field; those of a text don't.
    if doubles == 0, starts >= 2, starts == ends { mark = Byte.apostrophe }
  }

  private static func isBorder(_ byte: UInt8) -> Bool {
    ",;\t|\n\r".utf8.contains(byte)
  }
}
