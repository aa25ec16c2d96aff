package import ApusCore
package import ApusNN

/// A model in training: its arena of parameters, their gradients, the optimizer's memory, and the update over them.
///
/// The second phase of a step.
package final class TrainedModel {
  package let training: ModelTraining
  package var model: Model { training.model }

  /// The parameters being trained, in the model's layout; state after them.
  package let parameters: TensorStorage
  package let gradients: TensorStorage
  /// The optimizer's memory, one arena for each of its slots.
  package let slots: [TensorStorage]

  private let norm: CompiledGraph
  private let normValue: UnsafeMutablePointer<Float>
  /// The update of the first range of the arenas; nil where all are frozen. Apart from the others, of which most models have
  /// none: each turn of a loop over objects counts them, 15 of the smallest step's 330 ns.
  private let firstUpdate: Update?
  private let otherUpdates: [Update]
  private var updates: [Update] { (firstUpdate.map { [$0] } ?? []) + otherUpdates }
  private let limits: [NormLimit]
  /// For steps of several batches; nil where a step has one.
  private let sum: GradientSum?

  /// - Parameter accumulates: whether a step may have several batches.
  init(_ training: ModelTraining, accumulates: Bool, engine: Engine) throws {
    try training.check()
    self.training = training
    parameters = TensorStorage(training.model.storage.floats)
    gradients = TensorStorage(count: parameters.count)
    let traces = try UpdateTrace.all(training)
    // As the optimizer uses them first, whatever is frozen: checkpoints keep them in this order.
    var names: [String] = []
    for update in [try TracedUpdate(training.optimizer)] + traces.map(\.update) {
      for slot in update.slots where !names.contains(slot.name) { names.append(slot.name) }
    }
    slots = names.map { [parameters] _ in TensorStorage(count: parameters.count) }
    let slotsByName = Dictionary(uniqueKeysWithValues: zip(names, slots))
    let arena = Tensor.input("gradients", TensorType(TensorShape([gradients.count])))
    norm = try CompiledGraph(
      inputs: ["gradients": arena], outputs: ["norm": arena.square().sum()], engine: engine)
    norm.bind(input: "gradients", to: gradients.pointer)
    normValue = norm.floats("norm").baseAddress!
    let updates = try traces.map { [parameters, gradients] in
      try Update($0, parameters: parameters, gradients: gradients, slots: slotsByName, engine: engine)
    }
    (firstUpdate, otherUpdates) = (updates.first, Array(updates.dropFirst()))
    limits = try NormLimit.all(training, parameters: parameters, engine: engine)
    sum = accumulates ? try GradientSum(gradients, engine: engine) : nil
  }

  /// The sum of the squares of the gradients: finite only when they all are.
  func squaredNorm() -> Float {
    norm.run()
    return normValue.pointee
  }

  /// √ of the last ``squaredNorm()``.
  var gradientNorm: Double { Double(normValue.pointee).squareRoot() }

  /// Before the first batch of a step of several.
  func beginSum() { sum?.reset() }

  /// After each batch's gradients: `share` is its part of the step's rows.
  func addToSum(share: Double) { sum?.add(share: share) }

  /// After the last: the sum takes the gradients' place.
  func finishSum() { sum?.finish() }

  /// The learning rate after some updates.
  func rate(updates: Int, run: RunLength) -> Double {
    training.schedule.rate(step: updates, base: training.rate, run: run)
  }

  /// Changes the parameters by the gradients of now.
  func update(step: Int, rate: Double) {
    let scale = training.regularization.clipNorm.map { min(1, $0 / (gradientNorm + 1e-6)) } ?? 1
    firstUpdate?.run(step: step, rate: rate, scale: scale)
    for update in otherUpdates { update.run(step: step, rate: rate, scale: scale) }
    for limit in limits { limit.run() }
  }

  /// The same, with the times of the instructions; the norm's come first.
  func update(step: Int, rate: Double, profiles: inout ArraySlice<Profile>) {
    norm.run(rows: 1, profile: &profiles[profiles.startIndex])
    for (index, update) in updates.enumerated() {
      update.run(step: step, rate: rate, scale: 1, profile: &profiles[profiles.startIndex + 1 + index])
    }
  }

  /// The plans of the norm and of the updates.
  var planCount: Int { 1 + updates.count }

  /// The model with the weights of now: the one explicit copy.
  package func snapshot() -> Model {
    model.replacingStorage(TensorStorage(parameters.floats))
  }

  /// Weights from a model of the same architecture.
  package func restore(_ model: Model) {
    _ = parameters.floats.update(fromContentsOf: model.storage.floats)
  }

  /// The gradient of the last step with respect to a parameter; nil when there is none of that path.
  package func gradient(of path: String) -> [Float]? {
    model.parameters.first { $0.path == path && !$0.specification.isState }
      .map { Array(gradients.floats[$0.range]) }
  }

  var memoryBytes: Int { norm.memoryBytes + (2 + slots.count) * parameters.count * 4 }
}
