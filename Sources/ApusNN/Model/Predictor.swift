public import ApusCore
import ApusData

/// Predictions from arrays of floats, for serving: a ``CompiledModel`` whose outputs have names.
///
/// Immutable: many threads may predict at once, each with memory of its own. A row's prediction is the same, bit for bit,
/// alone and in any batch.
public final class Predictor: Sendable {
  public let model: Model
  /// The outputs that are computed, the first of them by ``predict(_:)-([Float])``.
  public let outputs: [Model.OutputSpecification]
  private let compiled: CompiledModel

  /// - Parameters:
  ///   - outputs: names of outputs; the main one when nil. The main output is a prediction as the model's objective says
  ///     (logits become probabilities); without an objective it stays as it is.
  /// - Throws: when there is no such output; what ``Engine/standard()`` throws.
  public init(
    _ model: Model, outputs: [String]? = nil, capacity: Int = 256, engine: Engine? = nil
  ) throws {
    self.model = model
    self.outputs =
      try outputs.map { try $0.map { name in try model.output(named: name) } } ?? [model.outputs[0]]
    compiled = try model.compiled(
      outputs: self.outputs.map { $0 == model.outputs[0] ? .prediction : .output($0.name) },
      batch: max(capacity, 1), engine: engine)
  }

  /// The most rows that one run takes; longer inputs are cut into several.
  public var capacity: Int { compiled.capacity }

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
    let results = try compiled(
      NamedTensors(
        inputs.sorted { $0.key < $1.key }.map { name, values in
          guard let input = model.inputs.first(where: { $0.name == name }) else {
            return (name, Tensor(values))
          }
          let rows = try rowCount(values, input)
          return (name, Tensor(values, shape: TensorShape([rows] + input.shape)))
        }))
    return Dictionary(
      uniqueKeysWithValues: try zip(outputs, compiled.outputs).map { ($0.name, try results[$1].values()) })
  }

  /// Without allocating, for a model of one input: `output` has room for `rows` of the first output.
  package func predict(
    _ inputs: UnsafeBufferPointer<Float>, rows: Int, into output: UnsafeMutableBufferPointer<Float>
  ) throws {
    try compiled.run(inputs, rows: rows, into: output)
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
}
