public import ApusCore
public import ApusData

/// A network with its weights: a value. Copy it, average several, compare, save.
///
/// ```swift
/// let model = try Model(input: [28, 28, 1], seed: 1) {
///   Flatten(); Dense(128); ReLU(); Dropout(0.2); Dense(10)
/// }
/// ```
public struct Model: Sendable {
  /// The architecture: a ``Sequential`` of layers, or named inputs to named outputs.
  public let network: any Network
  /// The inputs.
  public let inputs: [InputSpecification]
  /// The outputs, the main one first.
  public let outputs: [Model.OutputSpecification]
  /// The seed of the first weights.
  public let seed: UInt64
  /// The parameters in the order in which the layers ask for them.
  public let parameters: [Model.Parameter]
  /// The layers as traced, composites taken apart.
  public let summary: [Model.LayerSummary]
  /// The objective; nil for a model that only computes, whose predictions are its raw outputs.
  public var objective: Objective? { didSet { objectiveProblem = nil } }
  /// Why there is no such model: whatever it computes carries it.
  private(set) var problem: ApusError?
  /// Why a file's objective is not known here.
  private(set) var objectiveProblem: ApusError?
  /// The mapping from raw rows to inputs, fitted to the training rows; nil for a model of arrays.
  package var preprocessing: InputSchema?
  /// The rows that it was trained on; nil where that isn't known.
  package var trainedRows: RowSketch?
  /// The shards into which the batches of its training were divided; nil where they weren't.
  package var shards: Int?
  /// Numbers of layers that may change without planning again (dropout rates), by path.
  public var settings: [String: Double]
  /// All parameters in one arena; shared between copies until one of them changes.
  package private(set) var storage: TensorStorage

  /// - Parameters:
  ///   - input: the shape of one sample, without the rows: `[13]`, `[28, 28, 1]`.
  ///   - seed: decides the first weights, together with each parameter's path.
  /// - Throws: the first mistake in the shapes, with the layer's path, file and line.
  public init(input: [Int], seed: UInt64 = 0, @Sequential.Builder _ layers: () -> Sequential) throws {
    try self.init(input: input, seed: seed, layers: layers())
  }

  public init(input: [Int], seed: UInt64 = 0, layers: Sequential) throws {
    try self.init(inputs: [InputSpecification(input)], seed: seed, network: layers)
  }

  /// - Parameters:
  ///   - inputs: what the network takes, by name.
  ///   - seed: decides the first weights, together with each parameter's path.
  /// - Throws: the first mistake in the shapes, with the layer's path.
  public init(inputs: [InputSpecification], seed: UInt64 = 0, network: some Network) throws {
    try self.init(inputs: inputs, seed: seed, network: network) { parameter in
      let specification = parameter.specification
      return specification.initializer.values(
        shape: parameter.shape, fanIn: specification.fanIn, fanOut: specification.fanOut,
        random: Philox(seed: seed, path: parameter.path))
    }
  }

  /// - Parameter weights: the values of each parameter.
  package init(
    inputs: [InputSpecification], seed: UInt64, network: some Network, weights: (Model.Parameter) -> [Float]
  ) throws {
    guard !inputs.isEmpty else { throw ApusError("a model without inputs", expected: "at least one") }
    guard Set(inputs.map(\.name)).count == inputs.count else {
      throw ApusError("inputs named \(inputs.map(\.name))", expected: "a name of its own for each")
    }
    for input in inputs { try input.check() }
    self.network = network
    self.inputs = inputs
    self.seed = seed
    let network = try TracedNetwork(network, inputs: inputs, mode: .training)
    outputs = try zip(network.outputs.names, network.outputs.tensors).map { name, tensor in
      try Model.OutputSpecification(name, tensor)
    }
    guard !outputs.isEmpty else {
      throw ApusError("a network without outputs", expected: "at least one, the main one first")
    }
    parameters = Model.Parameter.layOut(network.parameters.map(\.specification))
    summary = Model.LayerSummary.make(network)
    settings = Dictionary(
      network.settings.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
    storage = TensorStorage(count: Model.Parameter.arenaCount(parameters))
    for parameter in parameters {
      let values = weights(parameter)
      guard values.count == parameter.count else {
        throw ApusError(
          "\(values.count) first values for \(parameter.count) weights", at: parameter.path,
          expected: "one for each")
      }
      _ = UnsafeMutableBufferPointer(rebasing: storage.floats[parameter.range]).update(fromContentsOf: values)
    }
  }

  /// The number of weights and biases.
  public var parameterCount: Int {
    parameters.reduce(0) { $0 + ($1.specification.isState ? 0 : $1.count) }
  }

  /// The objective, for whatever cannot do without.
  ///
  /// - Throws: where the model has none, with the reason.
  public func requireObjective() throws(ApusError) -> Objective {
    if let objective { return objective }
    throw objectiveProblem
      ?? ApusError(
        "the model has no objective, which says what its outputs mean",
        expected: "a loss and targets, as of Objective.classes([\"no\", \"yes\"])",
        fix: "fit the model, or set model.objective")
  }

  /// The same model without an objective, and why.
  func withoutObjective(_ problem: ApusError) -> Model {
    var model = self
    model.objective = nil
    model.objectiveProblem = problem
    return model
  }

  /// A model that isn't there.
  package func failing(_ problem: ApusError) -> Model {
    var model = self
    model.problem = problem
    return model
  }

  /// The shape of one sample of the first input.
  public var inputShape: [Int] { inputs[0].shape }

  /// The shape of the main output for one sample.
  public var outputShape: [Int] { outputs[0].shape }

  /// - Throws: an error with the nearest name when there is no such output.
  public func output(named name: String) throws(ApusError) -> Model.OutputSpecification {
    if let output = outputs.first(where: { $0.name == name }) { return output }
    let known = outputs.map(\.name)
    throw ApusError(
      "the model has no output “\(name)”", expected: known.joined(separator: ", "),
      fix: Spelling.suggestion(for: name, in: known))
  }

  /// The data that a graph of the model takes: `[rows, …]` each.
  package var inputTensors: NamedTensors { NamedTensors(inputs.map { ($0.name, $0.tensor) }) }

  /// The part of the arena that is trained; state comes after it.
  package var trainedCount: Int {
    parameters.filter(\.specification.isState).map(\.offset).min() ?? storage.count
  }

  /// The values of a parameter, row-major; nil when there is none of that path.
  public subscript(path: String) -> [Float]? {
    parameters.first { $0.path == path }.map { Array(storage.floats[$0.range]) }
  }

  /// Gives a parameter other values, row-major.
  ///
  /// - Throws: when there is no parameter of that path, with the nearest one, or the values don't fit its shape.
  public mutating func set(_ path: String, to values: [Float]) throws(ApusError) {
    guard let parameter = parameters.first(where: { $0.path == path }) else {
      let known = parameters.map(\.path)
      throw ApusError(
        "the model has no parameter \"\(path)\"", expected: known.joined(separator: ", "),
        fix: Spelling.suggestion(for: path, in: known))
    }
    guard values.count == parameter.count else {
      throw ApusError(
        "\(values.count) values for the parameter \"\(path)\"",
        expected: "\(parameter.count), for its shape \(parameter.shape)")
    }
    var arena = Array(storage.floats)
    arena.replaceSubrange(parameter.range, with: values)
    storage = TensorStorage(arena)
  }

  /// The same model with other weights: a whole arena.
  package func replacingStorage(_ storage: TensorStorage) -> Model {
    precondition(storage.count == self.storage.count, "the arena does not fit")
    var model = self
    model.storage = storage
    return model
  }
}

extension Model {
  /// A parameter's place in the arena.
  public struct Parameter: Sendable {
    package let specification: ParameterSpecification
    /// The first element in the arena.
    package let offset: Int

    public var path: String { specification.path }
    public var shape: [Int] { specification.shape.sizes() }
    public var count: Int { specification.shape.count() }
    package var range: Range<Int> { offset..<(offset + count) }

    /// Every parameter begins on a cache line. Those that decay come first, so that an update with weight decay
    /// runs over two ranges; state, which no update touches, comes last.
    static func layOut(_ specifications: [ParameterSpecification]) -> [Model.Parameter] {
      var offset = 0
      var offsets: [String: Int] = [:]
      let trained = specifications.filter { !$0.isState }
      for specification in trained.filter(\.isDecayed) + trained.filter({ !$0.isDecayed })
        + specifications.filter(\.isState)
      {
        offsets[specification.path] = offset
        offset += (specification.shape.count() + 15) / 16 * 16
      }
      return specifications.map { Model.Parameter(specification: $0, offset: offsets[$0.path]!) }
    }

    static func arenaCount(_ parameters: [Model.Parameter]) -> Int {
      parameters.map { ($0.range.upperBound + 15) / 16 * 16 }.max() ?? 0
    }
  }
}

extension Model {
  /// A line of a model's summary.
  public struct LayerSummary: Sendable {
    public var path: String
    public var name: String
    /// For one sample.
    public var outputShape: [Int]
    /// Numbers that it puts out for one sample and that no layer in it does.
    public var activationCount: Int
    /// The number of its own parameters, without those of the layers in it.
    public var parameterCount: Int
    /// Floating-point operations for one sample, a multiply-add counted as two.
    public var floatingPointOperations: Int

    static func make(_ network: TracedNetwork) -> [Model.LayerSummary] {
      var previous: Set<ObjectIdentifier> = []
      var counted: Set<String> = []
      var outputs: Set<ObjectIdentifier> = []
      return network.layers.map { layer in
        let nodes = Graph.reachable(from: [layer.output]).filter { !previous.contains(ObjectIdentifier($0)) }
        previous.formUnion(nodes.map { ObjectIdentifier($0) })
        // Once: not again for the layers around, or where they are shared.
        let own = network.parameters.filter {
          $0.specification.path.hasPrefix(layer.path + ".") && counted.insert($0.specification.path).inserted
        }
        let work = nodes.reduce(0) { sum, node in
          let expression = node.expression
          return sum
            + expression.operation.floatingPointOperations(
              inputs: expression.inputs.map(\.type), output: node.type
            )
            .resolved(rows: 1)
        }
        let shape = layer.outputShape.dimensions.dropFirst().map(\.size)
        let isOwn = outputs.insert(ObjectIdentifier(layer.output.node)).inserted
        return Model.LayerSummary(
          path: layer.path, name: layer.name, outputShape: shape,
          activationCount: isOwn ? shape.reduce(1, *) : 0,
          parameterCount: own.reduce(0) { $0 + $1.specification.shape.count() }, floatingPointOperations: work
        )
      }
    }
  }
}
