public import ApusCore
public import ApusData
public import ApusNN

extension Model {
  /// Trains the model on the training part of a split for its objective; its validation part chooses the epoch whose weights
  /// are kept.
  ///
  /// A model without an objective takes that of the data: softmax cross-entropy for classes, binary cross-entropy for labels
  /// and the squared error for numbers.
  ///
  /// - Parameters:
  ///   - epochs: passes over the training samples.
  ///   - batch: samples in a step.
  ///   - onEvent: told what happens, on this thread.
  /// - Returns: the epochs, and which one's weights the model has: ``History/kept``.
  /// - Throws: when model and data do not fit; when training diverges, with layer, step and cause: the model then has the
  ///   weights of the last epoch that was good.
  @discardableResult
  public mutating func fit(
    _ split: DatasetSplit, epochs: Int = 10, batch: Int = 32, optimizer: OptimizerSetting = .adam(1e-3),
    schedule: some Schedule = .constant, regularization: Regularization = .none,
    groups: [ParameterGroup] = [], earlyStopping: Int? = nil, keep: KeptEpoch = .best, seed: UInt64 = 0,
    engine: Engine? = nil, onEvent: ((TrainingEvent) -> Void)? = nil
  ) throws -> History {
    if objective == nil {
      objective = Objective(split.training.targets, scales: split.preprocessing?.scales ?? [])
    }
    preprocessing = preprocessing ?? split.preprocessing
    let trainer = Trainer(
      loss: try requireObjective().loss, optimizer: optimizer, schedule: schedule,
      regularization: regularization, groups: groups, earlyStopping: earlyStopping, keep: keep, seed: seed,
      engine: engine)
    return try trainer.fit(
      &self, split.training, validation: split.validation, epochs: epochs, batch: batch, onEvent: onEvent)
  }
}
