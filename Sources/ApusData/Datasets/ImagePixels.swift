import ApusCore

/// The samples of images, one after the other: bytes or real numbers, in memory or mapped from a prepared file.
package enum ImagePixels: Sendable {
  case bytes([UInt8])
  case reals([Float])
  case storedBytes(StoredValues<UInt8>)
  case storedReals(StoredValues<Float>)

  package var areReal: Bool {
    switch self {
    case .bytes, .storedBytes: false
    case .reals, .storedReals: true
    }
  }

  /// The number of samples.
  package var count: Int {
    switch self {
    case .bytes(let bytes): bytes.count
    case .reals(let reals): reals.count
    case .storedBytes(let bytes): bytes.count
    case .storedReals(let reals): reals.count
    }
  }

  /// All bytes; a copy of those in a file, and none of real numbers.
  package var bytes: [UInt8] {
    switch self {
    case .bytes(let bytes): bytes
    case .storedBytes(let bytes): Array(bytes)
    case .reals, .storedReals: []
    }
  }

  /// All real numbers; a copy of those in a file, and none of bytes.
  package var reals: [Float] {
    switch self {
    case .reals(let reals): reals
    case .storedReals(let reals): Array(reals)
    case .bytes, .storedBytes: []
    }
  }

  /// Where the samples begin in their file; nil in memory.
  package var fileOffset: Int? {
    switch self {
    case .storedBytes(let bytes): bytes.fileOffset
    case .storedReals(let reals): reals.fileOffset
    case .bytes, .reals: nil
    }
  }

  /// Calls `body` with the memory of all samples: a byte each, or four of a real number.
  func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    switch self {
    case .bytes(let bytes): try bytes.withUnsafeBytes(body)
    case .reals(let reals): try reals.withUnsafeBytes(body)
    case .storedBytes(let bytes): try bytes.withUnsafeBytes(body)
    case .storedReals(let reals): try reals.withUnsafeBytes(body)
    }
  }

  /// Calls `body` with the memory of all bytes.
  ///
  /// - Precondition: they are no real numbers.
  func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
    precondition(!areReal, "images of real numbers")
    return try withUnsafeBytes { try body($0.assumingMemoryBound(to: UInt8.self)) }
  }

  /// Calls `body` with the memory of all real numbers.
  ///
  /// - Precondition: they are no bytes.
  func withReals<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    precondition(areReal, "images of bytes")
    return try withUnsafeBytes { try body($0.assumingMemoryBound(to: Float.self)) }
  }

  /// The samples of some images, in the order of `rows`, in memory.
  ///
  /// - Parameter size: the samples of an image.
  func selecting(_ rows: [Int], size: Int) -> ImagePixels {
    func picked<Sample>(_ samples: UnsafeBufferPointer<Sample>) -> [Sample] {
      var result: [Sample] = []
      result.reserveCapacity(rows.count * size)
      for row in rows { result += samples[(row * size)..<((row + 1) * size)] }
      return result
    }
    return areReal ? .reals(withReals(picked)) : .bytes(withBytes(picked))
  }

  /// The first sample that is infinite or no number.
  var firstThatIsNotFinite: (place: Int, value: Float)? {
    guard areReal else { return nil }
    return withReals { reals in
      reals.firstIndex { !$0.isFinite }.map { ($0, reals[$0]) }
    }
  }
}

extension StoredValues {
  /// Calls `body` with the memory of all values.
  func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withContiguousStorageIfAvailable { try body(UnsafeRawBufferPointer($0)) }!
  }
}
