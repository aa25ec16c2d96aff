package import ApusCore
package import ApusData

extension CompiledModel {
  /// Something inside or at the end of a model that can be asked for by name. What isn't asked for costs nothing.
  public indirect enum Output: Hashable, Sendable, CustomStringConvertible {
    /// The main output as the objective reads it, probabilities for classes and labels; as it is without an objective.
    case prediction
    /// The main output as the last layer gives it: `[rows, …]`.
    case logits
    /// An output by its name, as the last layer gives it.
    case output(String)
    /// The output of the layer at a path: `[rows, …]`.
    case layer(String)
    /// The input of the layer at a path: `[rows, …]`.
    case layerInput(String)
    /// The loss of each row: `[rows]`.
    case loss
    /// The gradient of an output with respect to a parameter, the output of a layer, or an input, by its path or name: of the
    /// mean loss over the rows, or of the sum of another output.
    case gradient(of: CompiledModel.Output, String)

    /// `prediction`, `layer 3`, `gradient of loss at 0.weight`.
    public var description: String {
      switch self {
      case .prediction: "prediction"
      case .logits: "logits"
      case .output(let name): "output \(name)"
      case .layer(let path): "layer \(path)"
      case .layerInput(let path): "input of layer \(path)"
      case .loss: "loss"
      case .gradient(let output, let path): "gradient of \(output) at \(path)"
      }
    }

    /// A Boolean value that indicates whether computing it needs the targets.
    var needsTargets: Bool {
      switch self {
      case .loss: true
      case .gradient(let output, _): output.needsTargets
      default: false
      }
    }
  }
}

/// A model called once on its inputs, where every ``CompiledModel/Output`` has its tensor.
package struct TracedCall {
  package let traced: TracedModel
  package let inputs: NamedTensors
  package let outputs: NamedTensors
  /// The targets that the loss takes; nil without a loss.
  package let target: Tensor?
  /// The weight of each row: `[rows]`.
  package let weight: Tensor
  /// The loss of each row; nil without a loss.
  package let losses: Tensor?
  /// The mean loss that is differentiated, or the sum; nil without a loss.
  package let mean: Tensor?

  /// - Parameters:
  ///   - hasLoss: whether the objective's loss is computed too.
  ///   - isWeighted: whether rows have weights: the mean is then Σ w ℓ / Σ w.
  ///   - isSum: whether the sum Σ ℓ or Σ w ℓ is differentiated rather than the mean.
  ///   - auxiliary: weights of the same loss on further outputs, by name.
  ///   - labelWeights: of ``Loss/ofRows(_:_:labelWeights:)``, for the mean that is differentiated.
  /// - Throws: the first mistake in the shapes; for a loss of a model without an objective.
  package init(
    _ model: Model, mode: Scope.Mode, hasLoss: Bool = true, isWeighted: Bool = false, isSum: Bool = false,
    auxiliary: [(name: String, weight: Double)] = [], labelWeights: [Double] = [], name: String = ""
  ) throws(ApusError) {
    self.init(
      TracedModel(model, mode: mode, name: name), loss: hasLoss ? try model.requireObjective().loss : nil,
      isWeighted: isWeighted, isSum: isSum, auxiliary: auxiliary, labelWeights: labelWeights)
    if let error = outputs.error ?? losses?.error ?? mean?.error { throw error }
  }

  private init(
    _ traced: TracedModel, loss: (any Loss)?, isWeighted: Bool, isSum: Bool,
    auxiliary: [(name: String, weight: Double)], labelWeights: [Double]
  ) {
    self.traced = traced
    let model = traced.model
    inputs = model.inputTensors
    outputs = traced(inputs)
    let weight = Tensor.input("weight", TensorType([.rows]))
    self.weight = weight
    let main = outputs[model.outputs[0].name]
    target = loss.map { .input("target", $0.targetType(for: main.shape)) }
    func mean(_ losses: Tensor) -> Tensor {
      if isSum { return (isWeighted ? losses * weight : losses).sum() }
      guard isWeighted else { return losses.mean() }
      // Rows that all count nothing have no loss.
      return (losses * weight).sum() / maximum(weight.sum(), Tensor(Float.leastNormalMagnitude))
    }
    guard let loss, let target else {
      (losses, self.mean) = (nil, nil)
      return
    }
    let losses = loss.ofRows(main, target, labelWeights: labelWeights)
    self.losses = losses
    let outputs = outputs
    self.mean = auxiliary.reduce(mean(losses)) {
      $0 + Tensor(Float($1.weight))
        * mean(loss.ofRows(outputs[$1.name], target, labelWeights: labelWeights))
    }
  }

  /// Every input of a graph of the call: the data, and what the model gives.
  package var graphInputs: NamedTensors {
    NamedTensors(
      inputs.map { ("input \($0.name)", $0.tensor) } + (target.map { [("target", $0)] } ?? [])
        + [("weight", weight)] + traced.inputs.map { ($0.name, $0.tensor) })
  }

  /// The tensors of some outputs, under their descriptions.
  ///
  /// - Throws: for an output, layer, parameter or input that isn't there, with the nearest name; for a loss without an
  ///   objective.
  package func tensors(_ asked: [CompiledModel.Output]) throws(ApusError) -> NamedTensors {
    var found = NamedTensors([(String, Tensor)]())
    // All gradients of an output are one way back.
    var gradients: [CompiledModel.Output: [(CompiledModel.Output, Tensor)]] = [:]
    for output in asked {
      if case .gradient(let source, let path) = output {
        gradients[source, default: []].append((output, try leaf(path)))
      }
    }
    var known: [CompiledModel.Output: Tensor] = [:]
    for (source, leaves) in gradients {
      let tensor = try source == .loss ? require(mean) : value(source)
      let all = ApusCore.gradients(of: tensor, withRespectTo: leaves.map(\.1))
      for (leaf, gradient) in zip(leaves, all) { known[leaf.0] = gradient }
    }
    for output in asked {
      if let gradient = known[output] {
        found[output.description] = gradient
      } else {
        found[output.description] = try value(output)
      }
    }
    return found
  }

  private func value(_ output: CompiledModel.Output) throws(ApusError) -> Tensor {
    let main = outputs[traced.model.outputs[0].name]
    switch output {
    case .prediction: return traced.model.objective?.loss.prediction(main) ?? main
    case .logits: return main
    case .output(let name): return outputs[try traced.model.output(named: name).name]
    case .layer(let path): return try layer(path).output
    case .layerInput(let path): return try layer(path).input
    case .loss: return try require(losses)
    case .gradient:
      throw ApusError("\(output) of a gradient", expected: "a gradient of an output or the loss")
    }
  }

  private func require(_ loss: Tensor?) throws(ApusError) -> Tensor {
    if let loss { return loss }
    _ = try traced.model.requireObjective()
    throw ApusError("the loss was not traced")
  }

  private func layer(_ path: String) throws(ApusError) -> LayerRecord {
    if let layer = traced.layers.last(where: { $0.path == path }) { return layer }
    let known = traced.layers.map(\.path)
    throw ApusError(
      "there is no layer \"\(path)\"", expected: known.joined(separator: ", "),
      fix: Spelling.suggestion(for: path, in: known))
  }

  /// Returns the tensor with respect to which a gradient is taken: a parameter, a layer's output, an input.
  private func leaf(_ path: String) throws(ApusError) -> Tensor {
    let parameters = traced.parameters
    if parameters.names.contains(path) { return parameters[path] }
    if let layer = traced.layers.last(where: { $0.path == path }) { return layer.output }
    if inputs.names.contains(path) {
      guard inputs[path].scalar == .float32 else {
        throw ApusError(
          "the model takes class numbers, which have no gradient", at: "input \"\(path)\"",
          expected: "an input of floats")
      }
      return inputs[path]
    }
    let known = parameters.names + traced.layers.map(\.path) + inputs.names
    throw ApusError(
      "the model has no parameter, layer or input \"\(path)\"", expected: known.joined(separator: ", "),
      fix: Spelling.suggestion(for: path, in: known))
  }

  /// Returns the memory from which a compiled graph of the call reads its batches.
  package func batchMemory(_ graph: CompiledGraph) -> Batch.Memory {
    Batch.Memory(
      capacity: graph.capacity,
      inputs: traced.model.inputs.map { ($0.name, graph.memory("input \($0.name)"), $0.size) },
      targets: target == nil
        ? InputMemory(floats: .init(start: nil, count: 0), scalar: .float32) : graph.memory("target"),
      traced.model.objective?.loss.classTargets ?? .numbers, targetSize: target?.shape.count(rows: 1) ?? 0,
      weights: graph.memory("weight").floats)
  }
}
