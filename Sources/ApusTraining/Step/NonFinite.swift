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

  /// Where something stopped being finite, and how.
  struct Cause {
    var place: String
    var problem: String
  }

  /// The error with layer, step and cause, of rows that stand in the step's memory.
  func error(rows: Int, step: Int) -> ApusError {
    error(cause(inRows: rows) ?? causeInGradients, step: step)
  }

  func error(_ cause: Cause, step: Int) -> ApusError {
    ApusError(
      "step \(step): \(cause.problem)", at: cause.place, expected: "finite numbers",
      fix: "lower the learning rate, clip the gradients' norm, or scale the inputs", kind: .divergence)
  }

  /// Returns the cause that the rows in the step's memory show: in their values, or in a layer's output.
  ///
  /// - Parameter first: the place of the first of them in the batch.
  func cause(inRows rows: Int, first: Int = 0) -> Cause? {
    for input in inputs where input.scalar == .float32 {
      let size = max(input.size, 1)
      let values = backward.memory("input \(input.name)").floats.prefix(rows * size)
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        return Cause(
          place: "the batch",
          problem:
            "row \(first + index / size + 1) of the \(input.name) holds \(values[index]) in feature \(index % size + 1)"
        )
      }
    }
    return firstLayer(rows).map {
      Cause(
        place: "layer \($0.path) (\($0.name))",
        problem: "its output is no longer finite, \(largestWeight())")
    }
  }

  /// The cause that the gradients show.
  var causeInGradients: Cause {
    for model in trained {
      for parameter in model.model.parameters
      where model.gradients.floats[parameter.range].contains(where: { !$0.isFinite }) {
        return Cause(
          place: "parameter \(parameter.path)",
          problem: "its gradient is no longer finite, \(largestWeight())")
      }
    }
    return Cause(
      place: "the loss", problem: "loss or gradients grow beyond float32, \(largestWeight())")
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
