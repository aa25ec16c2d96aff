import Synchronization

/// Reading the values of tensors outside a traced network.
extension Tensor {
  /// The elements as floats, row-major; truth values as 1 and 0.
  ///
  /// Computes what is needed on the first reading, and keeps it.
  ///
  /// - Throws: the error that the tensor carries; an error when it depends on an input of a graph.
  public func values() throws -> [Float] {
    let constant = try computed()
    return scalar == .int32 ? constant.storage.integers.map { Float($0) } : Array(constant.storage.floats)
  }

  /// The elements of an int32 tensor, row-major.
  ///
  /// - Throws: as ``values()``; an error when the elements are not int32.
  public func integers() throws -> [Int32] {
    let constant = try computed()
    guard scalar == .int32 else {
      throw ApusError(
        "reading \(type) as int32", expected: "an int32 tensor", fix: "convert it with cast(to: .int32)")
    }
    return Array(constant.storage.integers)
  }

  /// The one element of a tensor that has one.
  public func item() throws -> Float {
    let values = try values()
    guard values.count == 1 else { throw ApusError("item() of \(type)", expected: "one element") }
    return values[0]
  }

  package func computed() throws -> Constant {
    if let error { throw error }
    if let constant = node.constant { return constant }
    guard node.isConcrete else {
      throw ApusError("reading the values of a tensor that depends on a graph's input", fix: "run the graph")
    }
    return try EagerExecution.run([self])[0]
  }

  /// Chains longer than this are computed rather than kept as a graph.
  private static let longestChain = 512

  /// Computes the tensor by itself when a long chain hangs on it.
  package func runIfLong() throws -> Tensor {
    if node.depth > Self.longestChain, node.isConcrete { _ = try computed() }
    return self
  }
}

/// Computes tensors outside any traced network.
///
/// Plans are kept by the structure of their graphs: the second time the same expression is computed on
/// other numbers, nothing is planned.
package enum EagerExecution {
  /// The operations are `Sendable`, which `AnyHashable` forgets.
  private struct Key: Hashable, @unchecked Sendable {
    var operations: [AnyHashable]
    var operands: [[Int]]
    var types: [TensorType]
    var outputs: [Int]
  }

  private static let plans = Mutex<[Key: CompiledGraph]>([:])
  private static let mostPlans = 256
  /// Numbers up to this many are part of a plan's structure.
  private static let smallCount = 4

  /// The values of several tensors, computed in one run; each concrete one keeps its value.
  ///
  /// - Parameter given: values for inputs of a traced graph that the tensors depend on.
  /// - Throws: the error that a tensor carries; when one depends on an input without a value.
  package static func run(
    _ outputs: [Tensor], given: [(tensor: Tensor, storage: TensorStorage)] = []
  ) throws -> [Constant] {
    // A parameter is no part of the structure, however small: it changes.
    let constants = Graph.reachable(from: outputs).compactMap { node in
      node.constant.flatMap { constant in
        constant.storage.count > smallCount || constant.storage.isShared
          ? (tensor: Tensor(node), storage: constant.storage) : nil
      }
    }
    let inputs = given + constants
    let graph = try Graph(inputs: inputs.map(\.tensor), outputs: outputs)
    let key = Key(
      operations: graph.nodes.map { $0.operation is Placeholder ? AnyHashable(0) : $0.operation.key },
      operands: graph.nodes.map(\.inputs) + [graph.inputs.map { $0 ?? -1 }], types: graph.nodes.map(\.type),
      outputs: graph.outputs)
    let results = outputs.map { Constant(type: $0.type, storage: TensorStorage(count: $0.shape.count())) }
    // A plan that is running is not among those kept: another thread makes one of its own.
    let kept = plans.withLock { $0.removeValue(forKey: key) }
    let compiled = try kept ?? CompiledGraph(graph, engine: Engine.standard())
    compiled.bind(inputs: inputs.map(\.storage.pointer))
    compiled.bind(outputs: results.map(\.storage.pointer))
    compiled.run()
    plans.withLock { plans in
      if plans.count >= mostPlans { plans.removeAll() }
      plans[key] = compiled
    }
    for (tensor, result) in zip(outputs, results) where tensor.node.isConcrete { tensor.node.resolve(result) }
    return results
  }
}
