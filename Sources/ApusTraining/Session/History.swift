/// What one epoch of training came to.
public struct EpochRecord: Sendable, Equatable, Codable {
  /// Counted from 1.
  public var epoch: Int
  /// Steps since the start.
  public var step: Int
  /// The learning rate of the epoch's last step.
  public var rate: Double
  /// The mean loss of the epoch's batches, each before its update.
  public var trainingLoss: Double
  /// On the validation samples after the epoch; empty when there are none.
  public var validation: [MetricValue]
  /// Training rows that are mistaken after the epoch, for a ``MistakeDriven`` loss.
  public var mistakes: Int?

  /// A validation metric's value.
  public func validation(_ name: String) -> Double? { validation.first { $0.name == name }?.value }
}

/// The epochs of a training run.
public struct History: Sendable, Equatable, Codable {
  public var epochs: [EpochRecord] = []
  /// The epoch with the smallest validation loss, or with the fewest mistakes.
  public var bestEpoch: Int?
  /// Which weights the result has; nil while training goes on.
  public var kept: KeptWeights?

  public init() {}

  /// An epoch that a drawing of the epochs points out, and why: the one whose weights are kept; where that is not known,
  /// the one with the lowest validation loss.
  package var mark: (epoch: Int, label: String)? {
    if let kept { return kept.epoch.map { ($0, "kept: epoch \($0)") } }
    return bestEpoch.map { ($0, "lowest: epoch \($0)") }
  }
}

/// What happens during training, for progress bars, reports and apps.
public enum TrainingEvent: Sendable {
  case started(steps: Int, stepsPerEpoch: Int, parameters: Int)
  /// After a step: its number, the epoch (from 1), and the batch's loss.
  case step(Int, epoch: Int, loss: Float)
  case epoch(EpochRecord)
  /// Another of several trainings begins, counted from 1.
  case member(Int, of: Int)
  case checkpoint(path: String)
  /// Training ends before the last epoch, for a reason in words.
  case stopped(reason: String)
  case finished(History)
}
