public import ApusCore

/// Images for training and, where there is one, the official test set.
///
/// ```swift
/// let digits = try ImageSet.digits()
/// let split = try digits.split(validation: 0.1, seed: 1)
/// ```
public struct ImageSet: Sendable {
  public var training: ImageDataset
  public var test: ImageDataset?

  public init(training: ImageDataset, test: ImageDataset? = nil) {
    self.training = training
    self.test = test
  }

  /// The images of a folder of MNIST's IDX files or CIFAR-10's batches, of an IDX file with its labels beside it, or of
  /// NumPy's `.npy` and `.npz`.
  ///
  /// - Throws: an error that names the file: it cannot be read, or holds something else.
  public init(contentsOf path: String) throws(ApusError) {
    guard case .images(let images) = try DataSource.open(path).content else {
      throw ApusError(
        "the file holds no images", at: path, expected: "IDX, CIFAR-10 or NumPy files of images")
    }
    self = images
  }

  /// The shape of one image: `[height, width, channels]`.
  public var inputShape: [Int] { training.inputShape }

  /// The number of training images.
  public var count: Int { training.count }

  /// A training image as it is, before any normalization.
  ///
  /// - Precondition: the position is below ``count``.
  public subscript(position: Int) -> Image { training[position] }

  /// The images divided at random, as the seed says, and normalized as the training images want it. Where there is
  /// an official test set it is the test part, and `test` is of no account.
  ///
  /// - Throws: when nothing is left for training, when labels are missing, or the test images are of another kind.
  public func split(
    validation: Double = 0.1, test: Double = 0.2, seed: UInt64 = 0
  ) throws(ApusError) -> DatasetSplit {
    try training.requireLabels()
    try self.test?.requireLabels()
    let split = try Split.random(
      rows: Array(0..<training.count), classes: training.classLabels(),
      Split.Options(validation: validation, test: self.test == nil ? test : 0, seed: seed))
    let preprocessing = ImagePreprocessing.fit(training, rows: split.training)
    let images = try preprocessing.apply(to: training, name: "the training images")
    var official: ImageDataset?
    if let test = self.test {
      official = try preprocessing.apply(to: test, name: "the test images", classes: training.classNames)
    }
    return DatasetSplit(
      training: images.subset(split.training.indices), validation: images.subset(split.validation),
      test: official ?? images.subset(split.test), preprocessing: .images(preprocessing))
  }
}

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
  /// An image as it is, before any normalization.
  ///
  /// - Precondition: the position is below ``count``.
  public subscript(position: Int) -> Image {
    precondition(position >= 0 && position < count, "no such image")
    let size = inputShape.reduce(1, *)
    return Image(unchecked: Array(bytes[(position * size)..<((position + 1) * size)]), inputShape)
  }
}
