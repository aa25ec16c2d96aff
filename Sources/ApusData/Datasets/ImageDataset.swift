public import ApusCore
import CZlib

/// Images as bytes, `[count, height, width, channels]`, turned into floats a batch at a time.
public struct ImageDataset: Dataset {
  /// `[count, height, width, channels]`, row-major.
  public let bytes: [UInt8]
  /// `[height, width, channels]`
  public let inputShape: [Int]
  public let count: Int
  /// The class of each image; empty for images whose classes are not known.
  public let labels: [UInt8]
  public internal(set) var classNames: [String]
  /// Why the classes are not known; nil where they are.
  public let labelProblem: ApusError?
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
    guard try Self.count(bytes, inputShape) == labels.count else {
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
    count = labels.count
    labelProblem = nil
    coefficients = normalization.coefficients(inputShape)
  }

  /// Images whose classes are not known: to predict, and not to learn from.
  ///
  /// - Parameter labelProblem: what ``requireLabels()`` throws.
  /// - Throws: if the bytes are no whole number of images.
  public init(bytes: [UInt8], inputShape: [Int], labelProblem: ApusError) throws(ApusError) {
    guard let count = try Self.count(bytes, inputShape) else {
      throw ApusError("\(bytes.count) bytes are no whole number of images of shape \(inputShape)")
    }
    self.bytes = bytes
    self.inputShape = inputShape
    self.count = count
    self.labelProblem = labelProblem
    (labels, classNames) = ([], [])
    normalization = .unit()
    coefficients = normalization.coefficients(inputShape)
  }

  /// How many images the bytes hold; nil where there is a rest.
  private static func count(_ bytes: [UInt8], _ inputShape: [Int]) throws(ApusError) -> Int? {
    var size = 1
    for extent in inputShape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow else { throw ApusError("\(inputShape) is not the shape of an image") }
      size = product
    }
    let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: size)
    return rest == 0 ? count : nil
  }

  /// Whether the classes are known.
  public var hasLabels: Bool { labelProblem == nil }

  /// - Throws: where the classes are not known.
  public func requireLabels() throws(ApusError) {
    if let labelProblem { throw labelProblem }
  }

  public var targets: TargetKind { .classes(names: classNames) }

  /// The same images, normalised in another way.
  public func normalized(_ normalization: ImageNormalization) -> ImageDataset {
    var images = self
    images.normalization = normalization
    return images
  }

  public func classLabels() -> [Int32]? { hasLabels ? labels.map { Int32($0) } : nil }

  public func gather(_ rows: ArraySlice<Int>, into memory: BatchMemory) {
    let size = memory.mainSize
    precondition(rows.count <= memory.capacity && size == inputSize, "the batch does not fit")
    if let target = memory.main.floats.baseAddress, memory.main.integers == nil {
      let target = UnsafeMutableRawPointer(target)
      bytes.withUnsafeBytes { source in
        var at = 0
        for (place, row) in zip(rows.indices, rows) {
          precondition(row >= 0 && row < count, "no such image")
          if place + 2 < rows.endIndex { prefetch(source, rows[place + 2] &* size, size) }
          coefficients.convert(
            UnsafeRawBufferPointer(rebasing: source[row * size..<(row + 1) * size]),
            to: UnsafeMutableRawBufferPointer(start: target + at * 4, count: size * 4))
          at += size
        }
      }
    }
    if hasLabels {
      labels.withUnsafeBufferPointer { labels in memory.writeClasses(rows) { Int32(labels[$0]) } }
    }
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
