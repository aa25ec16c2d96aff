import ApusCore
public import ApusData

extension Model {
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
  /// - Throws: the first mistake in the shapes, with the layer's path, file and line; when the last layer does not fit the
  ///   objective, with the one that would.
  public init(
    for split: DatasetSplit, seed: UInt64 = 0, loss: (any Loss)? = nil,
    @LayerBuilder _ layers: () -> Sequential
  ) throws {
    try self.init(input: split.training.inputShape, seed: seed, layers: layers())
    let objective = Objective(
      split.training.targets, loss: loss, scales: split.preprocessing?.scales ?? [])
    try objective.check(output: outputShape, positions: split.training.positions)
    self.objective = objective
    preprocessing = split.preprocessing
  }
}
