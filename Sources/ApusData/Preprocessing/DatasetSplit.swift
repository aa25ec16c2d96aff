public import ApusCore

/// A data set divided into three.
public struct DatasetSplit: Sendable {
  public let training: any Dataset
  /// The data that early stopping and choices are based on; may be empty.
  public let validation: any Dataset
  /// The data that is examined once, at the end; may be empty.
  public let test: any Dataset
  /// The mapping from raw rows to samples, fitted to the training rows alone; nil for arrays that a program made.
  package let preprocessing: InputSchema?

  public init(training: any Dataset, validation: any Dataset, test: any Dataset) {
    self.init(training: training, validation: validation, test: test, preprocessing: nil)
  }

  package init(
    training: any Dataset, validation: any Dataset, test: any Dataset, preprocessing: InputSchema?
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
      rows: Array(0..<count), classes: stratified ? classLabels() : nil,
      Split.Options(validation: validation, test: test, seed: seed))
    return DatasetSplit(
      training: subset(split.training.indices), validation: subset(split.validation), test: subset(split.test)
    )
  }
}
