import ApusCore

extension FileBytes {
  /// No fewer than the file has rows: its lines, and one that no line end closes.
  var lineCount: Int {
    withBytes { bytes in
      var count = 1
      var isAfterReturn = false
      // Pages that were counted need not stay for the reading.
      for start in stride(from: 0, to: bytes.count, by: 1 << 24) {
        let end = min(start + 1 << 24, bytes.count)
        for byte in bytes[start..<end] {
          count += byte == FieldScanner.Byte.carriageReturn ? 1 : 0
          count += byte == FieldScanner.Byte.lineFeed && !isAfterReturn ? 1 : 0
          isAfterReturn = byte == FieldScanner.Byte.carriageReturn
        }
        releasePages(below: end)
      }
      return count
    }
  }
}
