public import ApusCore
package import ApusData
package import ApusNN

/// A computational graph with the value of each of its nodes and the gradient of its result with respect to it: what
/// backpropagation does, step by step (lectures 2 and 5).
///
/// ```swift
/// let (x, y, z): (Tensor, Tensor, Tensor) = (-2, 5, -4)
/// let reading = try GraphReading(of: (x + y) * z, [("x", x), ("y", y), ("z", z)])
/// ```
public struct GraphReading: Sendable {
  public struct Node: Sendable {
    public enum Kind: Sendable { case input, parameter, constant, operation, result }
    /// The input's name, or the operation's.
    public var name: String
    public var kind: Kind
    /// Places of the operands in the list.
    public var operands: [Int]
    public var shape: [Int]
    /// Empty where they are no floats.
    public var values: [Float]
    /// ∂ result / ∂ value; empty where none flows.
    public var gradient: [Float]
  }

  /// Operands before results; the last is the result.
  public let nodes: [Node]

  /// More operations than this are no picture.
  public static let mostNodes = 150

  /// Creates the graph of a number that was computed from concrete tensors.
  ///
  /// - Parameter named: the inputs with their names.
  /// - Throws: what a tensor carries; when a value was read before, so that there is no graph any more.
  public init(of result: Tensor, _ named: [(name: String, tensor: Tensor)]) throws {
    try self.init(
      result,
      name: { tensor in named.first { $0.tensor.node === tensor.node }.map { ($0.name, .input) } },
      evaluate: { try $0.map { try $0.values() } })
  }

  /// Creates the graph of a model's loss on a sample.
  ///
  /// - Parameters:
  ///   - batch: of the one sample.
  ///   - mode: one sample alone has no batch statistics to speak of; `.inference` takes the moving ones.
  /// - Throws: when the graph is too large to draw.
  package init(
    _ model: Model, sample batch: Batch, mode: Scope.Mode, engine: Engine
  ) throws {
    guard batch.count == 1 else { throw ApusError("\(batch.count) samples", expected: "one") }
    let call = try TracedCall(model, mode: mode)
    let (traced, input, target) = (call.traced, call.inputs.tensors[0], call.target!)
    let names = Dictionary(
      zip(traced.allParameters.map { ObjectIdentifier($0.node) }, model.parameters.map(\.path)),
      uniquingKeysWith: { first, _ in first })
    try self.init(
      call.losses!.sum(),
      name: { tensor in
        if let path = names[ObjectIdentifier(tensor.node)] { return (path, .parameter) }
        if tensor.node === input.node { return ("input", .input) }
        return tensor.node === target.node ? ("target", .input) : nil
      },
      evaluate: { tensors in
        let names = tensors.indices.map { "\($0)" }
        let graph = try CompiledGraph(
          inputs: call.graphInputs, outputs: NamedTensors(zip(names, tensors)), engine: engine)
        traced.binding.bind(graph, to: model.storage)
        batch.gather(into: call.batchMemory(graph))
        graph.run()
        return names.map { Array(graph.floats($0)) }
      })
  }

  private init(
    _ result: Tensor, name: (Tensor) -> (String, Node.Kind)?, evaluate: ([Tensor]) throws -> [[Float]]
  ) throws {
    if let error = result.error { throw error }
    let order = Graph.reachable(from: [result])
    guard order.count > 1 else {
      throw ApusError("there is no operation to draw", fix: "read no value before the graph")
    }
    guard order.count <= Self.mostNodes else {
      throw ApusError(
        "the graph has \(order.count) operations",
        expected: "at most \(Self.mostNodes), which can still be read",
        fix: "draw a smaller network")
    }
    // The structure first: a value that is read takes its node's operands away.
    let tensors = order.map { Tensor($0) }
    let expressions = order.map(\.expression)
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { (ObjectIdentifier($1), $0) })
    let floats = tensors.indices.filter { tensors[$0].scalar == .float32 }
    let gradients = gradients(of: result, withRespectTo: floats.map { tensors[$0] })
    let found = try evaluate(floats.map { tensors[$0] } + gradients)
    var nodes: [Node] = []
    for (index, tensor) in tensors.enumerated() {
      let expression = expressions[index]
      let operands = expression.inputs.map { places[ObjectIdentifier($0)]! }
      let given = name(tensor)
      let kind: Node.Kind =
        given?.1 ?? (index == tensors.count - 1 ? .result : operands.isEmpty ? .constant : .operation)
      let place = floats.firstIndex(of: index)
      nodes.append(
        Node(
          // Of a reduction which one: sum and mean are drawn alike otherwise.
          name: given?.0 ?? (expression.operation as? Reduce)?.name ?? expression.operation.name, kind: kind,
          operands: operands,
          shape: tensor.shape.sizes(rows: 1), values: place.map { found[$0] } ?? [],
          gradient: kind == .constant ? [] : place.map { found[floats.count + $0] } ?? []))
    }
    self.nodes = nodes
  }
}
