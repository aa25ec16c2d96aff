/// Operations in an order in which each comes after its operands: what was traced, without what
/// the outputs do not need and without doing anything twice.
public struct Graph: Sendable {
  package struct Node: Sendable {
    package var operation: any GraphOperation
    package var inputs: [Int]
    package var type: TensorType
  }

  package private(set) var nodes: [Node] = []
  /// The nodes of the inputs asked for, in that order; nil where the outputs need none.
  package private(set) var inputs: [Int?] = []
  package private(set) var inputTypes: [TensorType] = []
  package private(set) var outputs: [Int] = []

  /// Creates the graph that computes `outputs`, with `inputs` as its inputs.
  ///
  /// - Throws: the first error that a tensor carries; an error when an output depends on an input that
  ///   is not among `inputs`.
  package init(inputs: [Tensor], outputs: [Tensor]) throws(ApusError) {
    for tensor in inputs + outputs {
      if let error = tensor.error { throw error }
    }
    var known: [NodeKey: Int] = [:]
    var indices: [ObjectIdentifier: Int] = [:]
    let inputNodes = Set(inputs.map { ObjectIdentifier($0.node) })
    for node in Graph.reachable(from: outputs, stoppingAt: inputNodes) {
      var expression = node.expression
      if inputNodes.contains(ObjectIdentifier(node)) {
        expression.inputs = []
        if !(expression.operation is Placeholder) {
          expression.operation = Placeholder(name: "input", type: node.type)
        }
      } else if let placeholder = expression.operation as? Placeholder {
        throw ApusError(
          "the result depends on the input “\(placeholder.name)”, which was not given",
          fix: "pass it among the graph's inputs")
      }
      let operands = expression.inputs.map { indices[ObjectIdentifier($0)]! }
      // Two inputs are never the same, even when they look it.
      let isSource = expression.operation is Placeholder
      let key = NodeKey(
        operation: expression.operation.key, inputs: operands,
        identity: isSource ? ObjectIdentifier(node) : nil)
      if let index = known[key] {
        indices[ObjectIdentifier(node)] = index
        continue
      }
      known[key] = nodes.count
      indices[ObjectIdentifier(node)] = nodes.count
      nodes.append(Node(operation: expression.operation, inputs: operands, type: node.type))
    }
    self.inputs = inputs.map { indices[ObjectIdentifier($0.node)] }
    self.inputTypes = inputs.map(\.type)
    self.outputs = outputs.map { indices[ObjectIdentifier($0.node)]! }
  }

  /// The number of operations, inputs and constants included.
  public var count: Int { nodes.count }

  /// The names of the operations, in order.
  public var operationNames: [String] { nodes.map(\.operation.name) }

  /// Every node that `outputs` need, operands first.
  package static func reachable(
    from outputs: [Tensor], stoppingAt stops: Set<ObjectIdentifier> = []
  ) -> [TensorNode] {
    var found: [ObjectIdentifier: TensorNode] = [:]
    var pending = outputs.map(\.node)
    while let node = pending.popLast() {
      guard found.updateValue(node, forKey: ObjectIdentifier(node)) == nil else { continue }
      if !stops.contains(ObjectIdentifier(node)) { pending += node.expression.inputs }
    }
    return found.values.sorted { $0.order < $1.order }
  }

  private struct NodeKey: Hashable {
    var operation: AnyHashable
    var inputs: [Int]
    var identity: ObjectIdentifier?
  }
}
