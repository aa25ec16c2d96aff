import ApusCore
public import ApusData

extension Model {
  /// The model with a new last layer, for the targets of other data: every other weight stays.
  ///
  /// ```swift
  /// var model = try Model(contentsOf: "resnet.safetensors").replacingOutput(for: flowers)
  /// try model.fit(flowers, epochs: 3, frozen: .allButOutput)
  /// ```
  ///
  /// The last dense layer begins anew with as many units as the targets need; the loss stays where it fits the kind of
  /// targets, and is their default elsewhere.
  ///
  /// - Throws: when the data's inputs don't fit the model; when it can't be told which layer makes the outputs.
  public func replacingOutput(for dataset: any Dataset) throws -> Model {
    try check(dataset, readsTargets: false)
    return try replacingOutput(for: TargetEncoding(dataset.targets, scales: dataset.scales))
  }

  /// The same for the data of a split, with its preprocessing.
  public func replacingOutput(for split: DatasetSplit) throws -> Model {
    var model = try replacingOutput(for: split.training)
    if let preprocessing = split.preprocessing { model.preprocessing = preprocessing }
    return model
  }

  private func replacingOutput(for encoding: TargetEncoding) throws -> Model {
    let targets = encoding.kind
    guard let output = outputLayer else {
      throw ApusError(
        "it can't be told which layer makes the model's outputs",
        expected: "layers one after the other that end with a dense one",
        fix: "build the model anew, and set(_:to:) the weights to keep")
    }
    let loss: (any Loss)? = objective.flatMap { $0.targets.isSameKind(targets) ? $0.loss : nil }
    let objective = Objective(targets, loss: loss, scales: encoding.scales)
    var dense = output.layer
    dense.units = targets.outputCount
    if targets.outputCount == 2, outputShape == [1], objective.loss.classTargets != .numbers {
      dense.units = 1
    }
    let fresh = try Model(inputs: inputs, seed: seed, network: output.replaced(dense))
    var model = fresh.taking(weightsOf: self) { !$0.path.hasPrefix(output.path + ".") }.model
    (model.objective, model.preprocessing) = (objective, preprocessing)
    try objective.check(output: model.outputShape)
    return model
  }

  /// The model with another's weights wherever path and shape agree.
  ///
  /// - Parameter takes: whether a parameter may be taken.
  /// - Returns: also the paths of the parameters that were not.
  package func taking(weightsOf other: Model, _ takes: (Model.Parameter) -> Bool = { _ in true }) -> (
    model: Model, left: [String]
  ) {
    let arena = TensorStorage(Array(storage.floats))
    var left: [String] = []
    for parameter in parameters {
      guard takes(parameter), let source = other.parameters.first(where: { $0.path == parameter.path }),
        source.shape == parameter.shape
      else {
        left.append(parameter.path)
        continue
      }
      for (to, from) in zip(parameter.range, source.range) { arena.floats[to] = other.storage.floats[from] }
    }
    return (replacingStorage(arena), left)
  }

  /// The dense layer that makes the main output; nil where it can't be told which one does.
  package var outputLayer: OutputLayer? {
    switch network {
    case let layers as Sequential:
      return layers.lastDense.map { path, layer in
        OutputLayer(path: OutputLayer.join(path), layer: layer) { layers.replacing(path, with: $0) }
      }
    case let graph as LayerGraph:
      let name = graph.outputs.first ?? graph.steps.last?.name
      guard let step = graph.steps.firstIndex(where: { $0.name == name }),
        let (path, layer) = graph.steps[step].layers.lastDense
      else { return nil }
      return OutputLayer(path: "\(graph.steps[step].name).\(OutputLayer.join(path))", layer: layer) {
        var copy = graph
        copy.steps[step].layers = graph.steps[step].layers.replacing(path, with: $0)
        return copy
      }
    default: return nil
    }
  }
}

/// The dense layer that makes a model's main output.
package struct OutputLayer {
  package let path: String
  package let layer: Dense
  /// The network with another layer in its place.
  package let replaced: (Dense) -> any Network

  static func join(_ path: [Int]) -> String { path.map(String.init).joined(separator: ".") }
}

extension Sequential {
  /// The last dense layer and its place in the nested lists; nil where something else with weights follows it.
  fileprivate var lastDense: (path: [Int], layer: Dense)? {
    for (position, item) in items.enumerated().reversed() {
      switch item.layer {
      case let dense as Dense: return ([position], dense)
      case let list as Sequential: return list.lastDense.map { ([position] + $0.path, $0.layer) }
      case is any Activation, is Dropout, is Flatten, is Reshape: continue
      default: return nil
      }
    }
    return nil
  }

  /// The same layers with another one at a place in the nested lists.
  fileprivate func replacing(_ path: [Int], with layer: any Layer) -> Sequential {
    var copy = self
    if path.count == 1 {
      copy.items[path[0]].layer = layer
    } else if let list = items[path[0]].layer as? Sequential {
      copy.items[path[0]].layer = list.replacing(Array(path.dropFirst()), with: layer)
    }
    return copy
  }
}
