public import ApusCore
public import ApusData
public import ApusNN

/// One step of training, planned once: forward, loss, backward, update.
///
/// Two halves. ``gradients(_:)-(Batch)`` computes the losses and every gradient into one flat arena a model, and their norm;
/// a loss or gradient that isn't finite is an error here, so that it never reaches a weight. ``update(rate:)`` runs the
/// optimizer over the flat arenas of parameters and moments. Clipping, noise, averages over machines stand between the two.
/// A step allocates nothing.
///
/// ```swift
/// let step = try TrainingStep(model, optimizer: .adam(1e-3), batch: 64)
/// for batch in data.batches(of: 64, shuffledBy: 1, epoch: epoch) {
///   try step.gradients(batch)
///   try step.update()
/// }
/// model = step.model
/// ```
///
/// One model and its objective's loss are the common case; a step may train several models at once, by name:
///
/// ```swift
/// let step = try TrainingStep(
///   ["generator": .init(generator, optimizer: .adam(5e-3)), "critic": .init(critic, optimizer: .adam(5e-3))],
///   inputs: ["noise": [4], "real": [2]], batch: 64
/// ) { models, inputs in
///   let made = models["generator"](inputs["noise"])
///   return [
///     "generator": (-models["critic"](made)).softplus().mean(),
///     "critic": (models["critic"](made.stopGradient()).softplus() + (-models["critic"](inputs["real"])).softplus()).mean(),
///   ]
/// }
/// ```
///
/// Belongs to one thread at a time.
public final class TrainingStep {
  /// The models and their arenas, in order.
  package var trained: [TrainedModel] { [first] + others }
  /// The only one, as a rule: an array's would be counted in each step.
  private let first: TrainedModel
  private let others: [TrainedModel]
  /// The models' names, in order.
  public let names: [String]
  /// The most rows of a batch.
  public let capacity: Int
  /// Batches whose gradients were computed: what the random numbers of dropout depend on. A skipped one counts.
  public package(set) var count: Int {
    get { counters.pointee.count }
    set { counters.pointee.count = newValue }
  }
  /// Updates done: the optimizer's step.
  public package(set) var updates: Int {
    get { counters.pointee.updates }
    set { counters.pointee.updates = newValue }
  }

  /// Where batches are gathered: the rows of the first model's inputs, and its targets.
  package let memory: BatchMemory
  private let backward: CompiledGraph
  private let inputs: [InputSpecification]
  private let losses: [UnsafeMutablePointer<Float>]
  private let keys: [RandomKey]
  /// New values of states, and where in an arena they go once the step is known to be good.
  private let stateUpdates:
    [(values: UnsafeMutableBufferPointer<Float>, state: UnsafeMutableBufferPointer<Float>)]
  private let taps: [ModelOutput]
  private let diagnosis: NonFinite
  private let length: LoopLength
  private let lengthProblem: ApusError?
  private let isRateKnown: Bool
  private let isWeighted: Bool
  /// Whether the inputs and the target are those of a data set.
  private let takesBatches: Bool
  /// What the batches of a data set that fits have.
  private let inputShape: [Int]
  private let targets: TargetKind?
  /// What changes in a step. In memory of its own: of a class' properties each access is checked against another one at the
  /// same time, which costs a ninth of the smallest step (0.037 of 0.33 µs, exclusive or by a network of nine weights).
  private struct Counters {
    var count = 0
    var updates = 0
    var rows = 0
    var hasGradients = false
  }
  private let counters: UnsafeMutablePointer<Counters>

  deinit { counters.deallocate() }

  // MARK: Making

  /// A step of one model for its objective's loss.
  ///
  /// - Parameters:
  ///   - optimizer: with its learning rate.
  ///   - schedule: the learning rate as a function of the step.
  ///   - batch: the most rows of a batch.
  ///   - steps: the length of the run, for a schedule that lasts to its end.
  ///   - stepsPerEpoch: for a schedule whose lengths are epochs.
  ///   - groups: parameters with a treatment of their own.
  ///   - auxiliary: weights of the same loss on further outputs, by name (GoogLeNet's heads: 0.3 each).
  ///   - isWeighted: whether the batches' rows have weights.
  ///   - taps: what ``value(of:)`` is to give after ``gradients(_:)-(Batch)``; what isn't asked for costs nothing.
  /// - Throws: for a model without an objective; a tap of a layer that isn't there; what the engine cannot run.
  public convenience init(
    _ model: Model, optimizer: OptimizerSetting = .adam(1e-3), schedule: some Schedule = .constant,
    batch: Int,
    steps: Int? = nil, stepsPerEpoch: Int? = nil, regularization: Regularization = .none,
    groups: [ParameterGroup] = [],
    auxiliary: [String: Double] = [:], isWeighted: Bool = false, taps: [ModelOutput] = [],
    engine: Engine? = nil
  ) throws {
    try self.init(
      ModelTraining(
        model, optimizer: optimizer, schedule: schedule, regularization: regularization, groups: groups),
      capacity: batch, length: LoopLength(steps: steps, stepsPerEpoch: stepsPerEpoch), auxiliary: auxiliary,
      isWeighted: isWeighted, taps: taps, engine: engine)
  }

  /// The same, with how the model is trained as a value.
  ///
  /// - Parameter accumulates: whether steps may have several batches.
  package convenience init(
    _ training: ModelTraining, capacity: Int, length: LoopLength = LoopLength(), accumulates: Bool = false,
    auxiliary: [String: Double] = [:], isWeighted: Bool = false, taps: [ModelOutput] = [],
    engine: Engine? = nil
  ) throws {
    let model = training.model
    let heads = auxiliary.sorted { $0.key < $1.key }.map { (name: $0.key, weight: $0.value) }
    for head in heads { _ = try model.output(named: head.name) }
    let call = try TracedCall(
      model, mode: training.mode, isWeighted: isWeighted, auxiliary: heads)
    try self.init(
      [("model", training, call.traced)], inputs: model.inputs, graphInputs: call.graphInputs,
      means: [call.mean!], taps: taps, tapTensors: call.tensors(taps), capacity: capacity, length: length,
      accumulates: accumulates, isWeighted: isWeighted, engine: engine, memory: call.batchMemory)
  }

  /// A step of several models.
  ///
  /// - Parameters:
  ///   - models: how each is trained, by name; updated in this order.
  ///   - inputs: what a batch holds, by name, and the shape of one row.
  ///   - batch: the most rows of a batch.
  ///   - steps, stepsPerEpoch: the lengths of the run and of an epoch, for schedules that depend on them.
  ///   - losses: called once, with the models and the inputs as tensors `[rows, …]`: a mean loss for each model by its name,
  ///     whose gradient with respect to that model's parameters is followed.
  /// - Throws: a mistake in the shapes; a loss that is missing; what the engine cannot run.
  public convenience init(
    _ models: KeyValuePairs<String, ModelTraining>, inputs: KeyValuePairs<String, [Int]>, batch: Int,
    steps: Int? = nil, stepsPerEpoch: Int? = nil, engine: Engine? = nil,
    _ losses: (TracedModels, NamedTensors) throws -> NamedTensors
  ) throws {
    try self.init(
      models, inputs: inputs.map { InputSpecification($0.key, $0.value) }, batch: batch, steps: steps,
      stepsPerEpoch: stepsPerEpoch, engine: engine, losses)
  }

  /// A step of several models on inputs of which some are class numbers.
  public convenience init(
    _ models: KeyValuePairs<String, ModelTraining>, inputs: [InputSpecification], batch: Int,
    steps: Int? = nil, stepsPerEpoch: Int? = nil, engine: Engine? = nil,
    _ losses: (TracedModels, NamedTensors) throws -> NamedTensors
  ) throws {
    let names = models.map(\.key)
    guard !names.isEmpty, Set(names).count == names.count else {
      throw ApusError("models named \(names)", expected: "a name of its own for each of at least one")
    }
    let traced = models.map {
      (name: $0.key, model: TracedModel($0.value.model, mode: $0.value.mode, name: $0.key))
    }
    let tensors = NamedTensors(inputs.map { ($0.name, $0.tensor) })
    let given = try losses(TracedModels(traced.map { ($0.name, $0.model) }), tensors)
    if let error = given.error { throw error }
    if let unknown = given.names.first(where: { !names.contains($0) }) {
      throw NamedModels.missing(unknown, in: names)
    }
    let means = try names.map { name in
      guard given.names.contains(name) else {
        throw ApusError(
          "the model \"\(name)\" has no loss", expected: "a loss for each of \(names.joined(separator: ", "))"
        )
      }
      return given[name]
    }
    let graphInputs = NamedTensors(
      tensors.map { ("input \($0.name)", $0.tensor) }
        + traced.flatMap { $0.model.inputs.map { ($0.name, $0.tensor) } })
    try self.init(
      zip(models, traced).map { ($0.key, $0.value, $1.model) }, inputs: inputs, graphInputs: graphInputs,
      means: means, taps: [], tapTensors: [:], capacity: batch,
      length: LoopLength(steps: steps, stepsPerEpoch: stepsPerEpoch), accumulates: false, isWeighted: false,
      engine: engine
    ) { graph in
      BatchMemory(
        capacity: batch, inputs: inputs.map { ($0.name, graph.memory("input \($0.name)"), $0.size) },
        targets: InputMemory(floats: .init(start: nil, count: 0), scalar: .float32), .numbers, targetSize: 0)
    }
  }

  private init(
    _ trainings: [(name: String, training: ModelTraining, traced: TracedModel)], inputs: [InputSpecification],
    graphInputs: NamedTensors, means: [Tensor], taps: [ModelOutput], tapTensors: NamedTensors, capacity: Int,
    length: LoopLength, accumulates: Bool, isWeighted: Bool, engine: Engine?,
    memory: (CompiledGraph) -> BatchMemory
  ) throws {
    let engine = try engine ?? Engine.standard()
    guard capacity > 0 else { throw ApusError("a batch of \(capacity)", expected: "at least 1") }
    if let mean = means.first(where: { $0.shape.rank > 0 }) {
      throw ApusError("a loss of shape \(mean.shape)", expected: "one number", fix: "take its mean()")
    }
    names = trainings.map(\.name)
    self.capacity = capacity
    self.inputs = inputs
    self.taps = taps
    counters = .allocate(capacity: 1)
    counters.initialize(to: Counters())
    (self.length, lengthProblem) = (length, length.problem(trainings.map(\.training.schedule)))
    isRateKnown = lengthProblem == nil
    self.isWeighted = isWeighted
    let model = trainings[0].training.model
    inputShape = model.inputs.count == 1 ? model.inputShape : []
    targets = model.objective?.targets
    takesBatches = graphInputs.names.contains("target")

    // Gradients of each loss with respect to its model's parameters.
    var outputs = NamedTensors(zip(names.map { "loss \($0)" }, means))
    for ((name, _, traced), mean) in zip(trainings, means) {
      let parameters = traced.parameters
      for (path, gradient) in zip(
        parameters.names, ApusCore.gradients(of: mean, withRespectTo: parameters.tensors))
      {
        outputs["gradient \(name) \(path)"] = gradient
      }
      for update in traced.stateUpdates { outputs["state \(name) \(update.path)"] = update.value }
    }
    for (tap, tensor) in tapTensors { outputs["tap \(tap)"] = tensor }
    backward = try CompiledGraph(
      inputs: graphInputs, outputs: outputs, capacity: capacity, engine: engine)
    let trained = try trainings.map {
      try TrainedModel($0.training, accumulates: accumulates, engine: engine)
    }
    (first, others) = (trained.first!, Array(trained.dropFirst()))

    // Parameters and gradients lie in the models' arenas.
    var keys: [RandomKey] = []
    var stateUpdates: [(UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>)] = []
    for ((name, _, traced), arenas) in zip(trainings, trained) {
      let binding = traced.binding
      binding.bind(backward, to: arenas.parameters)
      keys.append(binding.randomKey(in: backward, seed: arenas.model.seed))
      for parameter in arenas.model.parameters where !parameter.specification.isState {
        backward.bind(
          output: "gradient \(name) \(parameter.path)",
          to: arenas.gradients.pointer + parameter.offset * 4)
      }
      for update in traced.stateUpdates {
        guard
          let state = arenas.model.parameters.first(where: {
            $0.path == update.path && $0.specification.isState
          })
        else {
          throw ApusError("a layer updates the state “\(update.path)”, which it did not ask for")
        }
        stateUpdates.append(
          (
            backward.floats("state \(name) \(update.path)"),
            UnsafeMutableBufferPointer(rebasing: arenas.parameters.floats[state.range])
          ))
      }
    }
    self.keys = keys
    self.stateUpdates = stateUpdates
    losses = names.map { [backward] in backward.floats("loss \($0)").baseAddress! }
    self.memory = memory(backward)
    diagnosis = NonFinite(
      inputs: inputs, graphInputs: graphInputs, layers: trainings.flatMap(\.traced.layers),
      backward: backward,
      trained: trained, engine: engine)
  }

  // MARK: Gradients

  /// Computes the loss of a batch, and every gradient of it.
  ///
  /// - Returns: the mean loss; of rows with weights w, Σ w ℓ / Σ w.
  /// - Throws: when the batch is of a data set that doesn't fit the model, or has more rows than the step has room for; when
  ///   the loss or a gradient isn't finite.
  @discardableResult
  public func gradients(_ batch: Batch) throws -> Float {
    try load(batch)
    return try gradients(rows: batch.count)
  }

  /// The same on tensors by name, `[rows, …]` each: the inputs, and for a step of one model `target`, as the loss takes it.
  ///
  /// - Returns: the first model's mean loss.
  /// - Throws: when an input is missing or unknown or doesn't fit.
  @discardableResult
  public func gradients(_ tensors: NamedTensors) throws -> Float {
    try gradients(rows: load(tensors))
  }

  /// The same once more on the rows of the last batch.
  ///
  /// - Throws: before the first batch; as for a batch.
  @discardableResult
  public func gradients() throws -> Float {
    guard counters.pointee.rows > 0 else {
      throw ApusError(
        "gradients before the first batch", at: "TrainingStep", fix: "call gradients(batch) first")
    }
    return try gradients(rows: counters.pointee.rows)
  }

  /// The gradients on rows that stand in ``memory``.
  package func gradients(rows: Int) throws -> Float {
    count += 1
    try computeGradients(rows: rows, key: count)
    try measure()
    return losses[0].pointee
  }

  /// Gradients averaged over several batches.
  ///
  /// - Parameters:
  ///   - rows: of all batches.
  ///   - load: puts the batch of a number in ``memory`` and gives its rows.
  ///   - share: a batch's part of the mean; that of its rows when nil.
  /// - Returns: the first model's mean loss over all rows.
  /// - Throws: as for one batch; states of layers have then seen the batches before.
  package func gradients(
    batches: Int, rows: Int, share: ((Int) -> Double)? = nil, load: (Int) throws -> Int
  ) throws -> Float {
    count += 1
    for model in trained { model.beginSum() }
    var mean = 0.0
    for batch in 0..<batches {
      let last = try load(batch)
      // Random numbers differ from batch to batch; no run has 2⁴⁰ steps.
      try computeGradients(rows: last, key: count + batch << 40)
      let share = share?(batch) ?? Double(last) / Double(rows)
      for model in trained { model.addToSum(share: share) }
      mean += share * Double(losses[0].pointee)
      if batch < batches - 1 { keepStates() }
    }
    for model in trained { model.finishSum() }
    try measure()
    return Float(mean)
  }

  private func computeGradients(rows: Int, key: Int) throws {
    counters.pointee.rows = rows
    for random in keys { random.set(step: key) }
    backward.run(rows: rows)
    for loss in losses where !loss.pointee.isFinite { throw diagnosis.error(rows: rows, step: updates + 1) }
  }

  /// Goes on as after some steps.
  package func restart(at step: Int) { (counters.pointee.count, counters.pointee.updates) = (step, step) }

  /// The norms of the gradients.
  private func measure() throws {
    var isFinite = first.squaredNorm().isFinite
    for model in others { isFinite = model.squaredNorm().isFinite && isFinite }
    guard isFinite else { throw diagnosis.error(rows: counters.pointee.rows, step: updates + 1) }
    counters.pointee.hasGradients = true
  }

  /// The norm of all gradients together, before clipping.
  public var gradientNorm: Double {
    if others.isEmpty { return first.gradientNorm }
    return trained.reduce(0) { $0 + $1.gradientNorm * $1.gradientNorm }.squareRoot()
  }

  /// The gradient with respect to a parameter, by its path, of the first model; a tensor that carries the error when there is
  /// none.
  public subscript(gradient path: String) -> Tensor {
    let model = first
    guard
      let parameter = model.model.parameters.first(where: { $0.path == path && !$0.specification.isState })
    else {
      let known = model.model.parameters.filter { !$0.specification.isState }.map(\.path)
      return .failed(
        ApusError(
          "the model has no parameter \"\(path)\"", expected: known.joined(separator: ", "),
          fix: Spelling.suggestion(for: path, in: known)))
    }
    return Tensor(Array(model.gradients.floats[parameter.range]), shape: parameter.specification.shape)
  }

  // MARK: Update

  /// Changes the parameters by the last gradients, at each model's learning rate for this step.
  ///
  /// - Throws: without new gradients; when a schedule depends on the length of the run or of an epoch, and the step wasn't
  ///   given it.
  public func update() throws {
    if !isRateKnown { throw lengthProblem! }
    try checkGradients()
    let done = counters.pointee.updates
    first.update(step: done + 1, rate: first.rate(updates: done, run: length.run))
    for model in others { model.update(step: done + 1, rate: model.rate(updates: done, run: length.run)) }
    finishUpdate()
  }

  /// Changes the parameters by the last gradients.
  ///
  /// - Parameter rate: the learning rate, for every model.
  /// - Throws: without new gradients; for a rate that is negative or no number.
  public func update(rate: Double) throws {
    try checkGradients()
    guard rate >= 0, rate.isFinite else {
      throw ApusError("a learning rate of \(rate)", at: "update(rate:)", expected: "0 or more")
    }
    first.update(step: updates + 1, rate: rate)
    for model in others { model.update(step: updates + 1, rate: rate) }
    finishUpdate()
  }

  /// Gradients and update on tensors by name: the whole step.
  ///
  /// - Returns: the first model's mean loss, before the update.
  /// - Throws: as ``gradients(_:)-(NamedTensors)`` and ``update()``; the parameters are then as before.
  @discardableResult
  public func run(_ tensors: NamedTensors) throws -> Float {
    let loss = try gradients(tensors)
    try update()
    return loss
  }

  private func checkGradients() throws(ApusError) {
    guard counters.pointee.hasGradients else {
      throw ApusError(
        "an update without new gradients", at: "TrainingStep",
        fix: "call gradients(batch) before each update()")
    }
  }

  private func finishUpdate() {
    keepStates()
    updates += 1
    counters.pointee.hasGradients = false
  }

  private func keepStates() {
    for update in stateUpdates { _ = update.state.update(fromContentsOf: update.values) }
  }

  /// The first model's learning rate in the next update; nil where its schedule lasts to the end of a run whose length isn't
  /// known.
  public var rate: Double? { isRateKnown ? first.rate(updates: updates, run: length.run) : nil }

  // MARK: Batches

  /// Gathers a batch where the step reads it.
  package func load(_ batch: Batch) throws {
    guard batch.count > 0 else { throw ApusError("a batch without rows", expected: "1 to \(capacity)") }
    guard batch.count <= capacity else {
      throw ApusError(
        "a batch of \(batch.count) rows", expected: "at most \(capacity), which the step has room for",
        fix: "make the step with batch: \(batch.count)")
    }
    guard takesBatches else {
      throw ApusError(
        "a batch for a step of models by name",
        expected: "tensors by name: \(inputs.map(\.name).joined(separator: ", "))")
    }
    if !isAsBefore(batch) { try first.model.check(batch.dataset, readsTargets: true) }
    guard isWeighted || batch.dataset.weights == nil else {
      throw ApusError(
        "the batch's rows have weights, and the step was made without", at: "TrainingStep",
        fix: "make it with isWeighted: true")
    }
    batch.gather(into: memory)
  }

  /// Whether a batch fits for what is seen at a glance: the whole check costs more than a small step, and allocates.
  private func isAsBefore(_ batch: Batch) -> Bool {
    batch.hasOneInput && batch.dataset.inputShape == inputShape
      && targets.map { $0.isAlike(batch.dataset.targets) } ?? true
  }

  package func load(_ tensors: NamedTensors) throws -> Int {
    let target = backward.type(of: "target")
    let known = inputs.map(\.name) + (target == nil ? [] : ["target"])
    if let unknown = tensors.names.first(where: { !known.contains($0) }) {
      throw ApusError(
        "the step has no input \"\(unknown)\"", expected: known.joined(separator: ", "),
        fix: Spelling.suggestion(for: unknown, in: known))
    }
    var rows: Int?
    for name in known {
      guard tensors.names.contains(name) else {
        throw ApusError("the input \"\(name)\" is missing", expected: known.joined(separator: ", "))
      }
      let input = name == "target" && !inputs.contains { $0.name == name } ? "target" : "input \(name)"
      let type = backward.type(of: input)!
      let given = tensors[name]
      if let error = given.error { throw error }
      guard given.shape.isFixed, given.shape.rank == type.shape.rank,
        given.shape.dimensions.dropFirst().elementsEqual(type.shape.dimensions.dropFirst())
      else {
        throw ApusError("the input \"\(name)\" has the shape \(given.shape)", expected: "\(type.shape)")
      }
      let count = given.shape[0].size
      guard count == rows ?? count else {
        throw ApusError("the input \"\(name)\" has \(count) rows", expected: "\(rows!), as the others have")
      }
      guard (1...capacity).contains(count) else {
        throw ApusError("a batch of \(count) rows", expected: "1 to \(capacity), which the step has room for")
      }
      rows = count
      let values = try given.cast(to: type.scalar).computed().storage
      backward.memory(input).copy(from: values, start: 0, count: values.count)
    }
    return rows ?? 0
  }

  // MARK: Reading

  /// The only model, or the first one, with the weights of now.
  public var model: Model { first.snapshot() }

  /// The models with the weights of now, by name.
  public var models: NamedModels { NamedModels(zip(names, trained).map { ($0, $1.snapshot()) }) }

  /// A model's mean loss in the last gradients, by its name.
  public func loss(of name: String) -> Float? { names.firstIndex(of: name).map { losses[$0].pointee } }

  /// What a tap held in the last gradients, `[rows, …]`; a tensor that carries the error for one that wasn't asked for.
  public func value(of tap: ModelOutput) -> Tensor {
    guard taps.contains(tap) else {
      return .failed(
        ApusError(
          "\"\(tap)\" was not asked for", expected: taps.map(\.description).joined(separator: ", "),
          fix: "name it in TrainingStep(taps:)"))
    }
    let type = backward.type(ofOutput: "tap \(tap)")!
    return Tensor(
      Array(backward.floats("tap \(tap)", rows: counters.pointee.rows)),
      shape: TensorShape(type.shape.sizes(rows: counters.pointee.rows)))
  }

  /// Bytes of memory that the step holds.
  public var memoryBytes: Int { backward.memoryBytes + trained.reduce(0) { $0 + $1.memoryBytes } }

  /// A step on the rows of the last batch, with the times of the instructions added to a profile for each of its plans: of
  /// the gradients, of their norm, and of each update.
  ///
  /// - Parameter rate: the learning rate.
  /// - Throws: as ``gradients()``.
  public func profile(rate: Double, into profiles: inout [Profile]) throws {
    guard counters.pointee.rows > 0 else {
      throw ApusError(
        "a profile before the first batch", at: "TrainingStep", fix: "call gradients(batch) first")
    }
    try run(rows: counters.pointee.rows, step: updates + 1, rate: rate, profiles: &profiles)
    updates += 1
  }

  package func run(rows: Int, step: Int, rate: Double, profiles: inout [Profile]) throws {
    let count = 1 + trained.reduce(0) { $0 + $1.planCount }
    if profiles.count != count { profiles = Array(repeating: Profile(), count: count) }
    for random in keys { random.set(step: step) }
    backward.run(rows: rows, profile: &profiles[0])
    guard losses.allSatisfy(\.pointee.isFinite) else { throw diagnosis.error(rows: rows, step: step) }
    var position = 1
    for model in trained {
      model.update(step: step, rate: rate, profiles: &profiles[position..<(position + model.planCount)])
      position += model.planCount
    }
    keepStates()
  }
}
