public import ApusCore
import CZlib

/// How bytes become floats: (byte / 255 − mean) / deviation.
public struct ImageNormalization: Sendable, Equatable, Codable {
  /// The mean of the training images, where white is 1.
  public var mean: Double
  /// Their standard deviation.
  public var deviation: Double
  /// The byte that stands for 1: 255, or the largest value of images with fewer grey levels.
  public var white: Double

  public init(mean: Double, deviation: Double, white: Double = 255) {
    self.mean = mean
    self.deviation = deviation
    self.white = white
  }

  /// Bytes divided by `white`, neither centred nor scaled.
  public static func unit(white: Double = 255) -> ImageNormalization {
    ImageNormalization(mean: 0, deviation: 1, white: white)
  }

  /// Fits one mean and one deviation to the training images, and to no others (MISSION I).
  public static func fit(_ images: ImageDataset, rows: TrainingRows) -> ImageNormalization {
    // Whole numbers: the sums are exact in any order.
    var sum: UInt64 = 0
    var squares: UInt64 = 0
    let size = images.inputSize
    for row in rows.indices where row < images.count {
      var rowSum: UInt32 = 0
      var rowSquares: UInt64 = 0
      for byte in images.bytes[row * size..<(row + 1) * size] {
        rowSum &+= UInt32(byte)
        rowSquares &+= UInt64(byte) &* UInt64(byte)
      }
      sum += UInt64(rowSum)
      squares += rowSquares
    }
    let count = Double(max(rows.indices.count * size, 1))
    let white = images.normalization.white
    let mean = Double(sum) / count
    let variance = max(Double(squares) / count - mean * mean, 0)
    let deviation = variance.squareRoot() / white
    return ImageNormalization(mean: mean / white, deviation: deviation > 1e-6 ? deviation : 1, white: white)
  }
}

/// Images as bytes, `[count, height, width, channels]`, turned into floats a batch at a time.
public struct ImageDataset: Dataset {
  /// `[count, height, width, channels]`, row-major.
  public let bytes: [UInt8]
  /// `[height, width, channels]`
  public let inputShape: [Int]
  /// The class of each image.
  public let labels: [UInt8]
  public let classNames: [String]
  /// How bytes become floats.
  public var normalization: ImageNormalization

  /// - Throws: if the sizes do not fit or a label has no name.
  public init(
    bytes: [UInt8], inputShape: [Int], labels: [UInt8], classNames: [String],
    normalization: ImageNormalization = .unit()
  ) throws(ApusError) {
    var size = 1
    for extent in inputShape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow else { throw ApusError("\(inputShape) is not the shape of an image") }
      size = product
    }
    let (needed, overflow) = size.multipliedReportingOverflow(by: labels.count)
    guard !overflow, needed == bytes.count else {
      throw ApusError("\(bytes.count) bytes do not hold \(labels.count) images of shape \(inputShape)")
    }
    if let row = labels.firstIndex(where: { $0 >= classNames.count }) {
      throw ApusError(
        "image \(row + 1) has the label \(labels[row])", expected: "0 … \(classNames.count - 1)")
    }
    self.bytes = bytes
    self.inputShape = inputShape
    self.labels = labels
    self.classNames = classNames
    self.normalization = normalization
  }

  public var count: Int { labels.count }
  public var targets: TargetKind { .classes(names: classNames) }

  /// The same images, normalised in another way.
  public func normalized(_ normalization: ImageNormalization) -> ImageDataset {
    var images = self
    images.normalization = normalization
    return images
  }

  public func gather(_ indices: ArraySlice<Int>, into batch: inout Batch) {
    precondition(indices.count <= batch.capacity && batch.inputSize == inputSize, "the batch does not fit")
    let size = batch.inputSize
    let scale = Float(1 / (normalization.white * normalization.deviation))
    let offset = Float(-normalization.mean / normalization.deviation)
    bytes.withUnsafeBytes { source in
      batch.inputs.withUnsafeMutableBytes { target in
        var at = 0
        for (place, row) in zip(indices.indices, indices) {
          precondition(row >= 0 && row < count, "no such image")
          if place + 2 < indices.endIndex { prefetch(source, indices[place + 2] &* size, size) }
          convertBytes(
            UnsafeRawBufferPointer(rebasing: source[row * size..<(row + 1) * size]),
            to: UnsafeMutableRawBufferPointer(rebasing: target[at * 4..<(at + size) * 4]), scale, offset)
          at += size
        }
      }
    }
    var at = 0
    for row in indices {
      batch.labels[at] = Int32(labels[row])
      at += 1
    }
    batch.count = indices.count
  }
}

/// Rows in random order miss every cache: those to come are asked for while others are converted,
/// which makes a batch of a large set more than twice as fast.
private func prefetch(_ source: UnsafeRawBufferPointer, _ offset: Int, _ count: Int) {
  guard let base = source.baseAddress else { return }
  var line = 0
  while line < count {
    apus_prefetch(base + (offset &+ line))
    line &+= 64
  }
}

/// float = byte · scale + offset, sixteen at a time: the compiler vectorises no loop that turns bytes
/// into floats by itself.
private func convertBytes(
  _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer, _ scale: Float, _ offset: Float
) {
  let scales = SIMD16<Float>(repeating: scale)
  let offsets = SIMD16<Float>(repeating: offset)
  var i = 0
  while i &+ 16 <= source.count {
    let bytes = source.loadUnaligned(fromByteOffset: i, as: SIMD16<UInt8>.self)
    let floats = SIMD16<Float>(SIMD16<Int32>(truncatingIfNeeded: bytes))
    target.storeBytes(of: floats * scales + offsets, toByteOffset: i &* 4, as: SIMD16<Float>.self)
    i &+= 16
  }
  while i < source.count {
    target.storeBytes(of: Float(source[i]) * scale + offset, toByteOffset: i &* 4, as: Float.self)
    i &+= 1
  }
}
