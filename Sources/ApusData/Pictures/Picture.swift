/// A picture as its file holds it, once it is expanded.
struct Picture: Sendable, Equatable {
  var width: Int
  var height: Int
  /// 1 of grey, 2 of grey and opacity, 3 of red, green and blue, 4 of those and opacity.
  var channels: Int
  var samples: Samples

  /// `[height, width, channels]`, row-major.
  enum Samples: Sendable, Equatable {
    case bytes([UInt8])
    /// Samples of 16 bits: 65,535 is white.
    case words([UInt16])
  }

  /// A Boolean value that indicates whether the fourth channel, or the second of two, is opacity.
  var hasOpacity: Bool { channels == 2 || channels == 4 }

  /// Every sample from 0 to 255; of 16 bits with their fractions.
  var values: [Float] {
    switch samples {
    case .bytes(let bytes): bytes.map { Float($0) }
    case .words(let words): words.map { Float($0) / 257 }
    }
  }
}

/// The information in a picture file before its pixels.
struct PictureHeader: Sendable, Equatable {
  /// Upright, as ``Picture`` has them.
  var width: Int
  var height: Int
  /// A Boolean value that indicates whether its pixels may have a color.
  var mayHaveColor: Bool
  /// A Boolean value that indicates whether its samples have 16 bits.
  var isDeep: Bool

  /// The largest number of pixels that is read: larger pictures would need more memory than can be taken for granted.
  static let mostPixels = 1 << 27
}
