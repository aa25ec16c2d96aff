package import CApus

/// A comparison: a truth value for each pair of elements; no gradient flows through it.
package protocol ComparisonOperation: BinaryOperation {}

extension ComparisonOperation {
  package static func resultType(for operand: ScalarType) -> ScalarType { .bool }
  package func gradients(left: Tensor, right: Tensor, output: Tensor, upstream: Tensor) -> [Tensor?] {
    [nil, nil]
  }
}

/// x = y; false when either is NaN.
package struct Equal: ComparisonOperation {
  package static let name = "equal"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] { [.float32: APUS_EQUAL, .int32: APUS_EQUAL_INT] }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar {
    left == right ? 1 : 0
  }
}

/// x ≠ y; true when either is NaN.
package struct NotEqual: ComparisonOperation {
  package static let name = "notEqual"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] { [.float32: APUS_NOT_EQUAL] }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar {
    left != right ? 1 : 0
  }
}

/// x < y; false when either is NaN.
package struct Less: ComparisonOperation {
  package static let name = "less"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] { [.float32: APUS_LESS, .int32: APUS_LESS_INT] }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar {
    left < right ? 1 : 0
  }
}

/// x ≤ y; false when either is NaN.
package struct LessOrEqual: ComparisonOperation {
  package static let name = "lessOrEqual"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] {
    [.float32: APUS_LESS_EQUAL, .int32: APUS_LESS_EQUAL_INT]
  }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar {
    left <= right ? 1 : 0
  }
}

/// Both of two truth values.
package struct And: ComparisonOperation {
  package static let name = "and"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] { [.bool: APUS_AND] }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar {
    left != 0 && right != 0 ? 1 : 0
  }
  package static var samples: [OperationSample] { truthSamples(And()) }
}

/// Either of two truth values.
package struct Or: ComparisonOperation {
  package static let name = "or"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] { [.bool: APUS_OR] }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar {
    left != 0 || right != 0 ? 1 : 0
  }
  package static var samples: [OperationSample] { truthSamples(Or()) }
}

private func truthSamples(_ operation: any GraphOperation) -> [OperationSample] {
  [
    OperationSample(operation, .bool([3, 5]), .bool([5])),
    OperationSample(operation, .bool([3, 40]), .bool([3, 1])),
  ]
}

/// The other truth value.
package struct Not: UnaryOperation {
  package static let name = "not"
  package init() {}
  package static let opcode = APUS_NOT
  package static var opcodes: [ScalarType: apus_opcode] { [.bool: APUS_NOT] }
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { x == 0 ? 1 : 0 }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { nil }
  package static var samples: [OperationSample] { [OperationSample(Not(), .bool([3, 5]))] }
}

/// Truth values that indicate whether x is neither infinite nor NaN.
package struct IsFinite: UnaryOperation {
  package static let name = "isFinite"
  package init() {}
  package static let opcode = APUS_IS_FINITE
  package static func resultType(for operand: ScalarType) -> ScalarType { .bool }
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { x.isFinite ? 1 : 0 }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { nil }
}

/// The second operand where the first is true, the third elsewhere.
package struct Select: ElementwiseOperation {
  package static let name = "select"
  package init() {}
  package static let operandCount = 3
  package static var opcodes: [ScalarType: apus_opcode] {
    [.float32: APUS_SELECT, .int32: APUS_SELECT, .bool: APUS_SELECT]
  }
  package static var typedOperands: Range<Int> { 1..<3 }
  package func value<Scalar: ReferenceScalar>(_ operands: [Scalar]) -> Scalar {
    operands[0] != 0 ? operands[1] : operands[2]
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [
      nil,
      select(inputs[0], upstream, Tensor(0)).summed(to: inputs[1].shape),
      select(inputs[0], Tensor(0), upstream).summed(to: inputs[2].shape),
    ]
  }
  package static var samples: [OperationSample] {
    [
      OperationSample(Select(), .bool([3, 5]), .float([3, 5]), .float([5])),
      OperationSample(Select(), .bool([3, 1]), .float([]), .float([3, 70])),
    ]
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        Select(), TensorType([2], .bool), TensorType([2]), TensorType([3]),
        message: "select of shapes [2] and [2] and [3]")
    ]
  }
}

/// The same number as another type: truth to 1 and 0, a number to int32 toward zero, to truth by ≠ 0.
package struct Cast: GraphOperation {
  package static let name = "cast"
  package var target: ScalarType
  package var source: ScalarType

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    TensorType(inputs[0].shape, target)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [target.isFloat && source.isFloat ? upstream.cast(to: source) : nil]
  }
  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    // A truth value is a number already; to make one, compare.
    guard target == .bool else { return nil }
    let number = inputs[0]
    return source == .int32
      ? .apply(Not(), [.apply(Equal(), [number, Tensor(Int32(0))])])
      : .apply(NotEqual(), [number, Tensor(0)])
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    switch target {
    case .bool: inputs[0].map { $0 != 0 ? 1 : 0 }
    case .int32: inputs[0].map { $0.isNaN ? 0 : Scalar(Int32(clamping: Int64($0.rounded(.towardZero)))) }
    case .float32, .float64: inputs[0]
    }
  }
  package var lowering: Lowering {
    switch (source, target) {
    case (.int32, .float32): .program { _ in APUS_INT_TO_FLOAT }
    case (.float32, .int32), (.bool, .int32): .program { _ in APUS_FLOAT_TO_INT }
    case (.float64, _), (_, .float64), (_, .bool): .expansion
    default: .view(.reshape)
    }
  }
  package static var samples: [OperationSample] {
    [
      OperationSample(Cast(target: .int32, source: .float32), .float([3, 40], -9...9)),
      OperationSample(Cast(target: .float32, source: .int32), .int([3, 40], -9..<9)),
      OperationSample(Cast(target: .float32, source: .bool), .bool([5])),
      OperationSample(Cast(target: .int32, source: .bool), .bool([5])),
      OperationSample(Cast(target: .bool, source: .float32), .float([5])),
      OperationSample(Cast(target: .bool, source: .int32), .int([5], 0..<2)),
    ]
  }
}
