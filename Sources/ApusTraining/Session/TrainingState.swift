package import ApusNN

/// Where a run stands.
package struct TrainingProgress: Sendable, Equatable, Codable {
  /// Steps done.
  package var step = 0
  /// Epochs done.
  package var epoch = 0
  /// Batches done of the epoch at hand.
  package var position = 0
  /// The sum of the losses of the epoch's samples so far.
  package var lossSum = 0.0
  /// The loss of the first batch.
  package var firstLoss: Float?
  package var bestLoss = Double.greatestFiniteMagnitude
  /// The fewest mistaken training rows after an epoch, for ``PerceptronLoss``.
  package var fewestMistakes: Int?
  /// What the schedule of the learning rate remembers.
  package var schedule = ScheduleState()
  package var history = History()
  /// Why training stopped before its last epoch.
  package var stopReason: String?

  package init() {}
}

/// Everything that the rest of a run depends on.
package struct TrainingState: Sendable, Equatable {
  package var progress: TrainingProgress
  package var parameters: [Float]
  package var slots: [[Float]]
  package var best: [Float]?
  /// The weights at the beginning of the epoch, for a goal.
  package var epochStart: [Float]?
  /// What an ensemble's method remembers.
  package var kept: [[Float]]

  package init(
    progress: TrainingProgress, parameters: [Float], slots: [[Float]], best: [Float]? = nil,
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
