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
  ///   - frozen: parameters that stay as they are.
  ///   - collective: the processes that train together, each with the same arguments: the batches are divided into shards, and
  ///     all have the model of one process, bit for bit.
  ///   - onEvent: told what happens, on this thread.
  /// - Returns: the epochs, and which one's weights the model has: ``History/kept``.
  /// - Throws: when model and data do not fit; when training diverges, with layer, step and cause: the model then has the
  ///   weights of the last epoch that was good.
  @discardableResult
  public mutating func fit(
    _ split: DatasetSplit, epochs: Int = 10, batch: Int = 32, optimizer: OptimizerSetting = .adam(1e-3),
    schedule: some Schedule = .constant, regularization: Regularization = .none,
    groups: [ParameterGroup] = [], frozen: FrozenParameters = .none, earlyStopping: Int? = nil,
    keep: Recipe.KeptEpoch = .best, seed: UInt64 = 0, collective: Collective? = nil, engine: Engine? = nil,
    onEvent: ((TrainingEvent) -> Void)? = nil
  ) throws -> History {
    let settings = TrainingSettings(
      optimizer: optimizer, schedule: schedule, epochs: epochs, batch: batch, regularization: regularization,
      groups: try frozen.groups(of: self) + groups, earlyStopping: earlyStopping, keep: keep, seed: seed)
    return try fit(split, settings: settings, collective: collective, engine: engine, onEvent: onEvent)
  }

  /// The same on all samples of a data set, without validation: the model then has the weights of the last epoch.
  @discardableResult
  public mutating func fit(
    _ dataset: any Dataset, epochs: Int = 10, batch: Int = 32, optimizer: OptimizerSetting = .adam(1e-3),
    schedule: some Schedule = .constant, regularization: Regularization = .none,
    groups: [ParameterGroup] = [], frozen: FrozenParameters = .none, seed: UInt64 = 0,
    collective: Collective? = nil, engine: Engine? = nil, onEvent: ((TrainingEvent) -> Void)? = nil
  ) throws -> History {
    let settings = TrainingSettings(
      optimizer: optimizer, schedule: schedule, epochs: epochs, batch: batch, regularization: regularization,
      groups: try frozen.groups(of: self) + groups, seed: seed)
    return try fit(dataset, settings: settings, collective: collective, engine: engine, onEvent: onEvent)
  }

  /// Trains the model on a split with every setting there is.
  @discardableResult
  package mutating func fit(
    _ split: DatasetSplit, settings: TrainingSettings, collective: Collective? = nil,
    engine: Engine? = nil, onEvent: ((TrainingEvent) -> Void)? = nil
  ) throws -> History {
    preprocessing = preprocessing ?? split.preprocessing
    return try fit(
      split.training, validation: split.validation, settings: settings, collective: collective,
      engine: engine, onEvent: onEvent)
  }

  /// Trains the model with every setting there is.
  ///
  /// With validation samples the model then has the weights of the epoch with the lowest validation loss, without them those
  /// of the last: the history's ``History/kept`` says which.
  @discardableResult
  package mutating func fit(
    _ training: any Dataset, validation: (any Dataset)? = nil, settings: TrainingSettings,
    collective: Collective? = nil, engine: Engine? = nil, onEvent: ((TrainingEvent) -> Void)? = nil
  ) throws -> History {
    self = aimed(at: training)
    let session = try TrainingSession(
      self, training: training, validation: validation, settings: settings, collective: collective,
      engine: engine)
    var lastGood: Model?
    do {
      try session.run { event in
        if case .epoch = event, validation?.count ?? 0 == 0 { lastGood = session.snapshot() }
        onEvent?(event)
      }
    } catch {
      self = session.bestModel() ?? lastGood ?? self
      throw error
    }
    self = try session.result()
    return session.history
  }
}
