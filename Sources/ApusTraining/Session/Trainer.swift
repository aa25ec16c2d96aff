public import ApusCore
public import ApusData
public import ApusNN

/// Trains a model from beginning to end.
///
/// ```swift
/// let trainer = Trainer(loss: .softmaxCrossEntropy, optimizer: .adam(1e-3))
/// let history = try trainer.fit(&model, split, epochs: 20, batch: 32)
/// ```
public struct Trainer: Sendable {
  public var settings: TrainingSettings
  public var engine: Engine?

  public init(
    loss: some Loss, optimizer: OptimizerSetting, schedule: some Schedule = .constant,
    regularization: Regularization = .none, groups: [ParameterGroup] = [], accumulate: Int = 1,
    auxiliary: [String: Double] = [:], earlyStopping: Int? = nil, goal: Double? = nil,
    keep: KeptEpoch = .best, ensemble: (any EnsembleMethod)? = nil, augmentations: [any Augmentation] = [],
    seed: UInt64 = 0, engine: Engine? = nil
  ) {
    settings = TrainingSettings(
      loss: loss, optimizer: optimizer, schedule: schedule, regularization: regularization, groups: groups,
      accumulate: accumulate, auxiliary: auxiliary, earlyStopping: earlyStopping, goal: goal,
      keep: keep, ensemble: ensemble, augmentations: augmentations, seed: seed)
    self.engine = engine
  }

  /// Trains for `epochs`, or until early stopping. With validation samples the model then has the weights of the epoch
  /// with the lowest validation loss, without them those of the last: the history's ``History/kept`` says which.
  ///
  /// - Parameter onEvent: told what happens, on this thread.
  /// - Throws: when model, data and loss do not fit; when training diverges, with layer, step and cause: the model
  ///   then has the weights of the last epoch that was good.
  @discardableResult
  public func fit(
    _ model: inout Model, _ training: any Dataset, validation: (any Dataset)? = nil, epochs: Int = 10,
    batch: Int = 32, onEvent: ((TrainingEvent) -> Void)? = nil
  ) throws -> History {
    var settings = settings
    settings.epochs = epochs
    settings.batch = batch
    let session = try TrainingSession(
      model, training: training, validation: validation, settings: settings, engine: engine)
    onEvent?(
      .started(
        steps: session.stepCount, stepsPerEpoch: session.stepsPerEpoch, parameters: model.parameterCount))
    while !session.isFinished {
      let epoch = session.progress.epoch
      do {
        let loss = try session.runStep()
        onEvent?(.step(session.progress.step, epoch: epoch + 1, loss: loss))
      } catch {
        // The last good state.
        model = session.bestModel() ?? model
        throw error
      }
      if session.progress.epoch > epoch {
        onEvent?(.epoch(session.progress.history.epochs.last!))
        if validation?.count ?? 0 == 0 { model = session.snapshot() }
      }
    }
    if let reason = session.progress.stopReason { onEvent?(.stopped(reason: reason)) }
    model = try session.result()
    var history = session.progress.history
    history.kept = session.keptWeights
    onEvent?(.finished(history))
    return history
  }

  /// The same on the training part of a split; its validation part is what early stopping looks at.
  @discardableResult
  public func fit(
    _ model: inout Model, _ split: DatasetSplit, epochs: Int = 10, batch: Int = 32,
    onEvent: ((TrainingEvent) -> Void)? = nil
  ) throws -> History {
    try fit(
      &model, split.training, validation: split.validation, epochs: epochs, batch: batch, onEvent: onEvent)
  }
}
