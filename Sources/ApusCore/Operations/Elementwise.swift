package import CApus

/// An operation that computes each element from the elements at the same place of its operands,
/// which are broadcast to one shape. The engine fuses chains of them into one program.
package protocol ElementwiseOperation: GraphOperation {
  static var operandCount: Int { get }
  /// The operands' types that it takes, and the opcode for each.
  static var opcodes: [ScalarType: apus_opcode] { get }
  /// The result's type for operands of a type.
  static func resultType(for operand: ScalarType) -> ScalarType
  /// The operands that decide the type; the others may be of any (the condition of a select is a truth value).
  static var typedOperands: Range<Int> { get }
  /// One element.
  func value<Scalar: ReferenceScalar>(_ operands: [Scalar]) -> Scalar
}

extension ElementwiseOperation {
  package static func resultType(for operand: ScalarType) -> ScalarType { operand }
  package static var typedOperands: Range<Int> { 0..<operandCount }

  // What is not computed for each element is compiled once, and not for each operation.
  @_semantics("optimize.sil.specialize.generic.never")
  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let typed = inputs[Self.typedOperands]
    guard let first = typed.first, typed.allSatisfy({ $0.scalar == first.scalar }) else {
      throw ApusError(
        "\(name) of \(typed.map(\.description).joined(separator: " and "))",
        expected: "operands of one type", fix: "convert one with cast(to:)")
    }
    guard Self.opcodes[first.scalar] != nil || first.scalar == .float64 && Self.opcodes[.float32] != nil
    else {
      throw ApusError(
        "\(name) of \(first.scalar.rawValue)",
        expected: Self.opcodes.keys.map(\.rawValue).sorted().joined(separator: " or "),
        fix: "convert it with cast(to:)")
    }
    var shape = inputs[0].shape
    for input in inputs.dropFirst() {
      guard let common = shape.broadcast(with: input.shape) else {
        throw ApusError(
          "\(name) of shapes \(inputs.map(\.shape.description).joined(separator: " and "))",
          expected: "equal lengths axis by axis from the last, or 1",
          fix: "reshape one operand or sum over the axis that differs")
      }
      shape = common
    }
    return TensorType(shape, Self.resultType(for: first.scalar))
  }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    ReferenceArray(shape: output) { index in value(inputs.map { $0[index] }) }
  }

  package var lowering: Lowering {
    let opcodes = Self.opcodes
    return .program { opcodes[$0] }
  }

  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    output.shape.count
  }
}

/// An elementwise operation with one operand x and the result y = f(x).
package protocol UnaryOperation: ElementwiseOperation {
  init()
  static var opcode: apus_opcode { get }
  /// The range from which the tests sample x, away from kinks and singularities.
  static var sampleRange: ClosedRange<Double> { get }
  static var sampleGap: Double { get }
  func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar
  /// dy/dx as a tensor; nil where it is zero almost everywhere.
  func derivative(x: Tensor, y: Tensor) -> Tensor?
}

extension UnaryOperation {
  package static var operandCount: Int { 1 }
  package static var opcodes: [ScalarType: apus_opcode] { [.float32: opcode] }
  package static var sampleRange: ClosedRange<Double> { -2...2 }
  package static var sampleGap: Double { 0 }

  package func value<Scalar: ReferenceScalar>(_ operands: [Scalar]) -> Scalar { value(operands[0]) }

  @_semantics("optimize.sil.specialize.generic.never")
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [derivative(x: inputs[0], y: output).map { upstream * $0 }]
  }

  @_semantics("optimize.sil.specialize.generic.never")
  package static var samples: [OperationSample] {
    [
      OperationSample(Self(), .float([3, 5], sampleRange, gap: sampleGap)),
      OperationSample(Self(), .float([0, 4], sampleRange, gap: sampleGap)),
      OperationSample(Self(), .float([7, 300], sampleRange, gap: sampleGap)),
    ]
  }

  @_semantics("optimize.sil.specialize.generic.never")
  package static var badSamples: [BadOperationSample] {
    opcodes[.bool] != nil
      ? []
      : [BadOperationSample(Self(), TensorType([2], .bool), message: "\(name) of bool; expected float32")]
  }
}

/// An elementwise operation with two operands of one type.
package protocol BinaryOperation: ElementwiseOperation {
  init()
  static var sampleRanges: [ClosedRange<Double>] { get }
  func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar
  /// The gradients for both operands, of the result's shape; they are summed over what was broadcast.
  func gradients(left: Tensor, right: Tensor, output: Tensor, upstream: Tensor) -> [Tensor?]
}

extension BinaryOperation {
  package static var operandCount: Int { 2 }
  package static var sampleRanges: [ClosedRange<Double>] { [-2...2, -2...2] }

  package func value<Scalar: ReferenceScalar>(_ operands: [Scalar]) -> Scalar {
    value(operands[0], operands[1])
  }

  @_semantics("optimize.sil.specialize.generic.never")
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    let results = gradients(left: inputs[0], right: inputs[1], output: output, upstream: upstream)
    return zip(results, inputs).map { $0?.summed(to: $1.shape) }
  }

  @_semantics("optimize.sil.specialize.generic.never")
  package static var samples: [OperationSample] {
    let shapes: [(TensorShape, TensorShape)] = [
      ([3, 5], [3, 5]), ([3, 5], [5]), ([3, 1], [3, 5]), ([2, 3, 1], [3, 4]), ([], [2, 3]), ([0, 3], [3]),
      ([9, 257], [257]), ([5, 2100], [5, 1]),
    ]
    return shapes.map {
      OperationSample(
        Self(), .float($0, sampleRanges[0], gap: 0.05), .float($1, sampleRanges[1], gap: 0.05))
    }
  }

  @_semantics("optimize.sil.specialize.generic.never")
  package static var badSamples: [BadOperationSample] {
    var samples = [
      BadOperationSample(
        Self(), TensorType([2, 3]), TensorType([2, 4]),
        message: "\(name) of shapes [2, 3] and [2, 4]; expected equal"),
      BadOperationSample(
        Self(), TensorType([2]), TensorType([2], .int32), message: "expected operands of one type"),
    ]
    if opcodes[.float32] == nil {
      samples[0].types = [TensorType([2, 3], .bool), TensorType([2, 4], .bool)]
    }
    return samples
  }
}
