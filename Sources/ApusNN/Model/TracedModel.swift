public import ApusCore
import ApusData

/// A model while a step is traced: called on tensors, as often as wanted, it always uses the same parameters.
public struct TracedModel {
  public let model: Model
  /// The name of one of several models in a graph; empty for the only one.
  private let name: String
  private let trace: Trace
  private let error: ApusError?

  package init(_ model: Model, mode: Scope.Mode, name: String = "", error: ApusError? = nil) {
    self.init(model, Trace(mode: mode), name: name, error: error)
  }

  private init(_ model: Model, _ trace: Trace, name: String, error: ApusError?) {
    self.model = model
    self.name = name
    self.error = error
    self.trace = trace
  }

  /// A model whose parameters are numbers: what it computes has values at once.
  init(concrete model: Model, mode: Scope.Mode, step: Int) {
    let values = TraceValues(
      parameter: { specification in
        guard let parameter = model.parameters.first(where: { $0.path == specification.path }),
          parameter.specification.shape == specification.shape
        else {
          return .failed(
            ApusError("the model has no parameter \"\(specification.path)\" of \(specification.shape)"))
        }
        return Tensor(TensorStorage(model.storage, parameter.range), TensorType(specification.shape))
      },
      setting: { model.settings[$0] ?? $1 }, key: .randomKey(seed: model.seed, step: step))
    self.init(model, Trace(mode: mode, values: values), name: "", error: nil)
  }

  /// A model that isn't there: whatever it computes carries the error.
  package func failing(_ error: ApusError) -> TracedModel {
    TracedModel(model, mode: trace.mode, name: name, error: error)
  }

  /// The model's main output for its only input `[rows, …]`.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    guard model.inputs.count == 1 else {
      return .failed(
        ApusError(
          "a model of \(model.inputs.count) inputs is given one",
          expected: model.inputs.map(\.name).joined(separator: ", "),
          fix: "call it with the tensors by name"))
    }
    return self([model.inputs[0].name: input])[model.outputs[0].name]
  }

  /// Every output for the inputs, by name.
  public func callAsFunction(_ inputs: NamedTensors) -> NamedTensors {
    if let problem = error ?? model.problem ?? problem(inputs) {
      return NamedTensors(model.outputs.map { ($0.name, .failed(problem)) })
    }
    return model.network(inputs, in: Scope(path: "", trace: trace))
  }

  /// Returns what is wrong with tensors as the model's inputs.
  private func problem(_ tensors: NamedTensors) -> ApusError? {
    for input in model.inputs {
      let tensor = tensors[input.name]
      if let error = tensor.error { return error }
      let shape = tensor.shape
      if mode.positions == .all,
        shape.rank == 0 || Array(shape.dimensions.dropFirst()) != input.shape.map({ Dimension($0) })
      {
        return ApusError(
          "the model's input \"\(input.name)\" has the shape \(shape)",
          expected: "[rows" + input.shape.map { ", \($0)" }.joined() + "]")
      }
    }
    return nil
  }

  private var mode: Scope.Mode { trace.mode }

  /// The parameters that are trained, by path: for penalties. Those of layers that were called, in the model's order.
  public var parameters: NamedTensors {
    NamedTensors(
      zip(model.parameters, allParameters).filter { !$0.0.specification.isState }.map { ($0.path, $1) })
  }

  /// int32[4]: seed and step.
  package var key: Tensor { trace.key }

  /// The parameters' tensors in the model's order, state included; a parameter that no call used is an input of its own.
  package var allParameters: [Tensor] {
    let tensors = Dictionary(
      trace.parameters.map { ($0.specification.path, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    return model.parameters.map {
      tensors[$0.path] ?? Tensor.input($0.path, TensorType($0.specification.shape))
    }
  }

  /// The inputs that a graph of the model has besides the data: parameters, settings and the random key. Complete once
  /// the model has been called.
  package var inputs: NamedTensors {
    let binding = binding
    return NamedTensors(
      Array(zip(binding.parameters.map(\.input), allParameters))
        + Array(zip(binding.settings.map(\.input), trace.settings.map(\.tensor))) + [(binding.key, key)])
  }

  /// The source of the values of ``inputs``.
  package var binding: ModelBinding {
    let prefix = name.isEmpty ? "" : name + " "
    return ModelBinding(
      parameters: model.parameters.map { ("\(prefix)parameter \($0.path)", $0.offset) },
      settings: trace.settings.map {
        ("\(prefix)setting \($0.path)", Float(model.settings[$0.path] ?? $0.value))
      },
      key: prefix + "key")
  }

  /// The settings that layers asked for, with their values.
  var settingValues: [(tensor: Tensor, value: Float)] {
    trace.settings.map { ($0.tensor, Float(model.settings[$0.path] ?? $0.value)) }
  }

  /// int32[1]: where a sequence stands that is fed one position at a time.
  package var position: Tensor { trace.position }
  /// The memories of layers for a sequence that comes in parts.
  package var memories: [SequenceMemory] { trace.memories }

  /// Refuses a trace on an input of another shape that asks for other parameters than the model has.
  func checkParameters() throws(ApusError) {
    for (specification, _) in trace.parameters {
      let known = model.parameters.first { $0.path == specification.path }?.specification.shape
      guard known == specification.shape else {
        throw ApusError(
          "fed in parts the network asks for “\(specification.path)” of \(specification.shape)",
          expected: known.map { "\($0), as for the whole sequence" }
            ?? "the parameters of the whole sequence",
          fix: "use layers that treat each position by itself, and causal attention")
      }
    }
  }

  package var stateUpdates: [(path: String, value: Tensor)] { trace.stateUpdates }
  package var layers: [LayerRecord] { trace.layers }
}

/// Gives compiled graphs their model: the weights in an arena, the settings, and the random key.
///
/// The parameters are those of the model, in its order: a graph for inference may ask for them in another order than
/// one for training, or not for all.
package struct ModelBinding: Sendable {
  /// The graph's inputs, and where each parameter begins in the arena.
  let parameters: [(input: String, offset: Int)]
  let settings: [(input: String, value: Float)]
  let key: String

  package func bind(_ graph: CompiledGraph, to arena: TensorStorage) {
    for parameter in parameters {
      graph.bind(input: parameter.input, to: arena.pointer + parameter.offset * 4)
    }
    for setting in settings { graph.scalar(setting.input)?.pointee = setting.value }
  }

  /// Returns the key of the graph's random numbers.
  package func randomKey(in graph: CompiledGraph, seed: UInt64) -> RandomKey {
    RandomKey(graph.integers(key), seed: seed)
  }

  /// The values of every input that a model gives, as doubles for the reference interpreter.
  package func reference(_ model: Model, parameters: [[Double]], step: Int) -> [ReferenceArray<Double>] {
    zip(model.parameters, parameters).map { ReferenceArray(shape: $0.shape, values: $1) }
      + settings.map { ReferenceArray(shape: [], values: [Double($0.value)]) }
      + [
        ReferenceArray(
          shape: [4],
          values: RandomKey.words(seed: model.seed, step: step).map { Double($0) })
      ]
  }
}

/// The key of a graph's random numbers: int32[4], seed and step, each low word first.
package struct RandomKey: @unchecked Sendable {
  private let place: UnsafeMutablePointer<Int32>?

  package init(_ place: UnsafeMutablePointer<Int32>?, seed: UInt64) {
    self.place = place
    for (index, word) in Self.words(seed: seed, step: 0).enumerated() { place?[index] = word }
  }

  /// A Boolean value that indicates whether the graph draws any random numbers.
  package var isUsed: Bool { place != nil }

  package func set(step: Int) {
    place?[2] = Int32(truncatingIfNeeded: step)
    place?[3] = Int32(truncatingIfNeeded: step >> 32)
  }

  static func words(seed: UInt64, step: Int) -> [Int32] {
    [
      Int32(truncatingIfNeeded: seed), Int32(truncatingIfNeeded: seed >> 32),
      Int32(truncatingIfNeeded: step), Int32(truncatingIfNeeded: step >> 32),
    ]
  }
}
