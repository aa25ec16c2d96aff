import Synchronization

/// A value of a graph: the result of an operation on other tensors, an input, or numbers.
///
/// Operations never throw and never trap: one that does not fit its operands gives a tensor that
/// carries the error, and so does everything computed from it. Whoever reads a value
/// (``values()``) or builds a model gets the error.
public struct Tensor: Sendable {
  package let node: TensorNode

  package init(_ node: TensorNode) {
    self.node = node
  }

  /// The shape; of a tensor that carries an error, `[]`.
  public var shape: TensorShape { node.type.shape }
  public var scalar: ScalarType { node.type.scalar }
  public var type: TensorType { node.type }

  /// The error that occurred on the way to this tensor.
  public var error: ApusError? { node.error }

  /// The result of an operation; carries the error when the operands do not fit.
  // Compiled once: left to itself the compiler makes a copy for each of the eighty operations.
  @_semantics("optimize.sil.specialize.generic.never")
  package static func apply(_ operation: some GraphOperation, _ inputs: [Tensor]) -> Tensor {
    if let poisoned = inputs.first(where: { $0.error != nil }) { return poisoned }
    do {
      let type = try operation.outputType(inputs.map(\.type))
      let tensor = Tensor(TensorNode(operation: operation, inputs: inputs.map(\.node), type: type))
      return try tensor.runIfLong()
    } catch {
      return Tensor(TensorNode(error: error as? ApusError ?? ApusError("\(error)")))
    }
  }

  /// A tensor that carries an error.
  public static func failed(_ error: ApusError) -> Tensor {
    Tensor(TensorNode(error: error))
  }

  /// An input of a graph that is being traced.
  package static func input(_ name: String, _ type: TensorType) -> Tensor {
    Tensor(TensorNode(operation: Placeholder(name: name, type: type), inputs: [], type: type))
  }
}

/// One operation with its operands. Once its value has been computed it holds the value instead.
package final class TensorNode: Sendable {
  package struct Expression: Sendable {
    package var operation: any GraphOperation
    package var inputs: [TensorNode]
  }

  package let type: TensorType
  package let error: ApusError?
  /// Increases with creation: operands come before results, so ascending order is topological.
  package let order: UInt64
  /// No input of a traced graph stands below: the value can be computed.
  package let isConcrete: Bool
  /// The longest chain of operations whose values have not been computed.
  package let depth: Int
  private let state: Mutex<Expression>

  package init(operation: any GraphOperation, inputs: [TensorNode], type: TensorType) {
    self.type = type
    error = nil
    order = Self.counter.add(1, ordering: .relaxed).newValue
    isConcrete = !(operation is Placeholder) && type.shape.isFixed && inputs.allSatisfy(\.isConcrete)
    depth = operation is Constant ? 0 : 1 + (inputs.map { $0.isComputed ? 0 : $0.depth }.max() ?? 0)
    state = Mutex(Expression(operation: operation, inputs: inputs))
  }

  package init(error: ApusError) {
    type = TensorType([])
    self.error = error
    order = Self.counter.add(1, ordering: .relaxed).newValue
    isConcrete = false
    depth = 0
    state = Mutex(Expression(operation: Placeholder(name: "error", type: type), inputs: []))
  }

  package var expression: Expression { state.withLock { $0 } }

  package var isComputed: Bool { constant != nil }

  /// The value, when it has been computed.
  package var constant: Constant? { state.withLock { $0.operation as? Constant } }

  /// Keeps the value and lets go of the operands.
  package func resolve(_ value: Constant) {
    state.withLock { $0 = Expression(operation: value, inputs: []) }
  }

  private static let counter = Atomic<UInt64>(0)
}
