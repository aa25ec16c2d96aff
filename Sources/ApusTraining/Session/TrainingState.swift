public import ApusNN

extension TrainingSession {
  /// The progress of a run.
  public struct Progress: Sendable, Equatable, Codable {
    /// Steps done.
    public var step = 0
    /// Epochs done.
    public var epoch = 0
    /// Batches done of the epoch at hand.
    public var position = 0
    /// The sum of the losses of the epoch's samples so far.
    public var lossSum = 0.0
    /// The loss of the first batch.
    public var firstLoss: Float?
    public var bestLoss = Double.greatestFiniteMagnitude
    /// The fewest mistaken training rows after an epoch, for ``PerceptronLoss``.
    public var fewestMistakes: Int?
    /// The state of the learning rate's schedule.
    public var schedule = ScheduleState()
    public var history = History()
    /// Why training stopped before its last epoch.
    public var stopReason: String?

    public init() {}
  }
}

/// Everything that the rest of a run depends on.
package struct TrainingState: Sendable, Equatable {
  package var progress: TrainingSession.Progress
  package var parameters: [Float]
  package var slots: [[Float]]
  package var best: [Float]?
  /// The weights at the beginning of the epoch, for a goal.
  package var epochStart: [Float]?
  /// The weights that an ensemble's method remembers.
  package var kept: [[Float]]

  package init(
    progress: TrainingSession.Progress, parameters: [Float], slots: [[Float]], best: [Float]? = nil,
    epochStart: [Float]? = nil, kept: [[Float]] = []
  ) {
    self.progress = progress
    self.parameters = parameters
    self.slots = slots
    self.best = best
    self.epochStart = epochStart
    self.kept = kept
  }
}
