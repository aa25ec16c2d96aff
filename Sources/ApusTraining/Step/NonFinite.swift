import ApusCore
import ApusNN

/// Finds out where a loss or a gradient stopped being finite.
struct NonFinite {
  let network: TracedNetwork
  let model: Model
  let parameters: TensorStorage
  let gradients: TensorStorage
  let inputs: UnsafeBufferPointer<Float>
  let rows: Int
  let engine: Engine

  /// The error with layer, step and cause.
  func error(step: Int) -> ApusError {
    let (place, cause) = cause()
    return ApusError(
      "step \(step): \(cause)", at: place, expected: "finite numbers",
      fix: "lower the learning rate, clip the gradients' norm, or scale the inputs")
  }

  private func cause() -> (place: String, cause: String) {
    if let index = inputs.firstIndex(where: { !$0.isFinite }) {
      let size = max(inputs.count / max(rows, 1), 1)
      return (
        "the batch",
        "row \(index / size + 1) of the batch holds \(inputs[index]) in feature \(index % size + 1)"
      )
    }
    if let layer = firstLayer() {
      return ("layer \(layer.path) (\(layer.name))", "its output is no longer finite, \(largestWeight())")
    }
    for parameter in model.parameters
    where gradients.floats[parameter.range].contains(where: { !$0.isFinite }) {
      return ("parameter \(parameter.path)", "its gradient is no longer finite, \(largestWeight())")
    }
    return ("the loss", "loss or gradients grow beyond float32, \(largestWeight())")
  }

  private func largestWeight() -> String {
    let largest = parameters.floats.map(abs).max() ?? 0
    return "with weights up to \(largest): training diverges"
  }

  /// The first layer whose output is not finite, found by computing every layer's output once more.
  private func firstLayer() -> LayerRecord? {
    guard
      let graph = try? Graph(
        inputs: [network.input, network.key] + network.parameters.map(\.tensor)
          + network.settings.map(\.tensor),
        outputs: network.layers.map(\.output)),
      let executable = try? engine.compile(graph, rows: rows)
    else { return nil }
    _ = executable.floats(input: 0, rows: rows).update(fromContentsOf: inputs)
    for (position, parameter) in model.parameters.enumerated() {
      executable.bind(input: 2 + position, to: parameters.pointer + parameter.offset * 4)
    }
    executable.run(rows: rows)
    let index = network.layers.indices.first { position in
      executable.floats(output: position, rows: rows).contains { !$0.isFinite }
    }
    return index.map { network.layers[$0] }
  }
}
