extension History {
  /// The results of one epoch of training.
  public struct Epoch: Sendable, Equatable, Codable {
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
    /// Training rows that are mistaken after the epoch, for ``PerceptronLoss``.
    public var mistakes: Int?

    /// A validation metric's value.
    public func validation(_ name: String) -> Double? { validation.first { $0.name == name }?.value }
  }
}

/// The epochs of a training run.
public struct History: Sendable, Equatable, Codable {
  public var epochs: [History.Epoch] = []
  /// The epoch with the smallest validation loss, or with the fewest mistakes.
  public var bestEpoch: Int?
  /// The weights that the result has; nil while training goes on.
  public var kept: KeptWeights?

  public init() {}

  /// The epoch whose weights are kept; the last one where they are those of none.
  package var keptRecord: History.Epoch? { epochs.first { $0.epoch == kept?.epoch } ?? epochs.last }

  /// An epoch that a drawing of the epochs points out, and why: the one whose weights are kept; where that is not known,
  /// the one with the lowest validation loss.
  package var mark: (epoch: Int, label: String)? {
    if let kept { return kept.epoch.map { ($0, "kept: epoch \($0)") } }
    return bestEpoch.map { ($0, "lowest: epoch \($0)") }
  }
}
