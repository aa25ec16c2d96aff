package import ApusCore
import ApusData
package import ApusNN

/// Predictions of a model of rows, and what some of its layers put out: planned once, run as often as the weights change.
package final class UnitPass {
  private let executable: Executable
  private let inputSize: Int
  private let capacity: Int
  private let count: Int

  /// - Parameters:
  ///   - parameters: the arena to read the weights from, which may change between runs.
  ///   - loss: says what a prediction is.
  ///   - layers: paths of layers whose outputs are asked for, `[rows, units]` each.
  /// - Throws: an error with the nearest path when there is no such layer.
  package init(
    _ model: Model, parameters: TensorStorage, loss: any Loss, layers: [String], capacity: Int = 512,
    engine: Engine
  ) throws {
    let traced = TracedModel(model, mode: .inference)
    let input = model.inputs[0].tensor
    let output = traced(input)
    let outputs = try layers.map { (path) throws(ApusError) in try Tap.output(path).tensor(in: traced) }
    executable = try engine.compile(
      Graph(
        inputs: [input, traced.key] + traced.inputs, outputs: [loss.prediction(output)] + outputs),
      rows: capacity)
    traced.binding.bind(executable, from: 2, to: parameters)
    inputSize = model.inputs[0].size
    self.capacity = capacity
    count = layers.count + 1
  }

  /// - Parameter inputs: `[rows, inputs]`
  /// - Returns: the predictions, then each layer's outputs: `[rows, units]`, row-major.
  package func run(_ inputs: [Float]) -> [[Float]] {
    var results = [[Float]](repeating: [], count: count)
    let rows = inputs.count / inputSize
    for start in stride(from: 0, to: rows, by: capacity) {
      let end = min(start + capacity, rows)
      executable.memory(input: 0).fill(inputs[(start * inputSize)..<(end * inputSize)])
      executable.run(rows: end - start)
      for index in results.indices { results[index] += executable.floats(output: index, rows: end - start) }
    }
    return results
  }
}
