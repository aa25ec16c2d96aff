public import ApusCore

/// Images for training and, where there is one, the official test set.
///
/// ```swift
/// let digits = try ImageSet.digits()
/// let split = try digits.split(validation: 0.1, seed: 1)
/// ```
public struct ImageSet: Sendable {
  public var training: ImageDataset { didSet { storedFingerprint = nil } }
  public var test: ImageDataset? { didSet { storedFingerprint = nil } }
  /// The training images that came as a validation set.
  package var validationRows: [Int] = []
  /// The information about the images besides their pixels, where a table has it.
  package var annotations: ImageAnnotations?
  /// The fingerprint, where a prepared file has it.
  var storedFingerprint: UInt64?

  public init(training: ImageDataset, test: ImageDataset? = nil) {
    self.training = training
    self.test = test
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
    var preprocessing = ImageDataset.Preprocessing.fit(images.training, rows: split.training)
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

extension ImageSet {
  /// The same images with rows and columns changed.
  func transposed() -> ImageSet {
    var set = self
    set.training = training.turned()
    set.test = test?.turned()
    return set
  }
}
