public import ApusCore

/// A model while a step is traced: called on tensors, as often as wanted, it always uses the same parameters.
public struct TracedModel {
  public let model: Model
  private let trace: Trace

  package init(_ model: Model, mode: TracingMode) {
    self.model = model
    trace = Trace(mode: mode)
  }

  /// The model's output for an input `[rows, …]`.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    model.layers(input, in: Scope(path: "", trace: trace))
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

  package var settings: [(path: String, value: Double, tensor: Tensor)] { trace.settings }
  package var stateUpdates: [(path: String, value: Tensor)] { trace.stateUpdates }
  package var layers: [LayerRecord] { trace.layers }
}
