public import ApusCore

/// A model while a step is traced: called on tensors, as often as wanted, it always uses the same parameters.
public struct TracedModel {
  public let model: Model
  private let trace: Trace

  package init(_ model: Model, mode: TracingMode) {
    self.model = model
    trace = Trace(mode: mode)
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
    model.network(inputs, in: Scope(path: "", trace: trace))
  }

  /// int32[4]: seed and step.
  package var key: Tensor { trace.key }

  /// The parameters' tensors in the model's order; a parameter that no call used is an input of its own.
  package var parameters: [Tensor] {
    let tensors = Dictionary(
      trace.parameters.map { ($0.specification.path, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    return model.parameters.map {
      tensors[$0.path] ?? Tensor.input($0.path, TensorType($0.specification.shape))
    }
  }

  /// What a graph of the model has as inputs besides the data: parameters, then settings. Complete once the model
  /// has been called.
  package var inputs: [Tensor] { parameters + trace.settings.map(\.tensor) }

  /// Where the values of ``inputs`` come from.
  package var binding: ModelBinding {
    ModelBinding(
      offsets: model.parameters.map(\.offset),
      settings: settingValues)
  }

  /// The values of the settings among ``inputs``, in their order.
  package var settingValues: [Float] { trace.settings.map { Float(model.settings[$0.path] ?? $0.value) } }

  /// int32[1]: where a sequence stands that is fed one position at a time.
  package var position: Tensor { trace.position }
  /// What layers remember of a sequence that comes in parts.
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

/// Gives plans their model: the weights in an arena, and the settings.
///
/// The parameters are those of the model, in its order: a graph for inference may ask for them in another order than
/// one for training, or not for all.
package struct ModelBinding: Sendable {
  let offsets: [Int]
  let settings: [Float]

  /// How many inputs of a graph are the model's.
  package var count: Int { offsets.count + settings.count }

  /// - Parameter position: the first input of the executable that is the model's.
  package func bind(_ executable: Executable, from position: Int, to arena: TensorStorage) {
    for (index, offset) in offsets.enumerated() {
      executable.bind(input: position + index, to: arena.pointer + offset * 4)
    }
    for (index, value) in settings.enumerated() {
      executable.input(position + offsets.count + index)?.storeBytes(of: value, as: Float.self)
    }
  }
}
