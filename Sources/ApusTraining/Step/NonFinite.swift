import ApusCore
import ApusData
import ApusNN

/// Finds out where a loss or a gradient stopped being finite.
struct NonFinite {
  let inputs: [InputSpecification]
  let graphInputs: NamedTensors
  let layers: [LayerRecord]
  let backward: CompiledGraph
  let trained: [TrainedModel]
  let engine: Engine

  /// The error with layer, step and cause.
  func error(rows: Int, step: Int) -> ApusError {
    let (place, cause) = cause(rows)
    return ApusError(
      "step \(step): \(cause)", at: place, expected: "finite numbers",
      fix: "lower the learning rate, clip the gradients' norm, or scale the inputs", kind: .divergence)
  }

  private func cause(_ rows: Int) -> (place: String, cause: String) {
    for input in inputs where input.scalar == .float32 {
      let size = max(input.size, 1)
      let values = backward.memory("input \(input.name)").floats.prefix(rows * size)
      if let index = values.firstIndex(where: { !$0.isFinite }) {
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
    let names = layers.indices.map { "\($0)" }
    guard
      let graph = try? CompiledGraph(
        inputs: graphInputs, outputs: NamedTensors(zip(names, layers.map(\.output))), capacity: rows,
        engine: engine)
    else { return nil }
    graph.bindInputs(as: backward)
    graph.run(rows: rows)
    let index = layers.indices.first { graph.floats(names[$0], rows: rows).contains { !$0.isFinite } }
    return index.map { layers[$0] }
  }
}
