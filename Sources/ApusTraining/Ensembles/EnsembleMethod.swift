public import ApusCore
public import ApusNN

/// A method by which a run arrives at a model that is more than the last weights of one training.
///
/// Adding one costs a file with a conforming type, and a line of ``EnsembleMethods/table``.
public protocol EnsembleMethod: Named {
  /// Trainings from other first weights, one after the other; 1 for what comes of a single one.
  var runs: Int { get }

  /// A Boolean value that indicates whether the training with the lowest validation loss is kept, in place of the average of
  /// all.
  var keepsBest: Bool { get }

  /// Takes weights in after a step, or at an epoch's end.
  ///
  /// - Parameters:
  ///   - moment: where training stands.
  ///   - weights: of now.
  ///   - kept: what the method remembers: it is saved with checkpoints.
  func observe(_ moment: EnsembleMoment, weights: UnsafeBufferPointer<Float>, kept: inout [[Float]])

  /// The model that comes of what was kept; nil where it is that of the last step.
  func result(of model: Model, kept: [[Float]]) throws -> Model?

  /// Returns the weights that the model has; nil where ``result(of:kept:)`` returns none.
  func keptWeights(_ kept: [[Float]]) -> KeptWeights?

  /// Why a training of so many epochs cannot be averaged like this; nil where it can.
  func problem(epochs: Int) -> String?
}

/// A step that was just done.
public struct EnsembleMoment: Sendable {
  /// Counted from 1.
  public let step: Int
  public let isEpochEnd: Bool
  /// Epochs done, and those of the whole run.
  public let epoch, epochs: Int

  package init(step: Int, isEpochEnd: Bool, epoch: Int, epochs: Int) {
    self.step = step
    self.isEpochEnd = isEpochEnd
    self.epoch = epoch
    self.epochs = epochs
  }
}

extension EnsembleMethod {
  public var runs: Int { 1 }
  public var keepsBest: Bool { false }
  public func observe(
    _ moment: EnsembleMoment, weights: UnsafeBufferPointer<Float>, kept: inout [[Float]]
  ) {}
  public func result(of model: Model, kept: [[Float]]) throws -> Model? { nil }
  public func keptWeights(_ kept: [[Float]]) -> KeptWeights? { nil }
  public func problem(epochs: Int) -> String? { nil }

  /// The model with kept weights.
  func model(_ model: Model, _ weights: [Float]) -> Model { model.replacingStorage(TensorStorage(weights)) }

  func requireCount(_ count: Int) throws(ApusError) {
    try require((2...1000).contains(count), "count", count, "from 2 to 1000")
  }
}
