import Apus
import ApusCore
import ApusNN
import ApusTraining

/// A step on arrays, with a loss of its own.
extension TrainingStep {
  convenience init(
    _ model: Model, loss: some Loss, optimizer: some Optimizer, capacity: Int,
    regularization: Regularization = .none, groups: [ParameterGroup] = [], auxiliary: [String: Double] = [:],
    taps: [CompiledModel.Output] = []
  ) throws {
    try self.init(
      ModelTraining(
        model, optimizer: OptimizerSetting(optimizer), regularization: regularization, groups: groups),
      loss: loss, capacity: capacity, auxiliary: auxiliary, taps: taps)
  }

  convenience init(
    _ given: ModelTraining, loss: some Loss, capacity: Int, accumulates: Bool = false,
    auxiliary: [String: Double] = [:], taps: [CompiledModel.Output] = [], engine: Engine? = nil
  ) throws {
    var training = given
    let outputs = (0..<(training.model.outputShape.last ?? 1)).map { "\($0)" }
    training.model.objective =
      loss.classTargets == .numbers ? .classes(outputs, loss: loss) : .numbers(outputs, loss: loss)
    try self.init(
      training, capacity: capacity, accumulates: accumulates, auxiliary: auxiliary, taps: taps, engine: engine
    )
  }

  @discardableResult
  func load(inputs: [Float], targets: [Float]) throws -> Int {
    try load([
      trained[0].model.inputs[0].name: tensor(inputs),
      "target": shaped(targets, trained[0].model.outputShape),
    ])
  }

  @discardableResult
  func load(inputs: [Float], labels: [Int32]) throws -> Int {
    let positions = Array(trained[0].model.outputShape.dropLast())
    let count = labels.count / max(positions.reduce(1, *), 1)
    return try load([
      trained[0].model.inputs[0].name: tensor(inputs),
      "target": Tensor(labels, shape: TensorShape([count] + positions)),
    ])
  }

  private func tensor(_ inputs: [Float]) -> Tensor { shaped(inputs, trained[0].model.inputShape) }

  private func shaped(_ values: [Float], _ shape: [Int]) -> Tensor {
    Tensor(values, shape: TensorShape([values.count / max(shape.reduce(1, *), 1)] + shape))
  }

  @discardableResult
  func run(rows: Int, step: Int, rate: Double) throws -> Float {
    restart(at: step - 1)
    let loss = try gradients(rows: rows)
    try update(rate: rate)
    return loss
  }
}
