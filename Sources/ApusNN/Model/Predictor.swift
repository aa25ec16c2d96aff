public import ApusCore
import Synchronization

/// A model made ready for prediction. Immutable: many threads may predict at once, each with memory of its own.
///
/// A row's prediction is the same, bit for bit, alone and in any batch. Batch normalisations are folded into the layers
/// before them (``Model/foldingBatchNorms()``), and dropout is gone.
public final class Predictor: Sendable {
  public let model: Model
  /// The outputs that are computed, the first of them by ``predict(_:)-([Float])``.
  public let outputs: [OutputSpecification]
  /// The most rows that one run takes; longer inputs are cut into several.
  public let capacity: Int
  private let engine: Engine
  private let graph: Graph
  private let binding: ModelBinding
  /// The model as the plan has it.
  private let folded: Model
  private let idle = Mutex<[Executable]>([])

  /// - Parameters:
  ///   - outputs: names of outputs; the main one when nil. What is not asked for costs nothing. The main output is made
  ///     a prediction as the model's objective says (logits become probabilities); without an objective it stays as it is.
  /// - Throws: when there is no such output; what ``Engine/standard()`` throws.
  public init(
    _ model: Model, outputs: [String]? = nil, capacity: Int = 256, engine: Engine? = nil
  ) throws {
    self.model = model
    self.capacity = max(capacity, 1)
    self.engine = try engine ?? Engine.standard()
    self.outputs =
      try outputs.map { try $0.map { name in try model.output(named: name) } } ?? [model.outputs[0]]
    folded = try model.foldingBatchNorms()
    let traced = TracedModel(folded, mode: .inference)
    let inputs = model.inputTensors
    let results = traced(inputs)
    graph = try Graph(
      inputs: inputs.tensors + traced.inputs,
      outputs: self.outputs.map { output in
        let result = results[output.name]
        return output == model.outputs[0] ? model.objective?.loss.prediction(result) ?? result : result
      })
    binding = traced.binding
    let first = try makeExecutable()
    idle.withLock { $0.append(first) }
  }

  /// The outputs for rows of the only input.
  ///
  /// - Parameter inputs: `[rows, input shape…]`, row-major.
  /// - Returns: the first of ``outputs``: `[rows, output shape…]`.
  /// - Throws: when the inputs are no whole number of rows; when the model has several inputs.
  public func predict(_ inputs: [Float]) throws -> [Float] {
    guard model.inputs.count == 1 else {
      throw ApusError(
        "one array for a model of \(model.inputs.count) inputs",
        expected: model.inputs.map(\.name).joined(separator: ", "), fix: "give the arrays by name")
    }
    let rows = try rowCount(inputs, model.inputs[0])
    return try [Float](unsafeUninitializedCapacity: rows * outputs[0].size) { buffer, count in
      try inputs.withUnsafeBufferPointer { source in
        try predict(source, rows: rows, into: buffer)
      }
      count = rows * outputs[0].size
    }
  }

  /// The outputs for rows of named inputs.
  ///
  /// - Parameter inputs: for each input `[rows, shape…]`, row-major; class numbers as whole numbers.
  /// - Returns: for each of ``outputs`` `[rows, shape…]`.
  /// - Throws: when an input is missing or unknown, or no whole number of rows, or the rows differ.
  public func predict(_ inputs: [String: [Float]]) throws -> [String: [Float]] {
    let known = model.inputs.map(\.name)
    if let unknown = inputs.keys.sorted().first(where: { !known.contains($0) }) {
      throw ApusError(
        "the model has no input “\(unknown)”", expected: known.joined(separator: ", "),
        fix: Spelling.suggestion(for: unknown, in: known))
    }
    let arrays = try model.inputs.map { input in
      guard let values = inputs[input.name] else { throw ApusError("the input “\(input.name)” is missing") }
      return values
    }
    let counts = try zip(arrays, model.inputs).map { try rowCount($0, $1) }
    guard Set(counts).count == 1 else {
      throw ApusError("inputs of \(counts) rows", expected: "as many of each")
    }
    let executable = try take()
    defer { giveBack(executable) }
    var results: [[Float]] = outputs.map { _ in [] }
    for start in stride(from: 0, to: counts[0], by: capacity) {
      let rows = min(capacity, counts[0] - start)
      for (position, input) in model.inputs.enumerated() {
        let part = arrays[position][(start * input.size)..<((start + rows) * input.size)]
        executable.memory(input: position).fill(part)
      }
      executable.run(rows: rows)
      for position in outputs.indices { results[position] += executable.floats(output: position, rows: rows) }
    }
    return Dictionary(uniqueKeysWithValues: zip(outputs.map(\.name), results))
  }

  /// Without allocating, for a model of one input: `output` has room for `rows` of the first output.
  package func predict(
    _ inputs: UnsafeBufferPointer<Float>, rows: Int, into output: UnsafeMutableBufferPointer<Float>
  ) throws {
    let executable = try take()
    defer { giveBack(executable) }
    let (size, outputSize) = (model.inputs[0].size, outputs[0].size)
    var start = 0
    while start < rows {
      let count = min(capacity, rows - start)
      executable.memory(input: 0).fill(inputs[(start * size)..<((start + count) * size)])
      executable.run(rows: count)
      let result = executable.floats(output: 0, rows: count)
      _ = output[(start * outputSize)..<((start + count) * outputSize)].update(fromContentsOf: result)
      start += count
    }
  }

  private func rowCount(_ values: [Float], _ input: InputSpecification) throws -> Int {
    guard values.count % input.size == 0 else {
      throw ApusError(
        "\(values.count) numbers as “\(input.name)”",
        expected: "a multiple of \(input.size), the size of one sample")
    }
    if input.scalar == .int32, let wrong = values.first(where: { Int32(exactly: $0) == nil }) {
      throw ApusError("\(wrong) as “\(input.name)”", expected: "class numbers")
    }
    return values.count / input.size
  }

  private func take() throws -> Executable { try idle.withLock { $0.popLast() } ?? makeExecutable() }

  private func giveBack(_ executable: Executable) { idle.withLock { $0.append(executable) } }

  private func makeExecutable() throws -> Executable {
    let executable = try engine.compile(graph, rows: capacity)
    binding.bind(executable, from: model.inputs.count, to: folded.storage)
    return executable
  }
}
