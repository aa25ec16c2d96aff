public import ApusCore
public import ApusData
public import ApusNN

extension TrainingSession {
  /// The model with the weights of now.
  public func snapshot() -> Model { step.trained[0].snapshot() }

  /// The model with the weights of the epoch with the best validation loss; nil when there is none.
  public func bestModel() -> Model? {
    best.map { step.trained[0].model.replacingStorage(TensorStorage($0.floats)) }
  }

  /// The trained model: what the ensemble's method makes of it, else the one that ``keptWeights`` names.
  public func result() throws -> Model {
    try settings.ensemble?.result(of: step.trained[0].model, kept: kept)
      ?? (keepsBest ? bestModel() ?? snapshot() : snapshot())
  }

  /// The epochs so far; at the end of training with the weights that ``result()`` has.
  public var history: History {
    var history = progress.history
    if isFinished { history.kept = keptWeights }
    return history
  }

  /// The weights that ``result()`` has.
  public var keptWeights: KeptWeights {
    if let average = settings.ensemble?.keptWeights(kept) { return average }
    guard keepsBest, best != nil, let epoch = progress.history.bestEpoch else {
      return KeptWeights(.lastEpoch, epoch: progress.epoch)
    }
    return KeptWeights(progress.fewestMistakes == nil ? .bestEpoch : .pocket, epoch: epoch)
  }

  private var keepsBest: Bool {
    settings.restoresBest || (progress.fewestMistakes != nil && settings.keep == .best)
  }

  /// Goes on from a model's weights.
  public func restore(_ model: Model) { step.trained[0].restore(model) }

  /// Every metric of the model of now on a data set.
  ///
  /// - Throws: when the data set doesn't fit the model.
  public func evaluate(_ dataset: any Dataset) throws -> [MetricValue] {
    Metrics.standard(try results(on: dataset))
  }

  /// Predictions of the model of now beside the truth.
  ///
  /// With a collective all processes ask for it, and each computes a part of the rows.
  ///
  /// - Throws: when the data set doesn't fit the model.
  public func results(on dataset: any Dataset) throws -> EvaluatedSamples {
    try evaluator.run(dataset, collective: collective)
  }

  /// The time of each instruction of a step, over some steps on the batch at hand; the weights stay as they are.
  ///
  /// - Returns: a profile for the gradients, for their norm, and for each update.
  public func profile(steps: Int = 50) throws -> [Profile] {
    let state = state
    var profiles: [Profile] = []
    // A shard's gradients are sums: at the rate of means they would lead too far.
    let rate = step.isSharded ? 0 : currentRate
    for _ in 0..<steps {
      try step.run(rows: feed.count, step: progress.step + 1, rate: rate, profiles: &profiles)
    }
    try restore(state)
    return profiles
  }

  /// Everything that the rest of the run depends on, besides settings and data.
  package var state: TrainingState {
    TrainingState(
      progress: progress, parameters: Array(step.trained[0].parameters.floats),
      slots: step.trained[0].slots.map { Array($0.floats) },
      best: best.map { Array($0.floats) }, epochStart: epochStart, kept: kept)
  }

  /// - Throws: when the state belongs to another model or optimizer.
  package func restore(_ state: TrainingState) throws {
    guard state.parameters.count == step.trained[0].parameters.count,
      state.slots.count == step.trained[0].slots.count,
      state.slots.allSatisfy({ $0.count == step.trained[0].parameters.count })
    else {
      throw ApusError(
        "the checkpoint belongs to another model or optimizer", kind: .foreignCheckpoint)
    }
    progress = state.progress
    _ = step.trained[0].parameters.floats.update(fromContentsOf: state.parameters)
    for (slot, values) in zip(step.trained[0].slots, state.slots) {
      _ = slot.floats.update(fromContentsOf: values)
    }
    best = state.best.map { TensorStorage($0) }
    epochStart = state.epochStart
    kept = state.kept
  }
}
