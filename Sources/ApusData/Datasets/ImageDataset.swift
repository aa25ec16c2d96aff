public import ApusCore
import CZlib

/// Images as bytes or as real numbers, `[count, height, width, channels]`, turned into a network's floats a batch at a time.
public struct ImageDataset: Dataset {
  /// The samples of all images, in memory or in a file.
  package let pixels: ImagePixels
  /// `[height, width, channels]`
  public let inputShape: [Int]
  public let count: Int
  /// The class of each image; empty for images whose classes are not known, and for other targets than classes.
  public private(set) var labels: [Int32]
  /// `[count, outputs]`: 0 or 1 for each of several labels, or numbers; empty where the targets are classes.
  package private(set) var values: [Float]
  public private(set) var targets: TargetKind
  public private(set) var scales: [TargetScale] = []
  /// Why the targets are not known; nil where they are.
  public private(set) var labelProblem: ApusError?
  /// The file of each image; empty where they have none of their own.
  package var files: [String] = []
  /// The mapping from bytes or real numbers to floats.
  public var normalization: ImageDataset.Normalization {
    didSet { coefficients = normalization.coefficients(inputShape) }
  }
  private var coefficients: ImageDataset.Normalization.Coefficients

  /// - Throws: if the sizes do not fit or a label has no name.
  public init(
    bytes: [UInt8], inputShape: [Int], labels: some Collection<some BinaryInteger>, classNames: [String],
    normalization: ImageDataset.Normalization = .unit()
  ) throws(ApusError) {
    try self.init(
      pixels: .bytes(bytes), inputShape: inputShape,
      targets: .classes(labels.map { Int32(clamping: $0) }, names: classNames), normalization: normalization)
  }

  /// Images of real numbers.
  ///
  /// - Throws: if the sizes do not fit, a number is not finite or a label has no name.
  public init(
    numbers: [Float], inputShape: [Int], labels: some Collection<some BinaryInteger>, classNames: [String],
    normalization: ImageDataset.Normalization = .unit(white: 1)
  ) throws(ApusError) {
    try self.init(
      pixels: .reals(numbers), inputShape: inputShape,
      targets: .classes(labels.map { Int32(clamping: $0) }, names: classNames), normalization: normalization)
  }

  /// Images whose classes are not known: to predict, and not to learn from.
  ///
  /// - Parameter labelProblem: what ``requireLabels()`` throws.
  /// - Throws: if the bytes are no whole number of images.
  public init(bytes: [UInt8], inputShape: [Int], labelProblem: ApusError) throws(ApusError) {
    try self.init(pixels: .bytes(bytes), inputShape: inputShape, targets: .unknown(labelProblem))
  }

  /// The targets that the images are mapped to.
  package enum Targets {
    case classes([Int32], names: [String])
    /// `[count, names]`, row-major: 1 where the image has the label, else 0.
    case labels([Float], names: [String])
    /// `[count, names]`, row-major.
    case numbers([Float], names: [String], scales: [TargetScale] = [])
    case unknown(ApusError)
  }

  /// - Throws: if the sizes do not fit, a number is not finite or a label has no name.
  package init(
    pixels: ImagePixels, inputShape: [Int], targets: Targets,
    normalization: ImageDataset.Normalization = .unit()
  ) throws(ApusError) {
    self.pixels = pixels
    let samples = pixels.count
    guard let count = try Self.count(samples, inputShape) else {
      throw ApusError("\(samples) numbers are no whole number of images of shape \(inputShape)")
    }
    self.inputShape = inputShape
    self.count = count
    self.normalization = normalization
    coefficients = normalization.coefficients(inputShape)
    (labels, values, self.targets) = ([], [], .classes(names: []))
    if let (place, value) = pixels.firstThatIsNotFinite {
      throw ApusError(
        "image \(place / inputSize + 1) holds \(value.isNaN ? "nan" : "\(value)")",
        expected: "finite numbers",
        fix: "replace what is missing or infinite before saving")
    }
    try set(targets)
  }

  /// Returns the number of images in the samples; nil where there is a remainder.
  private static func count(_ samples: Int, _ inputShape: [Int]) throws(ApusError) -> Int? {
    var size = 1
    for extent in inputShape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow else { throw ApusError("\(inputShape) is not the shape of an image") }
      size = product
    }
    let (count, rest) = samples.quotientAndRemainder(dividingBy: size)
    return rest == 0 ? count : nil
  }

  private mutating func set(_ given: Targets) throws(ApusError) {
    func check(_ found: Int, _ width: Int) throws(ApusError) {
      guard found == count * width else {
        throw ApusError("\(counted(count, "image")) of shape \(inputShape) with \(counted(found, "target"))")
      }
    }
    (labels, values, scales, labelProblem) = ([], [], [], nil)
    switch given {
    case .classes(let labels, let names):
      try check(labels.count, 1)
      if let row = labels.firstIndex(where: { $0 < 0 || $0 >= names.count }) {
        throw ApusError("image \(row + 1) has the label \(labels[row])", expected: "0 … \(names.count - 1)")
      }
      (self.labels, targets) = (labels, .classes(names: names))
    case .labels(let indicators, let names):
      try check(indicators.count, names.count)
      (values, targets) = (indicators, .labels(names: names))
    case .numbers(let numbers, let names, let scales):
      try check(numbers.count, names.count)
      (values, targets, self.scales) = (numbers, .values(names: names), scales)
    case .unknown(let problem): (labelProblem, targets) = (problem, .classes(names: []))
    }
  }

  /// The same images with other targets.
  package func with(_ targets: Targets) throws(ApusError) -> ImageDataset {
    var images = self
    try images.set(targets)
    return images
  }

  /// The names of the classes; empty for other targets.
  public var classNames: [String] { if case .classes(let names) = targets { names } else { [] } }

  /// A Boolean value that indicates whether the targets are known.
  public var hasLabels: Bool { labelProblem == nil }

  /// - Throws: where the targets are not known.
  public func requireLabels() throws(ApusError) {
    if let labelProblem { throw labelProblem }
  }

  /// A Boolean value that indicates whether the images are real numbers.
  package var areReal: Bool { pixels.areReal }

  /// `[count, height, width, channels]`, row-major; empty for images of real numbers. Of images in a file a copy.
  public var bytes: [UInt8] { pixels.bytes }

  /// The same of images of real numbers; empty for bytes.
  package var reals: [Float] { pixels.reals }

  /// The same images, normalized in another way.
  public func normalized(_ normalization: ImageDataset.Normalization) -> ImageDataset {
    var images = self
    images.normalization = normalization
    return images
  }

  public func classLabels() -> [Int32]? {
    guard hasLabels, case .classes = targets else { return nil }
    return labels
  }

  public func gather(_ rows: ArraySlice<Int>, into memory: Batch.Memory) {
    let size = memory.mainSize
    precondition(rows.count <= memory.capacity && size == inputSize, "the batch does not fit")
    if let target = memory.main.floats.baseAddress, memory.main.integers == nil {
      let target = UnsafeMutableRawPointer(target)
      pixels.withUnsafeBytes { convert($0, areReal ? 4 : 1, rows, size, target) }
    }
    guard hasLabels else { return }
    if case .classes = targets {
      labels.withUnsafeBufferPointer { labels in memory.writeClasses(rows) { labels[$0] } }
    } else {
      let width = targets.outputCount
      let areLabels = if case .labels = targets { true } else { false }
      values.withUnsafeBufferPointer { values in
        memory.writeValues(rows, areLabels: areLabels) { values[$0 &* width &+ $1] }
      }
    }
  }

  /// - Parameter width: the bytes of a sample: 1, or 4 of a real number.
  private func convert(
    _ source: UnsafeRawBufferPointer, _ width: Int, _ rows: ArraySlice<Int>, _ size: Int,
    _ target: UnsafeMutableRawPointer
  ) {
    let length = size &* width
    var at = 0
    for (place, row) in zip(rows.indices, rows) {
      precondition(row >= 0 && row < count, "no such image")
      if place + 2 < rows.endIndex { prefetch(source, rows[place + 2] &* length, length) }
      let image = UnsafeRawBufferPointer(rebasing: source[row * length..<(row + 1) * length])
      let floats = UnsafeMutableRawBufferPointer(start: target + at * 4, count: size * 4)
      if width == 1 {
        coefficients.convert(image, to: floats)
      } else {
        coefficients.convert(reals: image, to: floats)
      }
      at += size
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
