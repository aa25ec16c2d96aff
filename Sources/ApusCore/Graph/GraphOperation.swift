package import CApus

/// One operation of the graph, everything about it in one place: its name, its result's type, its
/// gradient, how it is computed in plain Swift, how the engine runs it, and the samples that its
/// tests are generated from.
///
/// Adding one costs a conforming type in the file of its family, and a line of ``OperationTable``.
package protocol GraphOperation: Sendable, Hashable {
  /// The name in tables, profiles and errors.
  static var name: String { get }

  /// The result's type, or an error in words that says what was expected.
  func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType

  /// For each operand the gradient of a scalar with respect to it, given the gradient `upstream`
  /// with respect to the result; nil where none flows. As graph operations, so that it has a
  /// gradient itself.
  func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?]

  /// The same result from smaller operations, where the engine has no kernel of its own for it.
  func expansion(_ inputs: [Tensor]) -> Tensor?

  /// The result computed one element at a time, slowly and obviously.
  func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar>

  /// The way in which the engine runs the operation.
  var lowering: Lowering { get }

  /// Floating-point operations for one run, a multiply-add counted as two.
  func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial

  /// Operands that the operation takes, for tests and documentation.
  static var samples: [OperationSample] { get }

  /// Operands that it refuses, each with words that its message must contain.
  static var badSamples: [BadOperationSample] { get }
}

/// The way in which the engine runs an operation.
package enum Lowering: Sendable {
  /// A step of an elementwise program; the opcode depends on the operands' type, nil where there is none.
  case program(@Sendable (ScalarType) -> apus_opcode?)
  /// Random numbers: a step of a program that reads a key.
  case random(stream: UInt64)
  /// A reduction along axes.
  case reduction(ReductionKind, axes: [Int])
  /// Mean and variance of each column.
  case moments
  /// A matrix product.
  case contraction(transposeLeft: Bool, transposeRight: Bool)
  /// Attention of packed sequences on themselves, or its gradient.
  case attention(isCausal: Bool, isGradient: Bool)
  /// Another view of the same elements.
  case view(ViewChange)
  /// Elements copied into a larger result; `offsets` of each operand along `axis`.
  case assembly(axis: [Int])
  case gather(axis: Int)
  case scatterAdd(axis: Int)
  /// A window that moves over images.
  case windowed(WindowKernel, Window, groups: Int)
  /// An input, or numbers that are there before the run.
  case source
  /// Only through its expansion.
  case expansion
}

package enum ViewChange: Hashable, Sendable {
  case reshape
  case permute([Int])
  case broadcast
  case slice(starts: [Int])
}

/// The function computed under a window that moves over images.
package enum WindowKernel: Hashable, Sendable {
  case convolution, dataGradient, weightGradient
  case maxPool, maxPoolScatter, maxPoolGather
  case averagePool, averagePoolGradient
}

package enum ReductionKind: String, Hashable, Sendable, CaseIterable {
  case sum, max, min, argmax
}

extension GraphOperation {
  package var name: String { Self.name }
  package func expansion(_ inputs: [Tensor]) -> Tensor? { nil }
  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    Monomial(0)
  }
  package static var badSamples: [BadOperationSample] { [] }

  /// An equality and a hash for any operation, for finding common subexpressions.
  package var key: AnyHashable { AnyHashable(self) }
}

/// One set of operands for an operation.
package struct OperationSample: Sendable {
  package enum Operand: Sendable {
    /// Uniform in the range; `gap` keeps values that far from zero (kinks).
    case float(TensorShape, ClosedRange<Double>, gap: Double)
    case int(TensorShape, Range<Int32>)
    case bool(TensorShape)

    package static func float(_ shape: TensorShape, _ range: ClosedRange<Double> = -2...2) -> Operand {
      .float(shape, range, gap: 0)
    }

    package var type: TensorType {
      switch self {
      case .float(let shape, _, _): TensorType(shape, .float32)
      case .int(let shape, _): TensorType(shape, .int32)
      case .bool(let shape): TensorType(shape, .bool)
      }
    }
  }

  package var operation: any GraphOperation
  package var operands: [Operand]

  package init(_ operation: any GraphOperation, _ operands: Operand...) {
    self.operation = operation
    self.operands = operands
  }
}

package struct BadOperationSample: Sendable {
  package var operation: any GraphOperation
  package var types: [TensorType]
  /// Words that the message must contain.
  package var message: String

  package init(_ operation: any GraphOperation, _ types: TensorType..., message: String) {
    self.operation = operation
    self.types = types
    self.message = message
  }
}
