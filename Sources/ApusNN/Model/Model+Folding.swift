import ApusCore

extension Model {
  /// The same function in inference, without the batch normalizations that stand right behind a convolution or a dense layer:
  /// they multiply and add what that layer can multiply and add itself.
  ///
  /// γ · (x · W + b − mean) / √(variance + ε) + β = x · (W · s) + ((b − mean) · s + β), s = γ / √(variance + ε), computed in
  /// double precision. Layers behind a batch normalization that is gone move up, and their parameters' paths with them. A model
  /// with nothing to fold is given back as it is; what other layers than those of ``Layers/table`` hold stays as it is.
  public func foldingBatchNorms() throws -> Model {
    var folding = Folding(self)
    let folded: any Network
    switch network {
    case let layers as any Layer: folded = folding.fold(layers, from: "", to: "")
    case var graph as LayerGraph:
      for (position, step) in graph.steps.enumerated() {
        graph.steps[position].layers = folding.fold(step.layers, from: step.name, to: step.name)
      }
      folded = graph
    default: return self
    }
    guard folding.count > 0 else { return self }
    var model = try Model(inputs: inputs, seed: seed, network: folded) { parameter in
      folding.values[parameter.path] ?? []
    }
    (model.objective, model.preprocessing) = (objective, preprocessing)
    return model
  }
}

/// Takes layers apart, and notes the parameters of those that it puts together again.
private struct Folding {
  private let model: Model
  /// By their paths in the new model.
  private(set) var values: [String: [Float]] = [:]
  /// Batch normalizations that are gone.
  private(set) var count = 0

  init(_ model: Model) { self.model = model }

  mutating func fold(_ layer: any Layer, from old: String, to new: String) -> any Layer {
    switch layer.expanded {
    case let layers as Sequential: return fold(layers, from: old, to: new)
    case var residual as Residual:
      residual.layers = fold(residual.layers, from: old, to: new)
      return residual
    case var branches as Branches:
      branches.branches = foldEach(branches.branches, from: old, to: new)
      return branches
    case var sum as Sum:
      sum.branches = foldEach(sum.branches, from: old, to: new)
      return sum
    case var ensemble as Ensemble:
      let layers = ensemble.layers
      for member in 0..<ensemble.members {
        ensemble.layers = fold(layers, from: join(old, member), to: join(new, member))
      }
      return ensemble
    default:
      move(from: old, to: new)
      return layer
    }
  }

  /// Layers one after the other.
  mutating func fold(_ layers: Sequential, from old: String, to new: String) -> Sequential {
    var items: [Sequential.Item] = []
    var position = 0
    while position < layers.items.count {
      var item = layers.items[position]
      let from = join(old, position)
      let to = join(new, items.count)
      if position + 1 < layers.items.count, let norm = layers.items[position + 1].layer as? BatchNorm,
        let joined = join(item.layer, norm, from: from, join(old, position + 1), to: to)
      {
        item.layer = joined
        position += 2
      } else {
        item.layer = fold(item.layer, from: from, to: to)
        position += 1
      }
      items.append(item)
    }
    return Sequential(items: items)
  }

  /// Layers side by side, which stay where they are.
  private mutating func foldEach(_ branches: Sequential, from old: String, to new: String) -> Sequential {
    var result = branches
    for position in branches.items.indices {
      result.items[position].layer = fold(
        branches.items[position].layer, from: join(old, position), to: join(new, position))
    }
    return result
  }

  /// A layer that does what the batch normalization behind it does too; nil for one that cannot.
  private mutating func join(
    _ layer: any Layer, _ norm: BatchNorm, from old: String, _ normPath: String, to new: String
  ) -> (any Layer)? {
    let joined: any Layer
    switch layer {
    case var convolution as Conv2D:
      convolution.hasBias = true
      joined = convolution
    case var dense as Dense:
      dense.hasBias = true
      joined = dense
    default: return nil
    }
    guard let weight = model["\(old).weight"], let scales = model["\(normPath).weight"],
      let shifts = model["\(normPath).bias"], let means = model["\(normPath).running_mean"],
      let variances = model["\(normPath).running_var"]
    else { return nil }
    let factors = zip(scales, variances).map { scale, variance in
      Double(scale) / (Double(variance) + norm.epsilon).squareRoot()
    }
    let biases = model["\(old).bias"] ?? Array(repeating: 0, count: factors.count)
    // The outputs are the last axis.
    values["\(new).weight"] = weight.enumerated().map { place, value in
      Float(Double(value) * factors[place % factors.count])
    }
    values["\(new).bias"] = factors.indices.map { channel in
      Float((Double(biases[channel]) - Double(means[channel])) * factors[channel] + Double(shifts[channel]))
    }
    count += 1
    return joined
  }

  /// Takes over the parameters of a layer.
  private mutating func move(from old: String, to new: String) {
    for parameter in model.parameters where parameter.path.hasPrefix(old + ".") {
      values[new + parameter.path.dropFirst(old.count)] = model[parameter.path]
    }
  }

  private func join(_ path: String, _ position: Int) -> String {
    path.isEmpty ? "\(position)" : "\(path).\(position)"
  }
}
