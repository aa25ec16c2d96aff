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
  let first: TrainedModel
  let others: [TrainedModel]
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

  /// The memory into which batches are gathered: the rows of the first model's inputs, and its targets.
  package let memory: Batch.Memory
  let backward: CompiledGraph
  let inputs: [InputSpecification]
  let losses: [UnsafeMutablePointer<Float>]
  let keys: [RandomKey]
  /// New values of states, and where in an arena they go once the step is known to be good.
  let stateUpdates: [(values: UnsafeMutableBufferPointer<Float>, state: UnsafeMutableBufferPointer<Float>)]
  let taps: [CompiledModel.Output]
  let diagnosis: NonFinite
  let length: LoopLength
  let lengthProblem: ApusError?
  let isRateKnown: Bool
  let isWeighted: Bool
  /// A Boolean value that indicates whether the inputs and the target are those of a data set.
  let takesBatches: Bool
  /// The shape of the inputs of a data set that fits.
  let inputShape: [Int]
  let targets: TargetEncoding?
  /// The counters that change in a step. In memory of their own: each access to a class' properties is checked against
  /// another one at the same time, which costs a ninth of the smallest step (0.037 of 0.33 µs, exclusive or by a
  /// network of nine weights).
  struct Counters {
    var count = 0
    var updates = 0
    var rows = 0
    var hasGradients = false
  }
  let counters: UnsafeMutablePointer<Counters>
  /// The sums over shards; nil where a batch is computed as one.
  let sums: ShardedGradients?
  /// The weights of the rows in ``memory``; nil where nothing reads them.
  let rowWeights: UnsafeMutableBufferPointer<Float>?

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
  ///   - shards: the shards into which a batch is divided, a power of two; nil computes it as one, or, with a collective,
  ///     takes a number that depends on `batch` alone.
  ///   - collective: the processes that share the shards. Each is given whole batches; all have the same gradients and
  ///     weights, with the bits of one process.
  /// - Throws: for a model without an objective; a tap of a layer that isn't there; what the engine cannot run; shards that
  ///   don't suit the batch.
  public convenience init(
    _ model: Model, optimizer: OptimizerSetting = .adam(1e-3), schedule: some Schedule = .constant,
    batch: Int,
    steps: Int? = nil, stepsPerEpoch: Int? = nil, regularization: Regularization = .none,
    groups: [ParameterGroup] = [],
    auxiliary: [String: Double] = [:], isWeighted: Bool = false, taps: [CompiledModel.Output] = [],
    shards: Int? = nil, collective: Collective? = nil, engine: Engine? = nil
  ) throws {
    try self.init(
      ModelTraining(
        model, optimizer: optimizer, schedule: schedule, regularization: regularization, groups: groups),
      capacity: batch, length: LoopLength(steps: steps, stepsPerEpoch: stepsPerEpoch), auxiliary: auxiliary,
      isWeighted: isWeighted, taps: taps, shards: shards, collective: collective, engine: engine)
  }

  /// The same, with how the model is trained as a value.
  ///
  /// - Parameter accumulates: whether steps may have several batches.
  package convenience init(
    _ training: ModelTraining, capacity: Int, length: LoopLength = LoopLength(), accumulates: Bool = false,
    auxiliary: [String: Double] = [:], isWeighted: Bool = false, taps: [CompiledModel.Output] = [],
    shards: Int? = nil, collective: Collective? = nil, engine: Engine? = nil
  ) throws {
    let division = try Self.division(batch: capacity, shards: shards, collective)
    let model = training.model
    let heads = auxiliary.sorted { $0.key < $1.key }.map { (name: $0.key, weight: $0.value) }
    for head in heads { _ = try model.output(named: head.name) }
    let call = try TracedCall(
      model, mode: training.mode, isWeighted: isWeighted, isSum: division != nil, auxiliary: heads,
      labelWeights: training.labelWeights)
    try self.init(
      [("model", training, call.traced)], inputs: model.inputs, graphInputs: call.graphInputs,
      means: [call.mean!], taps: taps, tapTensors: call.tensors(taps), capacity: capacity, length: length,
      accumulates: accumulates, isWeighted: isWeighted, division: division, collective: collective,
      engine: engine, memory: call.batchMemory)
  }

  /// A step of several models.
  ///
  /// - Parameters:
  ///   - models: how each is trained, by name; updated in this order.
  ///   - inputs: what a batch holds, by name, and the shape of one row.
  ///   - batch: the most rows of a batch.
  ///   - steps, stepsPerEpoch: the lengths of the run and of an epoch, for schedules that depend on them.
  ///   - shards, collective: as for a step of one model.
  ///   - losses: called once, with the models and the inputs as tensors `[rows, …]`: a mean loss for each model by its name,
  ///     whose gradient with respect to that model's parameters is followed.
  /// - Throws: a mistake in the shapes; a loss that is missing; what the engine cannot run.
  public convenience init(
    _ models: KeyValuePairs<String, ModelTraining>, inputs: KeyValuePairs<String, [Int]>, batch: Int,
    steps: Int? = nil, stepsPerEpoch: Int? = nil, shards: Int? = nil, collective: Collective? = nil,
    engine: Engine? = nil,
    _ losses: (TrainingStep.TracedModels, NamedTensors) throws -> NamedTensors
  ) throws {
    try self.init(
      models, inputs: inputs.map { InputSpecification($0.key, $0.value) }, batch: batch, steps: steps,
      stepsPerEpoch: stepsPerEpoch, shards: shards, collective: collective, engine: engine, losses)
  }

  /// A step of several models on inputs of which some are class numbers.
  public convenience init(
    _ models: KeyValuePairs<String, ModelTraining>, inputs: [InputSpecification], batch: Int,
    steps: Int? = nil, stepsPerEpoch: Int? = nil, shards: Int? = nil, collective: Collective? = nil,
    engine: Engine? = nil,
    _ losses: (TrainingStep.TracedModels, NamedTensors) throws -> NamedTensors
  ) throws {
    let names = models.map(\.key)
    guard !names.isEmpty, Set(names).count == names.count else {
      throw ApusError("models named \(names)", expected: "a name of its own for each of at least one")
    }
    let traced = models.map {
      (name: $0.key, model: TracedModel($0.value.model, mode: $0.value.mode, name: $0.key))
    }
    let tensors = NamedTensors(inputs.map { ($0.name, $0.tensor) })
    let given = try losses(TrainingStep.TracedModels(traced.map { ($0.name, $0.model) }), tensors)
    if let error = given.error { throw error }
    if let unknown = given.names.first(where: { !names.contains($0) }) {
      throw NamedModels.missing(unknown, in: names)
    }
    let division = try Self.division(batch: batch, shards: shards, collective)
    let means = try names.map { name in
      guard given.names.contains(name) else {
        throw ApusError(
          "the model \"\(name)\" has no loss", expected: "a loss for each of \(names.joined(separator: ", "))"
        )
      }
      // The sum over a shard's rows.
      return division == nil ? given[name] : given[name] * Tensor.elementCount([.rows])
    }
    let graphInputs = NamedTensors(
      tensors.map { ("input \($0.name)", $0.tensor) }
        + traced.flatMap { $0.model.inputs.map { ($0.name, $0.tensor) } })
    try self.init(
      zip(models, traced).map { ($0.key, $0.value, $1.model) }, inputs: inputs, graphInputs: graphInputs,
      means: means, taps: [], tapTensors: [:], capacity: batch,
      length: LoopLength(steps: steps, stepsPerEpoch: stepsPerEpoch), accumulates: false, isWeighted: false,
      division: division, collective: collective, engine: engine
    ) { graph in
      Batch.Memory(
        capacity: graph.capacity, inputs: inputs.map { ($0.name, graph.memory("input \($0.name)"), $0.size) },
        targets: InputMemory(floats: .init(start: nil, count: 0), scalar: .float32), .numbers, targetSize: 0)
    }
  }

  private init(
    _ trainings: [(name: String, training: ModelTraining, traced: TracedModel)], inputs: [InputSpecification],
    graphInputs: NamedTensors, means: [Tensor], taps: [CompiledModel.Output], tapTensors: NamedTensors,
    capacity: Int,
    length: LoopLength, accumulates: Bool, isWeighted: Bool, division: ShardDivision?,
    collective: Collective?, engine: Engine?,
    memory: (CompiledGraph) -> Batch.Memory
  ) throws {
    let engine = try engine ?? Engine.standard()
    guard capacity > 0 else { throw ApusError("a batch of \(capacity)", expected: "at least 1") }
    if let mean = means.first(where: { $0.shape.rank > 0 }) {
      throw ApusError("a loss of shape \(mean.shape)", expected: "one number", fix: "take its mean()")
    }
    if let division {
      try Self.checkStatistics(division, trainings.flatMap { $0.traced.stateUpdates.map(\.path) })
      if !taps.isEmpty {
        throw ApusError(
          "taps of a step whose batches are divided into shards", at: "TrainingStep(taps:)",
          fix: "leave out the taps, or the shards")
      }
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
    targets = model.objective?.encoding
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
      inputs: graphInputs, outputs: outputs, capacity: division?.capacity ?? capacity, engine: engine)
    let trained = try trainings.map {
      try TrainedModel($0.training, accumulates: accumulates, engine: engine)
    }
    (first, others) = (trained.first!, Array(trained.dropFirst()))

    // Parameters and gradients lie in the models' arenas.
    var keys: [RandomKey] = []
    var stateUpdates: [(UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>)] = []
    var states: [[(values: UnsafeMutableBufferPointer<Float>, range: Range<Int>)]] = []
    for ((name, _, traced), arenas) in zip(trainings, trained) {
      let binding = traced.binding
      binding.bind(backward, to: arenas.parameters)
      keys.append(binding.randomKey(in: backward, seed: arenas.model.seed))
      for parameter in arenas.model.parameters where !parameter.specification.isState {
        backward.bind(
          output: "gradient \(name) \(parameter.path)",
          to: arenas.gradients.pointer + parameter.offset * 4)
      }
      states.append([])
      for update in traced.stateUpdates {
        guard
          let state = arenas.model.parameters.first(where: {
            $0.path == update.path && $0.specification.isState
          })
        else {
          throw ApusError("a layer updates the state “\(update.path)”, which it did not ask for")
        }
        let values = backward.floats("state \(name) \(update.path)")
        stateUpdates.append(
          (values, UnsafeMutableBufferPointer(rebasing: arenas.parameters.floats[state.range])))
        states[states.count - 1].append((values, state.range))
      }
    }
    self.keys = keys
    self.stateUpdates = stateUpdates
    losses = names.map { [backward] in backward.floats("loss \($0)").baseAddress! }
    self.memory = memory(backward)
    rowWeights = isWeighted ? backward.memory("weight").floats : nil
    sums = try division.map { [states] division in
      try ShardedGradients(division, collective ?? .alone, trained, states: states, engine: engine)
    }
    diagnosis = NonFinite(
      inputs: inputs, graphInputs: graphInputs, layers: trainings.flatMap(\.traced.layers),
      backward: backward,
      trained: trained, engine: engine)
  }
}
