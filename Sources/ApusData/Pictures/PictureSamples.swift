import ApusCore

/// The samples of pictures of one form, in memory or in a file that is written.
enum PictureSamples<Sample: BitwiseCopyable & Equatable & Sendable> {
  case memory([Sample])
  case file(RegionFile, offset: Int, count: Int)

  /// The approximate number of bytes that are read, changed and written at a time.
  static var pieceBytes: Int { 1 << 24 }

  /// The samples after a change that is made of any number of whole pictures and leaves them no more bytes than they had.
  ///
  /// - Parameter size: the samples of a picture.
  func changed<Other>(
    size: Int, _ change: ([Sample]) -> [Other]
  ) throws(ApusError) -> PictureSamples<Other> {
    switch self {
    case .memory(let samples): return .memory(change(samples))
    case .file(let file, let offset, let count):
      let stride = MemoryLayout<Sample>.stride
      let piece = max(Self.pieceBytes / (size * stride), 1) * size
      let values = StoredValues<Sample>(try file.mapped(), offset: offset, count: count)
      var written = 0
      var start = 0
      while start < count {
        let end = min(start + piece, count)
        // What is written ends no later than what has been read.
        let other = change(Array(values[start..<end]))
        try file.write(other, at: offset + written * MemoryLayout<Other>.stride)
        written += other.count
        start = end
      }
      file.giveBack(from: offset + written * MemoryLayout<Other>.stride)
      return .file(file, offset: offset, count: written)
    }
  }

  /// The samples as values in the file; nil where they are in memory.
  func stored() throws(ApusError) -> StoredValues<Sample>? {
    guard case .file(let file, let offset, let count) = self else { return nil }
    return StoredValues(try file.mapped(), offset: offset, count: count)
  }
}

extension PictureSamples<UInt8> {
  func pixels() throws(ApusError) -> ImagePixels {
    if case .memory(let samples) = self { return .bytes(samples) }
    return .storedBytes(try stored() ?? [])
  }
}

extension PictureSamples<Float> {
  func pixels() throws(ApusError) -> ImagePixels {
    if case .memory(let samples) = self { return .reals(samples) }
    return .storedReals(try stored() ?? [])
  }
}
