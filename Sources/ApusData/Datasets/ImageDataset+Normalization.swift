import ApusCore

extension ImageDataset {
  /// The mapping from bytes to floats: (byte / white − mean) / deviation.
  public struct Normalization: Sendable, Equatable, Codable {
    /// The mean of the training images, where white is 1: one, one for each channel, or one for each number of an image.
    public var mean: [Double]
    /// The divisor: one, or one for each channel.
    public var deviation: [Double]
    /// The byte that stands for 1: 255, or the largest value of images with fewer grey levels.
    public var white: Double

    public init(mean: [Double], deviation: [Double], white: Double = 255) {
      self.mean = mean
      self.deviation = deviation
      self.white = white
    }

    /// Bytes divided by `white`, neither centered nor scaled.
    public static func unit(white: Double = 255) -> ImageDataset.Normalization {
      ImageDataset.Normalization(mean: [0], deviation: [1], white: white)
    }

    /// Fits to the training images, and to no others.
    ///
    /// - Parameter scaling: `standardize`: each channel has mean 0 and deviation 1. `center`: each channel has mean 0, where
    ///   white is 1. `meanImage`: each number of an image has mean 0 (lecture 5: "subtract the mean image"). `minMax`: black is 0
    ///   and white 1. `none`: the bytes as they are.
    public static func fit(
      _ images: ImageDataset, rows: Split.TrainingRows, scaling: NumberScaling.Kind = .standardize
    ) -> ImageDataset.Normalization {
      let white = images.normalization.white
      switch scaling {
      case .none: return .unit(white: 1)
      case .minMax:
        guard images.areReal else { return .unit(white: white) }
        // Real numbers have no black and no white but their own.
        let (least, most) = images.range(rows.indices)
        return ImageDataset.Normalization(
          mean: [least / white], deviation: [most > least ? (most - least) / white : 1], white: white)
      case .standardize, .center:
        let moments = images.channelMoments(rows.indices)
        return ImageDataset.Normalization(
          mean: moments.map { $0.mean / white },
          deviation: scaling == .center
            ? [1] : moments.map { $0.deviation / white > 1e-6 ? $0.deviation / white : 1 },
          white: white)
      case .meanImage:
        let count = Double(max(rows.count, 1))
        return ImageDataset.Normalization(
          mean: images.sums(rows.indices).map { $0 / count / white }, deviation: [1], white: white)
      }
    }

    /// - Throws: unless there are as many numbers as an image of the shape has channels, or values, or one.
    func check(_ shape: [Int]) throws(ApusError) {
      let (channels, size) = (shape.last ?? 1, shape.reduce(1, *))
      guard [1, channels, size].contains(mean.count), [1, channels].contains(deviation.count),
        !deviation.contains(0), white != 0
      else { throw ApusError("the image preprocessing is damaged") }
    }

    /// float = byte · scale + offset for each number of an image; a single one where all are the same.
    struct Coefficients: Sendable {
      var scales: [Float]
      var offsets: [Float]
    }

    func coefficients(_ shape: [Int]) -> Coefficients {
      let size = shape.reduce(1, *)
      let count = mean.count == 1 && deviation.count == 1 ? 1 : size
      return Coefficients(
        scales: (0..<count).map { Float(1 / (white * deviation[$0 % deviation.count])) },
        offsets: (0..<count).map { Float(-mean[$0 % mean.count] / deviation[$0 % deviation.count]) })
    }
  }
}

extension ImageDataset.Normalization.Coefficients {
  /// The real numbers of an image as floats.
  func convert(reals source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) {
    let numbers = source.assumingMemoryBound(to: Float.self)
    let isSingle = scales.count == 1
    for i in 0..<numbers.count {
      let at = isSingle ? 0 : i
      target.storeBytes(of: numbers[i] * scales[at] + offsets[at], toByteOffset: i &* 4, as: Float.self)
    }
  }

  /// The bytes of an image as floats, sixteen at a time: the compiler vectorizes no loop that turns bytes into floats by
  /// itself.
  func convert(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) {
    scales.withUnsafeBytes { scales in
      offsets.withUnsafeBytes { offsets in
        // A stride of 0 stays with the single coefficient.
        let isSingle = scales.count == 4
        var scale = SIMD16<Float>(repeating: self.scales[0])
        var offset = SIMD16<Float>(repeating: self.offsets[0])
        var i = 0
        while i &+ 16 <= source.count {
          let bytes = source.loadUnaligned(fromByteOffset: i, as: SIMD16<UInt8>.self)
          let floats = SIMD16<Float>(SIMD16<Int32>(truncatingIfNeeded: bytes))
          if !isSingle {
            scale = scales.loadUnaligned(fromByteOffset: i &* 4, as: SIMD16<Float>.self)
            offset = offsets.loadUnaligned(fromByteOffset: i &* 4, as: SIMD16<Float>.self)
          }
          target.storeBytes(of: floats * scale + offset, toByteOffset: i &* 4, as: SIMD16<Float>.self)
          i &+= 16
        }
        while i < source.count {
          let at = isSingle ? 0 : i
          target.storeBytes(
            of: Float(source[i]) * self.scales[at] + self.offsets[at], toByteOffset: i &* 4, as: Float.self)
          i &+= 1
        }
      }
    }
  }
}
