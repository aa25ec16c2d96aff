import ApusCore
import ApusData
import ApusNN

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

  init(_ model: Model, batch: Batch, engine: Engine) throws {
    first = model
    seed = model.seed
    rows = batch.count
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
    executable.memory(input: 0).fill(batch.inputs.prefix(batch.count * batch.inputSize))
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

  /// Changes each element of a parameter by what it was and its place.
  func change(_ parameter: Parameter, _ body: (Int, Double) -> Double) {
    let range = parameter.range
    for (index, place) in range.enumerated() {
      arena.floats[place] = Float(body(index, Double(arena.floats[place])))
    }
  }
}
