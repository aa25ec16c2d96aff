import ApusCore

/// Texts by number in a prepared file: where the end of each stands, 64-bit numbers, and behind them the texts themselves
/// without anything between.
struct PreparedTexts: Codable {
  var count: Int
  var offset: Int
  /// The bytes of all texts.
  var bytes: Int

  /// Writes texts.
  ///
  /// - Throws: when the file cannot be written.
  init(_ values: [String], in file: RegionFile) throws(ApusError) {
    var (ends, length) = ([UInt64](), 0)
    ends.reserveCapacity(values.count)
    for value in values {
      length += value.utf8.count
      ends.append(UInt64(length).littleEndian)
    }
    (count, bytes) = (values.count, length)
    offset = file.reserve(ends.count * 8 + length)
    try file.write(ends, at: offset)
    var (at, piece) = (offset + ends.count * 8, [UInt8]())
    for value in values {
      piece.append(contentsOf: value.utf8)
      if piece.count >= 1 << 20 {
        try file.write(piece, at: at)
        at += piece.count
        piece.removeAll(keepingCapacity: true)
      }
    }
    try file.write(piece, at: at)
  }

  /// - Returns: nil where they lie outside the file, or are no texts.
  func values(in file: FileBytes) -> [String]? {
    guard PreparedFile.contains(file, offset, count, 8),
      PreparedFile.contains(file, offset + count * 8, bytes, 1)
    else { return nil }
    return file.withBytes { memory in
      var values: [String] = []
      values.reserveCapacity(count)
      let first = offset + count * 8
      var start = 0
      for index in 0..<count {
        let end = UInt64(
          littleEndian: memory.loadUnaligned(fromByteOffset: offset + index * 8, as: UInt64.self))
        guard end >= UInt64(start), end <= UInt64(bytes),
          let text = String(
            validating: UnsafeRawBufferPointer(rebasing: memory[(first + start)..<(first + Int(end))]),
            as: UTF8.self)
        else { return nil }
        values.append(text)
        start = Int(end)
      }
      return values
    }
  }
}
