public import ApusCore
public import ApusData
import Synchronization

/// A model made ready to run: named inputs in, named outputs out.
///
/// ```swift
/// let features = try model.compiled(outputs: [.layer("3"), .prediction], batch: 256)
/// for batch in data.batches(of: 256) { let run = try features(batch); store(run[.layer("3")]) }
/// ```
///
/// Predictions, readings, saliency and the doctor stand on it. Its weights are fixed: many threads may share it, each runs in
/// memory of its own. A row's results are the same, bit for bit, alone and in any batch, but for those of batch statistics.
public final class CompiledModel: Sendable {
  public let model: Model
  /// The outputs that are computed.
  public let outputs: [CompiledModel.Output]
  /// The most rows of one run; more are cut into several.
  public let capacity: Int

  private let call: TracedCallBox
  private let engine: Engine
  private let arena: TensorStorage
  private let needsTargets: Bool
  private let isWeighted: Bool
  private let idle = Mutex<[CompiledRun]>([])
  /// The layout of each output: the shape for a row, or the whole shape of one that rows share.
  private let layouts: [OutputLayout]

  /// - Parameters:
  ///   - model: whose objective says what a prediction and the loss are.
  ///   - arena: the weights; those of a model in training may change between runs.
  ///   - isWeighted: whether rows count by the weights of their batch.
  /// - Throws: for an output that isn't there; a loss without an objective; what the engine cannot run.
  package init(
    _ model: Model, arena: TensorStorage? = nil, for mode: Scope.Mode, outputs: [CompiledModel.Output],
    capacity: Int,
    isWeighted: Bool = false, engine: Engine
  ) throws {
    guard capacity > 0 else {
      throw ApusError("a batch of \(capacity)", at: "compiled(batch:)", expected: "at least 1")
    }
    // A batch normalization that nobody looks at is part of the layer before it.
    let folds = arena == nil && mode == .inference && outputs.allSatisfy(\.isAtTheEnd)
    let folded = folds ? try model.foldingBatchNorms() : model
    self.model = model
    self.outputs = outputs
    self.capacity = capacity
    self.engine = engine
    self.arena = arena ?? folded.storage
    self.isWeighted = isWeighted
    needsTargets = outputs.contains { $0.needsTargets }
    let call = try TracedCall(folded, mode: mode, hasLoss: needsTargets, isWeighted: isWeighted)
    let tensors = try call.tensors(outputs)
    self.call = TracedCallBox(call: call, tensors: tensors)
    layouts = zip(outputs, tensors).map { OutputLayout($0, $1.tensor) }
    let first = try makeRun()
    idle.withLock { $0.append(first) }
  }

  // MARK: Calling

  /// The outputs for the rows of a batch.
  ///
  /// - Throws: when the batch is of a data set that doesn't fit the model.
  public func callAsFunction(_ batch: Batch) throws -> CompiledModel.Results {
    try model.check(batch.dataset, readsTargets: needsTargets)
    return try results(rows: batch.count) { memory, range in
      batch[places: range].gather(into: memory)
    }
  }

  /// The outputs for the rows of the only input, `[rows, …]`.
  ///
  /// - Throws: when the tensor carries an error or doesn't fit; when the model has several inputs.
  public func callAsFunction(_ input: Tensor) throws -> CompiledModel.Results {
    guard model.inputs.count == 1 else {
      throw ApusError(
        "one tensor for a model of \(model.inputs.count) inputs",
        expected: model.inputs.map(\.name).joined(separator: ", "), fix: "give the tensors by name")
    }
    return try self([model.inputs[0].name: input])
  }

  /// The outputs for the rows of named inputs, `[rows, …]` each; `target`, as the loss takes it, where an output needs it.
  ///
  /// - Throws: when an input is missing or unknown or doesn't fit, or the rows differ.
  public func callAsFunction(_ inputs: NamedTensors) throws -> CompiledModel.Results {
    let columns = try InputColumns(inputs, model.inputs, target: needsTargets ? call.call.target : nil)
    return try results(rows: columns.rows) { memory, range in columns.write(range, to: memory) }
  }

  private func results(
    rows: Int, _ write: (Batch.Memory, Range<Int>) throws -> Void
  ) throws -> CompiledModel.Results {
    let storages = layouts.map { TensorStorage(count: $0.count(rows: rows)) }
    try forEachRun(rows: rows, write) { run, range, share in
      for (position, layout) in layouts.enumerated() {
        let values = run.outputs[position]
        let target = storages[position].floats
        if layout.isPerRow {
          let start = range.lowerBound * layout.size
          let count = range.count * layout.size
          if share == 1 || !layout.isMean {
            _ = target[start..<(start + count)].update(fromContentsOf: values[..<count])
          } else {
            for index in 0..<count { target[start + index] = Float(share) * values[index] }
          }
        } else if share == 1 {
          _ = target.update(fromContentsOf: values[..<layout.size])
        } else {
          let factor = layout.isMean ? Float(share) : 1
          for index in 0..<layout.size { target[index] += factor * values[index] }
        }
      }
    }
    return CompiledModel.Results(
      outputs: outputs,
      tensors: zip(layouts, storages).map { layout, storage in
        Tensor(storage, TensorType(TensorShape((layout.isPerRow ? [rows] : []) + layout.shape)))
      })
  }

  /// Runs rows, at most ``capacity`` at a time.
  ///
  /// - Parameters:
  ///   - write: puts some of the rows in place.
  ///   - read: looks at their outputs; the share is their part of the rows, or of the weights.
  private func forEachRun(
    rows: Int, _ write: (Batch.Memory, Range<Int>) throws -> Void,
    _ read: (CompiledRun, Range<Int>, Double) -> Void
  ) throws {
    let run = try take()
    defer { giveBack(run) }
    var total = Double(rows)
    if isWeighted, rows > capacity {
      total = 0
      try forEachRange(rows) { range in
        try write(run.memory, range)
        total += run.weight(of: range.count)
      }
    }
    try forEachRange(rows) { range in
      try write(run.memory, range)
      run.graph.run(rows: range.count)
      let part = isWeighted && rows > capacity ? run.weight(of: range.count) : Double(range.count)
      read(run, range, range.count == rows ? 1 : total > 0 ? part / total : 0)
    }
  }

  private func forEachRange(_ rows: Int, _ body: (Range<Int>) throws -> Void) rethrows {
    var start = 0
    while start < rows {
      let end = min(start + capacity, rows)
      try body(start..<end)
      start = end
    }
  }

  // MARK: Without allocating

  /// Reads the only input's rows from memory, and writes the first output, which is one row for each.
  package func run(
    _ input: UnsafeBufferPointer<Float>, rows: Int, into output: UnsafeMutableBufferPointer<Float>
  ) throws {
    let run = try take()
    defer { giveBack(run) }
    let (size, width) = (model.inputs[0].size, layouts[0].size)
    let memory = run.memory.column().memory
    forEachRange(rows) { range in
      memory.fill(UnsafeBufferPointer(rebasing: input[(range.lowerBound * size)..<(range.upperBound * size)]))
      run.graph.run(rows: range.count)
      _ = output[(range.lowerBound * width)..<(range.upperBound * width)].update(
        fromContentsOf: run.outputs[0][..<(range.count * width)])
    }
  }

  /// The outputs for the only input's rows, `[rows, …]`: an array each.
  package func arrays(_ inputs: [Float]) throws -> [[Float]] {
    let size = model.inputs[0].size
    return try self(Tensor(inputs, shape: TensorShape([inputs.count / size] + model.inputs[0].shape))).tensors
      .map { try $0.values() }
  }

  /// Runs a batch of at most ``capacity`` rows once, and looks at the outputs where they are: `[rows, …]` each.
  ///
  /// - Parameter step: what random numbers depend on, besides the model's seed.
  package func run<Result>(
    _ batch: Batch, step: Int = 0, _ read: ([UnsafeMutableBufferPointer<Float>]) throws -> Result
  ) throws -> Result {
    precondition(batch.count <= capacity, "more rows than there is room for")
    let run = try take()
    defer { giveBack(run) }
    batch.gather(into: run.memory)
    run.key.set(step: step)
    run.graph.run(rows: batch.count)
    return try read(
      zip(layouts, run.outputs).map {
        UnsafeMutableBufferPointer(rebasing: $1[..<$0.count(rows: batch.count)])
      })
  }

  /// A Boolean value that indicates whether runs differ by their step: whether the model draws random numbers.
  package var isRandom: Bool { idle.withLock { $0.last?.key.isUsed } ?? false }

  /// The numbers of one row of an output.
  package func size(of output: CompiledModel.Output) -> Int { layouts[outputs.firstIndex(of: output)!].size }

  private func take() throws -> CompiledRun { try idle.withLock { $0.popLast() } ?? makeRun() }

  private func giveBack(_ run: CompiledRun) { idle.withLock { $0.append(run) } }

  private func makeRun() throws -> CompiledRun {
    try CompiledRun(call, arena: arena, capacity: capacity, seed: model.seed, engine: engine)
  }
}

extension Model {
  /// The model made ready to run.
  ///
  /// - Parameters:
  ///   - mode: for inference unless told otherwise.
  ///   - outputs: what is computed: predictions, layers' outputs, losses, gradients.
  ///   - batch: the most rows of one run; more are cut into several.
  /// - Throws: for an output, layer or parameter that isn't there, with the nearest name; for a loss of a model without an
  ///   objective; what ``Engine/standard()`` throws.
  public func compiled(
    for mode: Scope.Mode = .inference, outputs: [CompiledModel.Output] = [.prediction], batch: Int = 256,
    engine: Engine? = nil
  ) throws -> CompiledModel {
    try CompiledModel(
      self, for: mode, outputs: outputs, capacity: batch, engine: engine ?? Engine.standard())
  }
}

extension CompiledModel.Output {
  /// A Boolean value that indicates whether it is an output at the network's end, for which nothing inside is read.
  fileprivate var isAtTheEnd: Bool {
    switch self {
    case .prediction, .logits, .output, .loss: true
    default: false
    }
  }
}
