import ApusCore
import ApusNN

/// Finds out where a loss or a gradient stopped being finite.
struct NonFinite {
  let inputs: [StepInput]
  let graphInputs: [Tensor]
  let layers: [LayerRecord]
  let backward: Executable
  let trained: [TrainedModel]
  let engine: Engine

  /// The error with layer, step and cause.
  func error(rows: Int, step: Int) -> ApusError {
    let (place, cause) = cause(rows)
    return ApusError(
      "step \(step): \(cause)", at: place, expected: "finite numbers",
      fix: "lower the learning rate, clip the gradients' norm, or scale the inputs")
  }

  private func cause(_ rows: Int) -> (place: String, cause: String) {
    for (position, input) in inputs.enumerated() where input.scalar == .float32 {
      let values = backward.floats(input: position, rows: rows)
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        let size = max(input.shape.count(rows: 1), 1)
        return (
          "the batch",
          "row \(index / size + 1) of the \(input.name) holds \(values[index]) in feature \(index % size + 1)"
        )
      }
    }
    if let layer = firstLayer(rows) {
      return ("layer \(layer.path) (\(layer.name))", "its output is no longer finite, \(largestWeight())")
    }
    for model in trained {
      for parameter in model.model.parameters
      where model.gradients.floats[parameter.range].contains(where: { !$0.isFinite }) {
        return ("parameter \(parameter.path)", "its gradient is no longer finite, \(largestWeight())")
      }
    }
    return ("the loss", "loss or gradients grow beyond float32, \(largestWeight())")
  }

  private func largestWeight() -> String {
    let largest = trained.flatMap { $0.parameters.floats.map(abs) }.max() ?? 0
    return "with weights up to \(largest): training diverges"
  }

  /// The first layer whose output is not finite, found by computing every layer's output once more.
  private func firstLayer(_ rows: Int) -> LayerRecord? {
    guard let graph = try? Graph(inputs: graphInputs, outputs: layers.map(\.output)),
      let executable = try? engine.compile(graph, rows: rows)
    else { return nil }
    for position in graphInputs.indices {
      if let memory = backward.input(position) { executable.bind(input: position, to: memory) }
    }
    executable.run(rows: rows)
    let index = layers.indices.first { position in
      executable.floats(output: position, rows: rows).contains { !$0.isFinite }
    }
    return index.map { layers[$0] }
  }
}
