import ApusCore
import ApusData

/// Tensors are made of immutable nodes, whose protocols don't say so.
struct TracedCallBox: @unchecked Sendable {
  let call: TracedCall
  let tensors: NamedTensors
}

/// The layout of an output's numbers.
struct OutputLayout: Sendable {
  let isPerRow: Bool
  /// A Boolean value that indicates whether it is a gradient of a mean over rows.
  let isMean: Bool
  /// The shape of one row, or of the whole.
  let shape: [Int]
  let size: Int

  init(_ output: CompiledModel.Output, _ tensor: Tensor) {
    isPerRow = tensor.shape.rank > 0 && tensor.shape[0].isPerRow
    isMean = if case .gradient(of: .loss, _) = output { true } else { false }
    shape = tensor.shape.dimensions.dropFirst(isPerRow ? 1 : 0).map(\.size)
    size = shape.reduce(1, *)
  }

  func count(rows: Int) -> Int { isPerRow ? rows * size : size }
}

/// A compiled graph of a model with its places; of one thread at a time.
final class CompiledRun: Sendable {
  let graph: CompiledGraph
  let memory: Batch.Memory
  let key: RandomKey
  nonisolated(unsafe) let outputs: [UnsafeMutableBufferPointer<Float>]
  nonisolated(unsafe) private let weights: UnsafeMutableBufferPointer<Float>

  init(_ box: TracedCallBox, arena: TensorStorage, capacity: Int, seed: UInt64, engine: Engine) throws {
    let (call, tensors) = (box.call, box.tensors)
    graph = try CompiledGraph(
      inputs: call.graphInputs, outputs: tensors, capacity: capacity, engine: engine)
    let binding = call.traced.binding
    binding.bind(graph, to: arena)
    key = binding.randomKey(in: graph, seed: seed)
    memory = call.batchMemory(graph)
    outputs = tensors.names.map { [graph] in graph.floats($0, rows: capacity) }
    weights = graph.memory("weight").floats
  }

  func weight(of rows: Int) -> Double { weights.prefix(rows).reduce(0.0) { $0 + Double($1) } }
}
