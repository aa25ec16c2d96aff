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
  /// The training images that came as a validation set.
  package var validationRows: [Int] = []
  /// What is known of the images besides their pixels, where a table says it.
  package var annotations: ImageAnnotations?

  public init(training: ImageDataset, test: ImageDataset? = nil) {
    self.training = training
    self.test = test
  }

  /// The images of a folder of PNG and JPEG pictures by class, of MNIST's IDX files or of CIFAR's batches, of an IDX file with
  /// its labels beside it, or of NumPy's `.npy` and `.npz`.
  ///
  /// - Parameters:
  ///   - size: `[height, width]`, to which pictures are brought; their most common size when nil.
  ///   - channels: 1 of gray, 3 of color, 4 of color and opacity, which pictures get; found out when nil.
  /// - Throws: an error that names the file: it cannot be read, or holds something else.
  public init(contentsOf path: String, size: [Int]? = nil, channels: Int? = nil) throws(ApusError) {
    var format = PictureFormat(channels: channels)
    if let size {
      guard size.count == 2, size.allSatisfy({ (1...1 << 14).contains($0) }) else {
        throw ApusError("\(size) isn't the size of pictures", expected: "[height, width]")
      }
      format.size = PictureFormat.Size(height: size[0], width: size[1])
    }
    guard case .images(let images) = try DataSource.open(path, pictures: format).content else {
      throw ApusError(
        "the file holds no images", at: path, expected: "pictures, or IDX, CIFAR or NumPy files of images")
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
    var images = self
    let targets = try annotations.flatMap { (known) throws(ApusError) in
      known.isOptional ? nil : try ImageTargets(self, known)
    }
    if let targets { images = targets.images }
    try images.requireTargets()
    try images.test?.requireLabels()
    let split = try images.parts(Split.Options(validation: validation, test: test, seed: seed))
    if let targets { images = try targets.images(fittedTo: split.training) }
    var preprocessing = ImagePreprocessing.fit(images.training, rows: split.training)
    preprocessing.target = targets?.columns
    let all = try preprocessing.apply(to: images.training, name: "the training images")
    let official = try images.test.map { (test) throws(ApusError) in
      try preprocessing.apply(to: test, name: "the test images", classes: images.training.classNames)
    }
    return DatasetSplit(
      training: all.subset(split.training.indices), validation: all.subset(split.validation),
      test: official ?? all.subset(split.test), preprocessing: .images(preprocessing))
  }

  /// - Throws: where there is nothing to learn: targets that are not known, or a single class.
  package func requireTargets() throws(ApusError) {
    try training.requireLabels()
    guard case .classes(let names) = training.targets, names.count < 2 else { return }
    throw ApusError(
      "every image is of the class \"\(names.first ?? "")\"", expected: "at least two classes",
      fix: training.files.isEmpty ? nil : "sort the pictures into a folder for each class")
  }

  /// The training images' rows, divided at random but for those that came as a validation set, or as a test set.
  package func parts(_ options: Split.Options) throws(ApusError) -> Split {
    var options = options
    if test != nil { options.test = 0 }
    let classes = training.classLabels()
    guard !validationRows.isEmpty else {
      return try Split.random(rows: Array(0..<training.count), classes: classes, options)
    }
    options.validation = 0
    let known = Set(validationRows)
    let split = try Split.random(
      rows: (0..<training.count).filter { !known.contains($0) }, classes: classes, options)
    return try Split.explicit(
      training: split.training.indices, validation: validationRows, test: split.test)
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
  /// An image as it is, before any normalization; real numbers rounded to 255ths of white.
  ///
  /// - Precondition: the position is below ``count``.
  public subscript(position: Int) -> Image {
    precondition(position >= 0 && position < count, "no such image")
    let range = (position * inputSize)..<((position + 1) * inputSize)
    guard areReal else { return Image(unchecked: Array(bytes[range]), inputShape) }
    let white = normalization.white
    return Image(
      unchecked: reals[range].map { UInt8(min(max((Double($0) * 255 / white).rounded(), 0), 255)) },
      inputShape)
  }
}
