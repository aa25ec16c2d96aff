public import ApusCore

/// A data set divided into three.
public struct DatasetSplit: Sendable {
  public let training: any Dataset
  /// What early stopping and choices look at; may be empty.
  public let validation: any Dataset
  /// What is looked at once, at the end; may be empty.
  public let test: any Dataset
  /// How raw rows became the samples, fitted to the training rows alone; nil for arrays that a program made.
  public let preprocessing: InputSchema?

  public init(
    training: any Dataset, validation: any Dataset, test: any Dataset, preprocessing: InputSchema? = nil
  ) {
    self.training = training
    self.validation = validation
    self.test = test
    self.preprocessing = preprocessing
  }
}

extension Dataset {
  /// The samples divided at random, as the seed says.
  ///
  /// - Parameters:
  ///   - validation, test: the parts of all samples, each from 0 to below 1.
  ///   - stratified: whether each part has each class in the same proportion; numbers have no classes.
  /// - Throws: when nothing is left for training.
  public func split(
    validation: Double = 0.1, test: Double = 0.2, stratified: Bool = true, seed: UInt64 = 0
  ) throws(ApusError) -> DatasetSplit {
    let split = try Split.random(
      rows: Array(0..<count), classes: stratified ? labels() : nil,
      SplitOptions(validation: validation, test: test, seed: seed))
    return DatasetSplit(
      training: subset(split.training.indices), validation: subset(split.validation), test: subset(split.test)
    )
  }
}

extension ImageCollection {
  /// The shape of one image: `[height, width, channels]`.
  public var inputShape: [Int] { training.inputShape }

  /// The images divided at random, as the seed says, and normalised as the training images want it. Where there is
  /// an official test set it is the test part, and `test` is of no account.
  ///
  /// - Throws: when nothing is left for training, when labels are missing, or the test images are of another kind.
  public func split(
    validation: Double = 0.1, test: Double = 0.2, seed: UInt64 = 0
  ) throws(ApusError) -> DatasetSplit {
    try training.requireLabels()
    try self.test?.requireLabels()
    let split = try Split.random(
      rows: Array(0..<training.count), classes: training.labels(),
      SplitOptions(validation: validation, test: self.test == nil ? test : 0, seed: seed))
    let preprocessing = ImagePreprocessing.fit(training, rows: split.training)
    let images = try preprocessing.apply(to: training, name: "the training images")
    var official: ImageDataset?
    if let test = self.test { official = try preprocessing.apply(to: test, name: "the test images") }
    return DatasetSplit(
      training: images.subset(split.training.indices), validation: images.subset(split.validation),
      test: official ?? images.subset(split.test), preprocessing: .images(preprocessing))
  }
}
