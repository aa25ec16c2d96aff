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
    return try EagerExecution.run(self)
  }

  /// Chains longer than this are computed rather than kept as a graph.
  private static let longestChain = 512

  /// Computes the tensor by itself when a long chain hangs on it.
  package func runIfLong() throws -> Tensor {
    if node.depth > Self.longestChain, node.isConcrete { _ = try computed() }
    return self
  }
}

extension Tensor: CustomStringConvertible {
  /// The type and the first elements; the error of a tensor that carries one.
  public var description: String {
    if let error { return "Tensor(error: \(error))" }
    guard node.isConcrete, let values = try? values() else { return "Tensor(\(type))" }
    let shown = values.prefix(8).map { scalar == .int32 ? "\(Int($0))" : "\($0)" }.joined(separator: ", ")
    return "Tensor(\(type): \(shown)\(values.count > 8 ? ", …" : ""))"
  }
}

/// Plans are kept by the structure of their graphs: the second time the same expression is computed on
/// other numbers, nothing is planned.
private enum EagerExecution {
  /// The operations are `Sendable`, which `AnyHashable` forgets.
  struct Key: Hashable, @unchecked Sendable {
    var operations: [AnyHashable]
    var operands: [[Int]]
    var types: [TensorType]
  }

  private static let plans = Mutex<[Key: Executable]>([:])
  private static let mostPlans = 256
  /// Numbers up to so many are part of a plan's structure.
  private static let smallCount = 4

  static func run(_ tensor: Tensor) throws -> Constant {
    let inputs = Graph.reachable(from: [tensor])
      .filter { ($0.constant?.storage.count ?? 0) > smallCount }.map { Tensor($0) }
    let graph = try Graph(inputs: inputs, outputs: [tensor])
    let key = Key(
      operations: graph.nodes.map { $0.operation is Placeholder ? AnyHashable(0) : $0.operation.key },
      operands: graph.nodes.map(\.inputs) + [graph.inputs.map { $0 ?? -1 }], types: graph.nodes.map(\.type))
    let result = TensorStorage(count: tensor.shape.count())
    // A plan that is running is not among those kept: another thread makes one of its own.
    let kept = plans.withLock { $0.removeValue(forKey: key) }
    let executable = try kept ?? Engine.standard().compile(graph)
    for (position, input) in inputs.enumerated() {
      executable.bind(input: position, to: input.node.constant!.storage.pointer)
    }
    executable.bind(output: 0, to: result.pointer)
    executable.run()
    plans.withLock { plans in
      if plans.count >= mostPlans { plans.removeAll() }
      plans[key] = executable
    }
    let constant = Constant(type: tensor.type, storage: result)
    tensor.node.resolve(constant)
    return constant
  }
}
