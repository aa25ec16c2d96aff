import ApusCore
public import ApusData
public import ApusNN

/// How a model is trained: loss, optimizer, schedule and everything around them.
public struct TrainingSettings: Sendable {
  public var loss: any Loss
  public var optimizer: any Optimizer
  public var rate: Double
  public var schedule: any Schedule
  public var epochs: Int
  /// Steps after which training ends in the place of ``epochs``, within an epoch too; nil trains whole epochs.
  public var steps: Int?
  /// Samples in a step.
  public var batch: Int
  /// Penalties and limits of weights and gradients.
  public var regularization: Regularization
  /// Parameters with a treatment of their own: their rate, their penalties, frozen.
  public var groups: [ParameterGroup]
  /// Batches whose gradients are averaged before each update.
  public var accumulate: Int
  /// Weights of the same loss on further outputs of the model, by name.
  public var auxiliary: [String: Double]
  /// Epochs without a better validation loss after which training stops; nil trains all of them.
  public var earlyStopping: Int?
  /// Training stops after an epoch in which Σ |W − W before| is at most this (S4's goal); nil never.
  public var goal: Double?
  /// How the result is an average of several weights; nil takes the last, or the best.
  public var ensemble: (any EnsembleMethod)?
  /// What is done at random to the images of each batch, one after the other.
  public var augmentations: [any Augmentation]
  /// Decides the order of the samples, their augmentation and the dropout masks.
  public var seed: UInt64
  /// Whether the weights of the epoch with the best validation loss are the result: with early stopping. Without it a
  /// run ends where its schedule does, and the last weights are the result.
  public var restoresBest: Bool { earlyStopping != nil }

  public init(
    loss: some Loss, optimizer: OptimizerSetting, schedule: some Schedule = .constant, epochs: Int = 10,
    batch: Int = 32, regularization: Regularization = .none, groups: [ParameterGroup] = [],
    accumulate: Int = 1, auxiliary: [String: Double] = [:], earlyStopping: Int? = nil, goal: Double? = nil,
    ensemble: (any EnsembleMethod)? = nil, augmentations: [any Augmentation] = [], seed: UInt64 = 0
  ) {
    self.loss = loss
    self.optimizer = optimizer.optimizer
    self.rate = optimizer.rate
    self.schedule = schedule
    self.epochs = epochs
    self.batch = batch
    self.regularization = regularization
    self.groups = groups
    self.accumulate = accumulate
    self.auxiliary = auxiliary
    self.earlyStopping = earlyStopping
    self.goal = goal
    self.ensemble = ensemble
    self.augmentations = augmentations
    self.seed = seed
  }

  /// How a model is trained in the steps of a run.
  func training(of model: Model, run: RunLength) -> ModelTraining {
    let optimizer: any Optimizer = optimizer.resolved(in: run)
    return ModelTraining(model, optimizer: optimizer, regularization: regularization, groups: groups)
  }
}
