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
    var weights: [Parameter]
    var biases: [Parameter]
  }

  let layers: [Layer]
  let seed: UInt64
  private let first: Model
  private let arena: TensorStorage
  private let executable: Executable
  private let rows: Int
  private let engine: Engine
  private let inputs: [Float]

  package init(_ model: Model, batch: Batch, engine: Engine) throws {
    first = model
    seed = model.seed
    rows = batch.count
    self.engine = engine
    inputs = Array(batch.inputs.prefix(batch.count * batch.inputSize))
    arena = TensorStorage(model.storage.floats)
    let traced = TracedModel(model, mode: .withoutDropout)
    let input = model.inputs[0].tensor
    _ = traced(input)
    let weighted = traced.ownLayers.filter { !model.weights(of: $0.path).isEmpty }
    layers = weighted.map {
      Layer(
        path: $0.path, name: $0.name, units: $0.outputShape[-1].size, weights: model.weights(of: $0.path),
        biases: model.biases(of: $0.path))
    }
    executable = try engine.compile(
      Graph(inputs: [input, traced.key] + traced.inputs, outputs: weighted.map(\.output)), rows: batch.count)
    traced.binding.bind(executable, from: 2, to: arena)
    executable.memory(input: 0).fill(inputs)
  }

  /// The model with the weights of now.
  var model: Model { first.replacingStorage(TensorStorage(arena.floats)) }

  /// What a layer puts out with the weights of now: `[rows, …, units]`.
  ///
  /// - Throws: when something of it is not finite.
  func output(_ layer: Int) throws -> [Float] {
    executable.run(rows: rows)
    let values = Array(executable.floats(output: layer, rows: rows))
    guard values.allSatisfy(\.isFinite) else {
      throw ApusError(
        "the output is not finite", at: "layer \(layers[layer].path) (\(layers[layer].name))",
        fix: "scale the inputs")
    }
    return values
  }

  /// Of each layer's weights, how fast they would change: √(Σ g² / Σ w²), g the gradient of η · output with η ~ N(0, 1) for
  /// each sample and output. As the η are independent, Σ g² is in the mean the sum over all samples and outputs.
  ///
  /// - Parameter draws: which η, by the model's seed; the mean over so many draws.
  package func rates(draws: Range<Int>) throws -> [Double] {
    let traced = TracedModel(first, mode: .withoutDropout)
    let input = first.inputs[0].tensor
    let output = traced(input)
    let noise = Tensor.input("noise", TensorType(output.shape))
    let all = traced.parameters
    let weights = layers.map { layer in
      layer.weights.map { weight in all[first.parameters.firstIndex { $0.path == weight.path }!] }
    }
    let gradients = gradients(of: output, withRespectTo: weights.flatMap { $0 }, upstream: noise)
    let executable = try engine.compile(
      Graph(inputs: [input, traced.key] + traced.inputs + [noise], outputs: gradients), rows: rows)
    traced.binding.bind(executable, from: 2, to: arena)
    executable.memory(input: 0).fill(inputs)
    var squares = [Double](repeating: 0, count: layers.count)
    for draw in draws {
      let random = Philox(seed: seed, path: "noise \(draw)")
      executable.memory(input: 2 + traced.inputs.count).fill(
        (0..<(rows * first.outputShape.reduce(1, *))).map { Float(random.normal(UInt64($0))) })
      executable.run(rows: rows)
      var place = 0
      for (index, layer) in layers.enumerated() {
        for _ in layer.weights {
          for g in executable.floats(output: place, rows: rows) { squares[index] += Double(g) * Double(g) }
          place += 1
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
  func change(_ parameter: Parameter, _ body: (Int, Double) -> Double) {
    let range = parameter.range
    for (index, place) in range.enumerated() {
      arena.floats[place] = Float(body(index, Double(arena.floats[place])))
    }
  }
}
