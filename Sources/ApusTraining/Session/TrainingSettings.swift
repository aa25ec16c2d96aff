public import ApusNN

/// How a model is trained: loss, optimizer, schedule and everything around them.
public struct TrainingSettings: Sendable {
  public var loss: any Loss
  public var optimizer: any Optimizer
  public var rate: Double
  public var schedule: any Schedule
  public var epochs: Int
  /// Samples in a step.
  public var batch: Int
  /// λ of λ/2 ‖w‖² on weights.
  public var l2: Double
  /// Gradients are scaled down to this norm; nil leaves them.
  public var clipNorm: Double?
  /// Weights of the same loss on further outputs of the model, by name.
  public var auxiliary: [String: Double]
  /// Epochs without a better validation loss after which training stops; nil trains all of them.
  public var earlyStopping: Int?
  /// Decides the order of the samples and the dropout masks.
  public var seed: UInt64
  /// Whether the weights of the epoch with the best validation loss are the result: with early stopping. Without it a
  /// run ends where its schedule does, and the last weights are the result.
  public var restoresBest: Bool { earlyStopping != nil }

  public init(
    loss: some Loss, optimizer: OptimizerSetting, schedule: some Schedule = .constant, epochs: Int = 10,
    batch: Int = 32, l2: Double = 0, clipNorm: Double? = nil, auxiliary: [String: Double] = [:],
    earlyStopping: Int? = nil, seed: UInt64 = 0
  ) {
    self.loss = loss
    self.optimizer = optimizer.optimizer
    self.rate = optimizer.rate
    self.schedule = schedule
    self.epochs = epochs
    self.batch = batch
    self.l2 = l2
    self.clipNorm = clipNorm
    self.auxiliary = auxiliary
    self.earlyStopping = earlyStopping
    self.seed = seed
  }
}
