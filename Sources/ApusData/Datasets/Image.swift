public import ApusCore

/// One image as bytes, before any normalization.
public struct Image: Sendable, Equatable {
  /// `[height, width, channels]`, row-major.
  public let bytes: [UInt8]
  /// `[height, width, channels]`
  public let shape: [Int]

  /// - Throws: when there are not as many bytes as the shape holds.
  public init(bytes: [UInt8], shape: [Int]) throws(ApusError) {
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 && $0 <= 1 << 20 }), bytes.count == shape.reduce(1, *)
    else {
      throw ApusError(
        "\(bytes.count) bytes for an image of shape \(shape)", expected: "height × width × channels bytes")
    }
    self.init(unchecked: bytes, shape)
  }

  init(unchecked bytes: [UInt8], _ shape: [Int]) { (self.bytes, self.shape) = (bytes, shape) }
}

extension ImageDataset {
  /// An image as it is, before any normalization; real numbers rounded to 255ths of white.
  ///
  /// - Precondition: the position is below ``count``.
  public subscript(position: Int) -> Image {
    precondition(position >= 0 && position < count, "no such image")
    let range = (position * inputSize)..<((position + 1) * inputSize)
    guard areReal else {
      return Image(unchecked: pixels.withBytes { Array($0[range]) }, inputShape)
    }
    let white = normalization.white
    return Image(
      unchecked: pixels.withReals { reals in
        reals[range].map { UInt8(min(max((Double($0) * 255 / white).rounded(), 0), 255)) }
      }, inputShape)
  }
}
