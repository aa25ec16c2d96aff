public import ApusCore
public import ApusNN

/// One step of training, planned once: forward, loss, backward, update.
///
/// Two phases. The first computes the loss and every gradient into one flat arena, and the sum of the
/// gradients' squares over it. The second runs the optimizer's update over the flat arenas of parameters and
/// moments. In between a loss or gradient that is not finite is caught, so that it never reaches a weight.
/// A step allocates nothing.
public final class TrainingStep {
  public let model: Model
  public let loss: any Loss
  public let optimizer: any Optimizer
  /// The most rows of a batch.
  public let capacity: Int
  /// λ of λ/2 ‖w‖², for weights (not biases).
  public let l2: Double
  /// Gradients are scaled down to this norm; nil leaves them.
  public let clipNorm: Double?

  /// The parameters being trained, in the model's layout.
  package let parameters: TensorStorage
  package let gradients: TensorStorage
  /// The optimizer's memory, one arena for each of its slots.
  package let slots: [TensorStorage]
  /// The batch: `[rows, input shape…]`.
  package let inputs: UnsafeMutableBufferPointer<Float>
  /// Float targets `[rows, …]`; empty where they are classes.
  package let targets: UnsafeMutableBufferPointer<Float>
  /// Class numbers `[rows]`; empty where the targets are numbers.
  package let labels: UnsafeMutableBufferPointer<Int32>

  /// The targets' memory, whatever they are.
  let targetFloats: UnsafeMutableBufferPointer<Float>

  private let backward: Executable
  /// New values of states, and where in the arena they go once the step is known to be good.
  private let stateUpdates: [(values: UnsafeMutableBufferPointer<Float>, range: Range<Int>)]
  private let tapPositions: [Tap: Int]
  private let norm: Executable
  private let updates: [Update]
  private let key: UnsafeMutablePointer<Int32>?
  private let lossValue: UnsafeMutablePointer<Float>
  private let normValue: UnsafeMutablePointer<Float>
  private let network: TracedNetwork
  private let engine: Engine

  /// - Parameter taps: what ``value(of:rows:)`` is to give after a step; what is not asked for costs nothing.
  /// - Throws: a mistake in the shapes of the loss; a tap of a layer that is not there; what the engine cannot run.
  public init(
    _ model: Model, loss: some Loss, optimizer: some Optimizer, capacity: Int, l2: Double = 0,
    clipNorm: Double? = nil, taps: [Tap] = [], engine: Engine? = nil
  ) throws {
    let engine = try engine ?? Engine.standard()
    self.model = model
    self.loss = loss
    self.optimizer = optimizer
    self.capacity = capacity
    self.l2 = l2
    self.clipNorm = clipNorm
    self.engine = engine
    network = try TracedNetwork(model.layers, input: model.inputShape, mode: .training)
    let target = Tensor.input("target", loss.targetType(for: network.output.shape))
    let mean = loss(network.output, target).mean()
    let tensors = network.parameters.map(\.tensor)
    let trained = model.parameters.indices.filter { !model.parameters[$0].specification.isState }
    let tapped = try taps.map { [network] tap in try tap.tensor(in: network) }
    // Gradients with respect to parameters, and to whatever else is asked for.
    let sources = trained.map { tensors[$0] } + zip(taps, tapped).filter { $0.0.isGradient }.map(\.1)
    let traced = ApusCore.gradients(of: mean, withRespectTo: sources)
    var tappedGradients = traced[trained.count...]
    let tapOutputs = zip(taps, tapped).map { $0.isGradient ? tappedGradients.removeFirst() : $1 }
    let graph = try Graph(
      inputs: [network.input, target, network.key] + tensors + network.settings.map(\.tensor),
      outputs: [mean] + traced[..<trained.count] + network.stateUpdates.map(\.value) + tapOutputs)
    backward = try engine.compile(graph, rows: capacity)
    parameters = TensorStorage(model.storage.floats)
    gradients = TensorStorage(count: parameters.count)
    slots = optimizer.slots.map { [parameters] _ in TensorStorage(count: parameters.count) }
    for (position, parameter) in model.parameters.enumerated() {
      backward.bind(input: 3 + position, to: parameters.pointer + parameter.offset * 4)
    }
    for (position, index) in trained.enumerated() {
      backward.bind(output: 1 + position, to: gradients.pointer + model.parameters[index].offset * 4)
    }
    stateUpdates = try network.stateUpdates.enumerated().map { [backward] position, update in
      guard let state = model.parameters.first(where: { $0.path == update.path && $0.specification.isState }) else {
        throw ApusError("the layer updates the state “\(update.path)”, which it did not ask for")
      }
      return (backward.floats(output: 1 + trained.count + position, rows: 1), state.range)
    }
    let firstTap = 1 + trained.count + network.stateUpdates.count
    tapPositions = Dictionary(
      zip(taps, firstTap...).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    for (position, setting) in network.settings.enumerated() {
      let value = Float(model.settings[setting.path] ?? setting.value)
      backward.input(3 + tensors.count + position)?.storeBytes(of: value, as: Float.self)
    }
    inputs = backward.floats(input: 0, rows: capacity)
    let isLabelled = target.scalar == .int32
    let place = backward.floats(input: 1, rows: capacity)
    targetFloats = place
    targets = isLabelled ? UnsafeMutableBufferPointer(start: nil, count: 0) : place
    labels =
      isLabelled
      ? UnsafeMutableBufferPointer(
        start: place.baseAddress.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: Int32.self) },
        count: place.count)
      : UnsafeMutableBufferPointer(start: nil, count: 0)
    key = backward.input(2)?.assumingMemoryBound(to: Int32.self)
    lossValue = backward.output(0).assumingMemoryBound(to: Float.self)

    let arena = Tensor.input("gradients", TensorType(TensorShape([gradients.count])))
    norm = try engine.compile(Graph(inputs: [arena], outputs: [arena.square().sum()]))
    norm.bind(input: 0, to: gradients.pointer)
    normValue = norm.output(0).assumingMemoryBound(to: Float.self)

    updates = try Update.ranges(model, decays: l2 != 0).map { [parameters, gradients, slots] range, decays in
      try Update(
        optimizer, range: range, decay: decays ? l2 : nil, clips: clipNorm != nil, parameters: parameters,
        gradients: gradients, slots: slots, engine: engine)
    }
  }

  /// Puts a batch where ``run(rows:step:rate:)`` reads it.
  ///
  /// - Parameters:
  ///   - inputs: `[rows, input shape…]`, row-major.
  ///   - targets: `[rows, …]`, float targets.
  /// - Returns: the number of rows.
  /// - Throws: when the numbers do not fit.
  @discardableResult
  public func load(inputs: [Float], targets: [Float]) throws -> Int {
    let rows = try load(inputs)
    guard targets.count == rows * (self.targets.count / capacity), !self.targets.isEmpty else {
      throw ApusError(
        "\(targets.count) targets for \(rows) rows", expected: "\(self.targets.count / capacity) a row")
    }
    _ = self.targets.update(fromContentsOf: targets)
    return rows
  }

  /// Puts a batch with class numbers where ``run(rows:step:rate:)`` reads it.
  @discardableResult
  public func load(inputs: [Float], labels: [Int32]) throws -> Int {
    let rows = try load(inputs)
    guard labels.count == rows, !self.labels.isEmpty else {
      throw ApusError("\(labels.count) labels for \(rows) rows", expected: "one a row, and a loss on classes")
    }
    _ = self.labels.update(fromContentsOf: labels)
    return rows
  }

  private func load(_ inputs: [Float]) throws -> Int {
    let size = self.inputs.count / capacity
    guard inputs.count % size == 0, inputs.count <= self.inputs.count else {
      throw ApusError(
        "\(inputs.count) numbers as inputs", expected: "a multiple of \(size), at most \(self.inputs.count)")
    }
    _ = self.inputs.update(fromContentsOf: inputs)
    return inputs.count / size
  }

  /// Trains on the `rows` rows that are in ``inputs`` and ``targets`` or ``labels``.
  ///
  /// - Parameters:
  ///   - step: the number of the step, counted from 1.
  ///   - rate: the learning rate.
  /// - Returns: the mean loss of the batch, before the update.
  /// - Throws: when loss or gradients are not finite; the parameters are then as before the step.
  @discardableResult
  public func run(rows: Int, step: Int, rate: Double) throws -> Float {
    if let key {
      key[0] = Int32(truncatingIfNeeded: model.seed)
      key[1] = Int32(truncatingIfNeeded: model.seed >> 32)
      key[2] = Int32(truncatingIfNeeded: step)
      key[3] = Int32(truncatingIfNeeded: step >> 32)
    }
    backward.run(rows: rows)
    norm.run()
    let (loss, squared) = (lossValue.pointee, normValue.pointee)
    guard loss.isFinite, squared.isFinite else { throw diagnosis(rows: rows, step: step) }
    let scalars = optimizer.scalars(step: step, rate: rate)
    let scale = clipNorm.map { min(1, $0 / (Double(squared).squareRoot() + 1e-6)) } ?? 1
    for update in updates { update.run(scalars, scale: scale) }
    for (values, range) in stateUpdates {
      _ = UnsafeMutableBufferPointer(rebasing: parameters.floats[range]).update(fromContentsOf: values)
    }
    return loss
  }

  /// The same step, with the times of the instructions added to a profile for each of its plans.
  public func run(rows: Int, step: Int, rate: Double, profiles: inout [Profile]) throws {
    if profiles.count != 2 + updates.count {
      profiles = Array(repeating: Profile(), count: 2 + updates.count)
    }
    backward.run(rows: rows, profile: &profiles[0])
    norm.run(rows: 1, profile: &profiles[1])
    guard lossValue.pointee.isFinite, normValue.pointee.isFinite else {
      throw diagnosis(rows: rows, step: step)
    }
    let scalars = optimizer.scalars(step: step, rate: rate)
    for (index, update) in updates.enumerated() {
      update.run(scalars, scale: 1, profile: &profiles[2 + index])
    }
  }

  /// What a tap held in the last step of `rows` rows, row-major; nil for one that was not asked for.
  public func value(of tap: Tap, rows: Int) -> [Float]? {
    tapPositions[tap].map { Array(backward.floats(output: $0, rows: rows)) }
  }

  /// The gradient of the last step with respect to a parameter; nil when there is none of that path.
  public func gradient(of path: String) -> [Float]? {
    model.parameters.first { $0.path == path && !$0.specification.isState }.map { Array(gradients.floats[$0.range]) }
  }

  /// The model with the weights of now: the one explicit copy.
  public func snapshot() -> Model {
    model.replacingStorage(TensorStorage(parameters.floats))
  }

  /// Weights from a model of the same architecture.
  public func restore(_ model: Model) {
    _ = parameters.floats.update(fromContentsOf: model.storage.floats)
  }

  /// Bytes of memory that the step holds.
  public var memoryBytes: Int {
    backward.memoryBytes + norm.memoryBytes + (2 + slots.count) * parameters.count * 4
  }

  private func diagnosis(rows: Int, step: Int) -> ApusError {
    NonFinite(
      network: network, model: model, parameters: parameters, gradients: gradients,
      inputs: UnsafeBufferPointer(rebasing: inputs[..<(rows * (inputs.count / capacity))]), rows: rows,
      engine: engine
    ).error(step: step)
  }
}
