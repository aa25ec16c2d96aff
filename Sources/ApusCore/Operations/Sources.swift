/// An input of a traced graph.
package struct Placeholder: GraphOperation {
  package static let name = "input"
  package var name: String
  package var type: TensorType

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType { type }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] { [] }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    ReferenceArray(shape: output)
  }
  package var lowering: Lowering { .source }
  package static var samples: [OperationSample] { [] }
}

/// Numbers that are known while tracing.
package struct Constant: GraphOperation {
  package static let name = "constant"
  package var type: TensorType
  package var storage: TensorStorage
  /// A scalar that float32 rounds, as it was given: what the interpreter computes with in double precision.
  package var exact: Double?

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType { type }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] { [] }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    if let exact { return ReferenceArray(shape: output, repeating: Scalar(exact)) }
    return ReferenceArray(
      shape: output,
      values: type.scalar == .int32 ? storage.integers.map { Scalar($0) } : storage.floats.map { Scalar($0) })
  }
  package var lowering: Lowering { .source }
  package static var samples: [OperationSample] { [] }

  /// Equal when the type and the bits are; long ones only when they are the same storage.
  package static func == (left: Constant, right: Constant) -> Bool {
    guard left.type == right.type, left.exact == right.exact else { return false }
    if left.storage === right.storage { return true }
    guard left.storage.count <= comparedCount else { return false }
    return left.storage.integers.elementsEqual(right.storage.integers)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(type)
    for value in storage.integers.prefix(Self.comparedCount) { hasher.combine(value) }
  }

  private static let comparedCount = 16
}

/// The number of elements of a shape as a float, known only when the rows of the batch are: what a mean
/// divides by.
package struct ElementCount: GraphOperation {
  package static let name = "count"
  package var count: Monomial

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType { TensorType([]) }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] { [] }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    ReferenceArray(shape: output, repeating: Scalar(count.resolved(rows: rows)))
  }
  package var lowering: Lowering { .source }
  package static var samples: [OperationSample] { [OperationSample(ElementCount(count: Monomial(3)))] }
}
