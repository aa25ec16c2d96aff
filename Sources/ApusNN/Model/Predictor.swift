public import ApusCore
import Synchronization

/// A model made ready for prediction. Immutable: many threads may predict at once, each with memory of its own.
///
/// A row's prediction is the same, bit for bit, alone and in any batch.
public final class Predictor: Sendable {
  public let model: Model
  /// The most rows that one run takes; longer inputs are cut into several.
  public let capacity: Int
  private let engine: Engine
  private let graph: Graph
  private let binding: ModelBinding
  private let idle = Mutex<[Executable]>([])

  /// - Parameter loss: turns outputs into predictions (logits into probabilities); outputs as they are when nil.
  /// - Throws: what ``Engine/standard()`` throws.
  public init(_ model: Model, loss: (any Loss)? = nil, capacity: Int = 256, engine: Engine? = nil) throws {
    self.model = model
    self.capacity = max(capacity, 1)
    self.engine = try engine ?? Engine.standard()
    let traced = TracedModel(model, mode: .inference)
    let input = model.inputTensor
    let output = traced(input)
    graph = try Graph(inputs: [input] + traced.inputs, outputs: [loss?.prediction(output) ?? output])
    binding = traced.binding
    let first = try makeExecutable()
    idle.withLock { $0.append(first) }
  }

  /// The outputs for rows of inputs.
  ///
  /// - Parameter inputs: `[rows, input shape…]`, row-major.
  /// - Returns: `[rows, output shape…]`.
  /// - Throws: when the inputs are no whole number of rows.
  public func predict(_ inputs: [Float]) throws -> [Float] {
    let size = model.inputShape.reduce(1, *)
    guard inputs.count % size == 0 else {
      throw ApusError(
        "\(inputs.count) numbers as inputs", expected: "a multiple of \(size), the size of one sample")
    }
    let rows = inputs.count / size
    let outputSize = model.outputShape.reduce(1, *)
    return try [Float](unsafeUninitializedCapacity: rows * outputSize) { buffer, count in
      try inputs.withUnsafeBufferPointer { source in
        try predict(source, rows: rows, into: buffer)
      }
      count = rows * outputSize
    }
  }

  /// Without allocating: `output` has room for `rows` outputs.
  package func predict(
    _ inputs: UnsafeBufferPointer<Float>, rows: Int, into output: UnsafeMutableBufferPointer<Float>
  ) throws {
    let executable = try idle.withLock { $0.popLast() } ?? makeExecutable()
    defer { idle.withLock { $0.append(executable) } }
    let size = model.inputShape.reduce(1, *)
    let outputSize = model.outputShape.reduce(1, *)
    var start = 0
    while start < rows {
      let count = min(capacity, rows - start)
      let input = executable.floats(input: 0, rows: count)
      _ = input.update(fromContentsOf: inputs[(start * size)..<((start + count) * size)])
      executable.run(rows: count)
      let result = executable.floats(output: 0, rows: count)
      _ = output[(start * outputSize)..<((start + count) * outputSize)].update(fromContentsOf: result)
      start += count
    }
  }

  private func makeExecutable() throws -> Executable {
    let executable = try engine.compile(graph, rows: capacity)
    binding.bind(executable, from: 1, to: model.storage)
    return executable
  }
}
