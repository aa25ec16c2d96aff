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
    /// Of 16 bits a sample: 65,535 is white.
    case words([UInt16])
  }

  /// Whether the fourth channel, or the second of two, is opacity.
  var hasOpacity: Bool { channels == 2 || channels == 4 }

  /// Every sample from 0 to 255; of 16 bits with their fractions.
  var values: [Float] {
    switch samples {
    case .bytes(let bytes): bytes.map { Float($0) }
    case .words(let words): words.map { Float($0) / 257 }
    }
  }
}

/// What a picture file says of itself before its pixels.
struct PictureHeader: Sendable, Equatable {
  /// Upright, as ``Picture`` has them.
  var width: Int
  var height: Int
  /// Whether its pixels may have a color.
  var mayHaveColor: Bool
  /// Whether its samples have 16 bits.
  var isDeep: Bool

  /// What larger ones would need is no longer a matter of course.
  static let mostPixels = 1 << 27
}
