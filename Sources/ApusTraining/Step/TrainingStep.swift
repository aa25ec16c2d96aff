public import ApusCore
public import ApusNN

/// One step of training, planned once: forward, loss, backward, update.
///
/// Two phases. The first computes the losses and every gradient into one flat arena a model, and the sum of the
/// gradients' squares over it. The second runs the optimizer's update over the flat arenas of parameters and
/// moments. In between a loss or gradient that is not finite is caught, so that it never reaches a weight.
/// A step allocates nothing.
///
/// One model and a loss are the usual case; a step may train several models at once:
///
/// ```swift
/// let step = try TrainingStep(
///   [ModelTraining(generator, optimizer: Adam()), ModelTraining(critic, optimizer: Adam())],
///   inputs: [StepInput("noise", [8]), StepInput("real", [2])], capacity: 64
/// ) { models, inputs in
///   let fake = models[0](inputs[0])
///   let fooled = (-models[1](fake)).softplus()
///   let caught = models[1](fake.stopGradient()).softplus() + (-models[1](inputs[1])).softplus()
///   return [fooled.mean(), caught.mean()]
/// }
/// ```
public final class TrainingStep {
  /// The models and their arenas.
  public let trained: [TrainedModel]
  /// The most rows of a batch.
  public let capacity: Int

  private let backward: Executable
  private let inputCount: Int
  private let losses: [UnsafeMutablePointer<Float>]
  private let keys: [UnsafeMutablePointer<Int32>?]
  /// New values of states, and where in an arena they go once the step is known to be good.
  private let stateUpdates:
    [(values: UnsafeMutableBufferPointer<Float>, state: UnsafeMutableBufferPointer<Float>)]
  private let tapPositions: [Tap: Int]
  private let diagnosis: NonFinite

  /// A step of several models.
  ///
  /// - Parameters:
  ///   - inputs: what each batch holds, by name.
  ///   - capacity: the most rows of a batch.
  ///   - accumulates: whether steps may have several batches: ``run(batches:step:rate:load:)``.
  ///   - taps: what ``value(of:rows:)`` is to give after a step, of the first model; what is not asked for costs nothing.
  ///   - trace: called once, with the models and the inputs as tensors `[rows, …]`: a mean loss for each model, whose
  ///     gradient with respect to that model's parameters is followed.
  /// - Throws: a mistake in the shapes; a tap of a layer that is not there; what the engine cannot run.
  public init(
    _ trainings: [ModelTraining], inputs: [StepInput], capacity: Int, accumulates: Bool = false,
    taps: [Tap] = [], engine: Engine? = nil,
    _ trace: ([TracedModel], [Tensor]) throws -> [Tensor]
  ) throws {
    let engine = try engine ?? Engine.standard()
    self.capacity = capacity
    inputCount = inputs.count
    let traced = trainings.map { TracedModel($0.model, mode: $0.mode) }
    let inputTensors = inputs.map { Tensor.input($0.name, TensorType($0.shape, $0.scalar)) }
    let means = try trace(traced, inputTensors)
    guard means.count == trainings.count else {
      throw ApusError("\(means.count) losses for \(trainings.count) models", expected: "one for each")
    }
    if let error = means.lazy.compactMap(\.error).first { throw error }
    if let mean = means.first(where: { $0.shape.rank > 0 }) {
      throw ApusError("a loss of shape \(mean.shape)", expected: "one number", fix: "take its mean()")
    }

    // Gradients of each loss with respect to its model's parameters, and of the first to what is tapped.
    let tapped = try taps.map { [first = traced[0]] tap in try tap.tensor(in: first) }
    let tapSources = zip(taps, tapped).filter { $0.0.isGradient }.map(\.1)
    var gradientTensors: [Tensor] = []
    var tapGradients: [Tensor] = []
    for (index, model) in traced.enumerated() {
      let sources = zip(model.model.parameters, model.parameters).filter { !$0.0.specification.isState }.map(
        \.1)
      let all = gradients(of: means[index], withRespectTo: sources + (index == 0 ? tapSources : []))
      gradientTensors += all[..<sources.count]
      tapGradients += all[sources.count...]
    }
    let tapOutputs = zip(taps, tapped).map { $0.isGradient ? tapGradients.removeFirst() : $1 }
    let updates = traced.flatMap(\.stateUpdates)
    let graphInputs =
      inputTensors + traced.flatMap { [$0.key] + $0.inputs }
    backward = try engine.compile(
      Graph(inputs: graphInputs, outputs: means + gradientTensors + updates.map(\.value) + tapOutputs),
      rows: capacity)
    trained = try trainings.map { try TrainedModel($0, accumulates: accumulates, engine: engine) }

    // Parameters and gradients lie in the models' arenas.
    var input = inputs.count
    var output = means.count
    var keys: [UnsafeMutablePointer<Int32>?] = []
    for (model, arenas) in zip(traced, trained) {
      keys.append(backward.input(input)?.assumingMemoryBound(to: Int32.self))
      let binding = model.binding
      binding.bind(backward, from: input + 1, to: arenas.parameters)
      input += 1 + binding.count
      for parameter in model.model.parameters where !parameter.specification.isState {
        backward.bind(output: output, to: arenas.gradients.pointer + parameter.offset * 4)
        output += 1
      }
    }
    self.keys = keys
    losses = means.indices.map { [backward] in backward.output($0).assumingMemoryBound(to: Float.self) }
    var stateUpdates: [(UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>)] = []
    for (model, arenas) in zip(traced, trained) {
      for update in model.stateUpdates {
        guard
          let state = model.model.parameters.first(where: {
            $0.path == update.path && $0.specification.isState
          })
        else {
          throw ApusError("a layer updates the state “\(update.path)”, which it did not ask for")
        }
        stateUpdates.append(
          (
            backward.floats(output: output, rows: 1),
            UnsafeMutableBufferPointer(rebasing: arenas.parameters.floats[state.range])
          ))
        output += 1
      }
    }
    self.stateUpdates = stateUpdates
    tapPositions = Dictionary(zip(taps, output...).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    diagnosis = NonFinite(
      inputs: inputs, graphInputs: graphInputs, layers: traced.flatMap(\.layers), backward: backward,
      trained: trained, engine: engine)
  }

  /// A step of one model: ``StepInput`` 0 is the input, 1 the target that the loss wants.
  public convenience init(
    _ model: Model, loss: some Loss, optimizer: some Optimizer, capacity: Int,
    regularization: Regularization = .none, groups: [ParameterGroup] = [], auxiliary: [String: Double] = [:],
    taps: [Tap] = [], engine: Engine? = nil
  ) throws {
    try self.init(
      ModelTraining(model, optimizer: optimizer, regularization: regularization, groups: groups), loss: loss,
      capacity: capacity, auxiliary: auxiliary, taps: taps, engine: engine)
  }

  /// The same, with how the model is trained as a value.
  ///
  /// - Parameter auxiliary: weights of the same loss on further outputs, by name (GoogLeNet's heads: 0.3 each).
  public convenience init(
    _ training: ModelTraining, loss: some Loss, capacity: Int, accumulates: Bool = false,
    auxiliary: [String: Double] = [:], taps: [Tap] = [], engine: Engine? = nil
  ) throws {
    let model = training.model
    let target = loss.targetType(for: TensorShape([.rows] + model.outputShape.map { Dimension($0) }))
    let heads = auxiliary.sorted { $0.key < $1.key }
    for head in heads { _ = try model.output(named: head.key) }
    try self.init(
      [training],
      inputs: [
        StepInput(model.inputs[0].name, model.inputShape, model.inputs[0].scalar),
        StepInput("target", target.shape.dimensions.dropFirst().map(\.size), target.scalar),
      ], capacity: capacity, accumulates: accumulates, taps: taps, engine: engine
    ) { models, inputs in
      let outputs = models[0]([model.inputs[0].name: inputs[0]])
      let main = loss(outputs[model.outputs[0].name], inputs[1]).mean()
      return [heads.reduce(main) { $0 + Tensor(Float($1.value)) * loss(outputs[$1.key], inputs[1]).mean() }]
    }
  }

  // MARK: Batches

  /// Puts rows of an input where ``run(rows:step:rate:)`` reads them.
  ///
  /// - Returns: the number of rows.
  /// - Throws: when the numbers do not fit.
  @discardableResult
  public func load(_ values: [Float], input: Int) throws -> Int {
    try load(values, input, .float32)
  }

  /// The same for an input of int32.
  @discardableResult
  public func load(integers: [Int32], input: Int) throws -> Int {
    try load(integers, input, .int32)
  }

  /// A batch for a step of one model: inputs `[rows, …]` and float targets `[rows, …]`.
  @discardableResult
  public func load(inputs: [Float], targets: [Float]) throws -> Int {
    guard !isInteger(input: 1) else {
      throw ApusError(
        "numbers as targets", expected: "class numbers, for a loss on classes",
        fix: "use load(inputs:labels:)")
    }
    return try checkEqual(load(inputs, input: 0), load(targets, input: 1))
  }

  /// A batch for a step of one model: inputs `[rows, …]` and class numbers `[rows]`.
  @discardableResult
  public func load(inputs: [Float], labels: [Int32]) throws -> Int {
    guard isInteger(input: 1) else {
      throw ApusError("labels as targets", expected: "a loss on classes", fix: "use load(inputs:targets:)")
    }
    return try checkEqual(load(inputs, input: 0), load(integers: labels, input: 1))
  }

  private func checkEqual(_ inputs: Int, _ targets: Int) throws -> Int {
    guard inputs == targets else {
      throw ApusError("\(targets) targets for \(inputs) rows", expected: "one a row")
    }
    return inputs
  }

  private func load<Scalar>(_ values: [Scalar], _ input: Int, _ scalar: ScalarType) throws -> Int {
    guard (0..<inputCount).contains(input), backward.inputTypes[input].scalar == scalar else {
      throw ApusError(
        "input \(input) takes no \(scalar.rawValue)", expected: "the inputs that the step was made with")
    }
    let size = backward.inputTypes[input].shape.count(rows: 1)
    guard values.count % size == 0, values.count <= size * capacity else {
      throw ApusError(
        "\(values.count) numbers as input \(input)",
        expected: "a multiple of \(size), at most \(size * capacity)")
    }
    values.withUnsafeBytes { source in
      if let start = source.baseAddress {
        backward.input(input)?.copyMemory(from: start, byteCount: source.count)
      }
    }
    return values.count / size
  }

  /// The memory of an input, for filling it in place: `[capacity, …]`.
  package func memory(input: Int) -> InputMemory { backward.memory(input: input) }

  private func isInteger(input: Int) -> Bool { backward.inputTypes[input].scalar == .int32 }

  // MARK: Running

  /// Trains on the `rows` rows that were loaded.
  ///
  /// - Parameters:
  ///   - step: the number of the step, counted from 1.
  ///   - rate: the learning rate.
  /// - Returns: the first model's mean loss of the batch, before the update.
  /// - Throws: when a loss or a gradient is not finite; the parameters are then as before the step.
  @discardableResult
  public func run(rows: Int, step: Int, rate: Double) throws -> Float {
    try computeGradients(rows: rows, key: step, step: step)
    try update(rows: rows, step: step, rate: rate)
    return losses[0].pointee
  }

  /// A step over several batches: their gradients are averaged over all rows before the one update.
  ///
  /// - Parameters:
  ///   - batches: how many; the step was made with `accumulates`.
  ///   - rows: of all batches.
  ///   - load: puts the batch of a number in place and gives its rows.
  /// - Returns: the first model's mean loss over all rows.
  /// - Throws: as for one batch; states of layers have then seen the batches before.
  @discardableResult
  public func run(
    batches: Int, rows: Int, step: Int, rate: Double, load: (Int) throws -> Int
  ) throws -> Float {
    for model in trained { model.beginSum() }
    var (mean, last) = (0.0, 0)
    for batch in 0..<batches {
      last = try load(batch)
      // Random numbers differ from batch to batch; no run has 2⁴⁰ steps.
      try computeGradients(rows: last, key: step + batch << 40, step: step)
      let share = Double(last) / Double(rows)
      for model in trained { model.addToSum(share: share) }
      mean += share * Double(losses[0].pointee)
      if batch < batches - 1 { keepStates() }
    }
    for model in trained { model.finishSum() }
    try update(rows: last, step: step, rate: rate)
    return Float(mean)
  }

  private func computeGradients(rows: Int, key: Int, step: Int) throws {
    setKeys(key)
    backward.run(rows: rows)
    guard losses.allSatisfy(\.pointee.isFinite) else { throw diagnosis.error(rows: rows, step: step) }
  }

  private func update(rows: Int, step: Int, rate: Double) throws {
    try trained.forEachUncounted { model in
      guard model.squaredNorm().isFinite else { throw diagnosis.error(rows: rows, step: step) }
    }
    trained.forEachUncounted { $0.update(step: step, rate: rate) }
    keepStates()
  }

  /// The same step, with the times of the instructions added to a profile for each of its plans.
  public func run(rows: Int, step: Int, rate: Double, profiles: inout [Profile]) throws {
    let count = 1 + trained.reduce(0) { $0 + $1.planCount }
    if profiles.count != count { profiles = Array(repeating: Profile(), count: count) }
    setKeys(step)
    backward.run(rows: rows, profile: &profiles[0])
    guard losses.allSatisfy(\.pointee.isFinite) else { throw diagnosis.error(rows: rows, step: step) }
    var position = 1
    for model in trained {
      model.update(step: step, rate: rate, profiles: &profiles[position..<(position + model.planCount)])
      position += model.planCount
    }
    keepStates()
  }

  private func setKeys(_ step: Int) {
    for (key, model) in zip(keys, trained) {
      guard let key else { continue }
      key[0] = Int32(truncatingIfNeeded: model.model.seed)
      key[1] = Int32(truncatingIfNeeded: model.model.seed >> 32)
      key[2] = Int32(truncatingIfNeeded: step)
      key[3] = Int32(truncatingIfNeeded: step >> 32)
    }
  }

  private func keepStates() {
    for update in stateUpdates { _ = update.state.update(fromContentsOf: update.values) }
  }

  /// A model's mean loss in the last step.
  public func loss(_ model: Int) -> Float { losses[model].pointee }

  /// What a tap held in the last step of `rows` rows, row-major; nil for one that was not asked for.
  public func value(of tap: Tap, rows: Int) -> [Float]? {
    tapPositions[tap].map { Array(backward.floats(output: $0, rows: rows)) }
  }

  /// Bytes of memory that the step holds.
  public var memoryBytes: Int { backward.memoryBytes + trained.reduce(0) { $0 + $1.memoryBytes } }
}

/// What a batch holds under a name: rows of a shape.
public struct StepInput: Sendable, Hashable {
  public var name: String
  /// `[rows, …]`
  public var shape: TensorShape
  public var scalar: ScalarType

  /// - Parameter shape: of one row.
  public init(_ name: String, _ shape: [Int], _ scalar: ScalarType = .float32) {
    self.name = name
    self.shape = TensorShape([.rows] + shape.map { Dimension($0) })
    self.scalar = scalar
  }
}
