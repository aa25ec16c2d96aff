public import ApusCore
import CZlib

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
  public var normalization: ImageNormalization {
    didSet { coefficients = normalization.coefficients(inputShape) }
  }
  private var coefficients: ImageNormalization.Coefficients

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
    coefficients = normalization.coefficients(inputShape)
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
    bytes.withUnsafeBytes { source in
      batch.inputs.withUnsafeMutableBytes { target in
        var at = 0
        for (place, row) in zip(indices.indices, indices) {
          precondition(row >= 0 && row < count, "no such image")
          if place + 2 < indices.endIndex { prefetch(source, indices[place + 2] &* size, size) }
          coefficients.convert(
            UnsafeRawBufferPointer(rebasing: source[row * size..<(row + 1) * size]),
            to: UnsafeMutableRawBufferPointer(rebasing: target[at * 4..<(at + size) * 4]))
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
