package import ApusCore
package import ApusData
package import ApusNN

/// A batch that goes through a network whose weights change in between: what each layer puts out.
///
/// Without dropout, with batch statistics.
public final class LayerPass {
  /// A layer with weights.
  struct Layer {
    var path: String
    var name: String
    /// The units: the last axis of the output.
    var units: Int
    /// `[…, units]` each.
    var weights: [Model.Parameter]
    var biases: [Model.Parameter]
  }

  let layers: [Layer]
  let seed: UInt64
  private let first: Model
  private let arena: TensorStorage
  private let compiled: CompiledModel
  private let batch: Batch
  private let engine: Engine

  package init(_ model: Model, batch: Batch, engine: Engine) throws {
    first = model
    seed = model.seed
    self.batch = batch
    self.engine = engine
    arena = TensorStorage(model.storage.floats)
    let weighted = TracedModel(traced: model, mode: .withoutDropout).ownLayers.filter {
      !model.weights(of: $0.path).isEmpty
    }
    layers = weighted.map {
      Layer(
        path: $0.path, name: $0.name, units: $0.outputShape[-1].size, weights: model.weights(of: $0.path),
        biases: model.biases(of: $0.path))
    }
    compiled = try CompiledModel(
      model, arena: arena, for: .withoutDropout, outputs: weighted.map { .layer($0.path) },
      capacity: batch.count, engine: engine)
  }

  /// The model with the weights of now.
  var model: Model { first.replacingStorage(TensorStorage(arena.floats)) }

  /// Returns the output of a layer with the current weights: `[rows, …, units]`.
  ///
  /// - Throws: when something of it is not finite.
  func output(_ layer: Int) throws -> [Float] {
    let values = try compiled.run(batch) { Array($0[layer]) }
    guard values.allSatisfy(\.isFinite) else {
      throw ApusError(
        "the output is not finite", at: "layer \(layers[layer].path) (\(layers[layer].name))",
        fix: "scale the inputs")
    }
    return values
  }

  /// Returns the rate at which each layer's weights would change: √(Σ g² / Σ w²), g the gradient of η · output with η ~
  /// N(0, 1) for each sample and output. As the η are independent, Σ g² is in the mean the sum over all samples and
  /// outputs.
  ///
  /// - Parameter draws: which η, by the model's seed; the mean over so many draws.
  package func rates(draws: Range<Int>) throws -> [Double] {
    let call = try TracedCall(first, mode: .withoutDropout, hasLoss: false)
    let output = call.outputs.tensors[0]
    let noise = Tensor.input("noise", TensorType(output.shape))
    let (all, rows) = (call.traced.parameters, batch.count)
    let paths = layers.flatMap { $0.weights.map(\.path) }
    let gradients = gradients(of: output, withRespectTo: paths.map { all[$0] }, upstream: noise)
    var inputs = call.graphInputs
    inputs["noise"] = noise
    let graph = try CompiledGraph(
      inputs: inputs, outputs: NamedTensors(zip(paths, gradients)), capacity: rows, engine: engine)
    call.traced.binding.bind(graph, to: arena)
    batch.gather(into: call.batchMemory(graph))
    var squares = [Double](repeating: 0, count: layers.count)
    for draw in draws {
      let random = Philox(seed: seed, path: "noise \(draw)")
      graph.memory("noise").fill(
        (0..<(rows * first.outputShape.reduce(1, *))).map { Float(random.normal(UInt64($0))) })
      graph.run(rows: rows)
      for (index, layer) in layers.enumerated() {
        for weight in layer.weights {
          for g in graph.floats(weight.path, rows: rows) { squares[index] += Double(g) * Double(g) }
        }
      }
    }
    return zip(layers, squares).map { layer, square in
      let size = layer.weights.reduce(0.0) { sum, weight in
        arena.floats[weight.range].reduce(sum) { $0 + Double($1) * Double($1) }
      }
      return size > 0 ? (square / size / Double(draws.count)).squareRoot() : 0
    }
  }

  /// Changes each element of a parameter by what it was and its place.
  func change(_ parameter: Model.Parameter, _ body: (Int, Double) -> Double) {
    let range = parameter.range
    for (index, place) in range.enumerated() {
      arena.floats[place] = Float(body(index, Double(arena.floats[place])))
    }
  }
}
