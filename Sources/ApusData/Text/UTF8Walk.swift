/// The characters of text in UTF-8, one after the other, without a string of all of it.
enum UTF8Walk {
  /// Calls `body` for each character.
  ///
  /// - Returns: false at the first byte that is no UTF-8.
  static func forEach(
    _ bytes: UnsafeRawBufferPointer, _ body: (Unicode.Scalar) throws -> Void
  ) rethrows -> Bool {
    var parser = Unicode.UTF8.ForwardParser()
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      if byte < 0x80 {
        try body(Unicode.Scalar(byte))
        place += 1
        continue
      }
      // No character takes more than four bytes.
      var rest = bytes[place..<min(place + 4, bytes.count)].makeIterator()
      guard case .valid(let encoded) = parser.parseScalar(from: &rest) else { return false }
      parser = Unicode.UTF8.ForwardParser()
      try body(Unicode.UTF8.decode(encoded))
      place += encoded.count
    }
    return true
  }
}
