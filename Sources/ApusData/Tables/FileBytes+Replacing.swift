import ApusCore

extension FileBytes {
  /// A copy in which one byte stands for a sequence of them, but not within quotes.
  func replacing(_ sequence: [UInt8], by byte: UInt8) -> FileBytes {
    withBytes { bytes in
      var result: [UInt8] = []
      result.reserveCapacity(bytes.count)
      var isQuoted = false
      var at = 0
      while at < bytes.count {
        if bytes[at] == FieldScanner.Byte.quote { isQuoted.toggle() }
        if !isQuoted, bytes[at...].starts(with: sequence) {
          result.append(byte)
          at += sequence.count
        } else {
          result.append(bytes[at])
          at += 1
        }
      }
      return FileBytes.copy(of: result, name: name)
    }
  }
}
