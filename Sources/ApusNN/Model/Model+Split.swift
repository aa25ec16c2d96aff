import ApusCore
public import ApusData

extension Model {
  /// The model, for the targets of a data set where it has no objective.
  package func aimed(at dataset: any Dataset) -> Model {
    guard objective == nil else { return self }
    var model = self
    model.objective = Objective(dataset.targets, scales: dataset.scales)
    return model
  }

  /// A model for a data set: its input's shape and its objective are the data's, and so is the fitted preprocessing.
  ///
  /// ```swift
  /// var model = try Model(for: split, seed: 1) { Flatten(); Dense(64); ReLU(); Dense(10) }
  /// ```
  ///
  /// - Parameters:
  ///   - seed: decides the first weights, together with each parameter's path.
  ///   - loss: softmax cross-entropy for classes, binary cross-entropy for labels and the squared error for numbers when
  ///     nil.
  ///   - objective: thresholds, units or names of one's own; the data's when nil. Numbers keep the data's scale.
  /// - Throws: the first mistake in the shapes, with the layer's path, file and line; when the last layer does not fit the
  ///   objective, with the one that would.
  public init(
    for split: DatasetSplit, seed: UInt64 = 0, loss: (any Loss)? = nil, objective: Objective? = nil,
    @Sequential.Builder _ layers: () -> Sequential
  ) throws {
    try self.init(for: split, seed: seed, loss: loss, objective: objective, network: layers())
  }

  /// The same for a network: several inputs, branches, several outputs.
  public init(
    for split: DatasetSplit, seed: UInt64 = 0, loss: (any Loss)? = nil, objective: Objective? = nil,
    network: some Network
  ) throws {
    try self.init(for: split.training, seed: seed, loss: loss, objective: objective, network: network)
    preprocessing = split.preprocessing
  }

  /// The same for all samples of a data set.
  public init(
    for dataset: any Dataset, seed: UInt64 = 0, loss: (any Loss)? = nil, objective: Objective? = nil,
    @Sequential.Builder _ layers: () -> Sequential
  ) throws {
    try self.init(for: dataset, seed: seed, loss: loss, objective: objective, network: layers())
  }

  /// The same for all samples of a data set and a network, whose inputs are the data set's by name.
  public init(
    for dataset: any Dataset, seed: UInt64 = 0, loss: (any Loss)? = nil, objective: Objective? = nil,
    network: some Network
  ) throws {
    try self.init(inputs: dataset.inputs, seed: seed, network: network)
    var objective = objective ?? Objective(dataset.targets)
    if let loss { objective.loss = loss }
    if objective.scales.isEmpty { objective.scales = dataset.scales }
    try objective.check(output: outputShape, positions: dataset.positions)
    self.objective = objective
  }
}
