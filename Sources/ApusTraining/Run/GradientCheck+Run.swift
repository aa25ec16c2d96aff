import ApusCore
import ApusData
public import ApusNN

extension GradientCheck {
  /// Of the model that a configuration would train, on some of its training rows.
  ///
  /// - Throws: when the data cannot be read or a setting is wrong.
  public init(_ configuration: RunConfiguration, rows: Int, elements: Int) throws {
    let patient = try Patient(configuration)
    try self.init(
      patient.model, loss: patient.settings.loss, batch: patient.sample(rows), elements: elements)
  }

  /// Of a model with its weights, on samples made up: normal inputs, as scaled ones are, or characters, and targets at random. A
  /// gradient must be right on any.
  ///
  /// - Throws: when the loss does not fit the model's outputs.
  public init(_ model: Model, rows: Int, elements: Int) throws {
    let random = Philox(seed: model.seed, path: "gradient check samples")
    let outputs = model.outputShape.reduce(1, *)
    let isLabelled = try model.requireObjective().loss.targetType(for: [.rows, 2]).scalar == .int32
    let targets =
      model.objective?.targets
      ?? (isLabelled
        ? .classes(names: (0..<outputs).map { "\($0)" }) : .values(names: (0..<outputs).map { "\($0)" }))
    let isText = if case .text? = model.preprocessing { true } else { false }
    var batch = Batch(
      capacity: rows, inputShape: model.inputShape, targets: targets,
      positions: isText ? model.inputShape[0] : 1)
    batch.count = rows
    for index in batch.inputs.indices {
      batch.inputs[index] =
        isText
        ? Float(random.integer(UInt64(index), below: targets.outputCount))
        : Float(random.normal(UInt64(index)))
    }
    let start = UInt64(batch.inputs.count)
    for index in batch.labels.indices {
      batch.labels[index] = Int32(random.integer(start + UInt64(index), below: targets.outputCount))
    }
    for index in batch.values.indices { batch.values[index] = Float(random.normal(start + UInt64(index))) }
    try self.init(model, loss: model.requireObjective().loss, batch: batch, elements: elements)
  }
}
