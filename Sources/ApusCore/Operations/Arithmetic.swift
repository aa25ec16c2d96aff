package import CApus

/// x + y
package struct Add: BinaryOperation {
  package static let name = "add"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] { [.float32: APUS_ADD, .int32: APUS_ADD_INT] }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar { left + right }
  package func gradients(left: Tensor, right: Tensor, output: Tensor, upstream: Tensor) -> [Tensor?] {
    [upstream, upstream]
  }
}

/// x − y
package struct Subtract: BinaryOperation {
  package static let name = "subtract"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] {
    [.float32: APUS_SUBTRACT, .int32: APUS_SUBTRACT_INT]
  }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar { left - right }
  package func gradients(left: Tensor, right: Tensor, output: Tensor, upstream: Tensor) -> [Tensor?] {
    [upstream, -upstream]
  }
}

/// x · y
package struct Multiply: BinaryOperation {
  package static let name = "multiply"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] {
    [.float32: APUS_MULTIPLY, .int32: APUS_MULTIPLY_INT]
  }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar { left * right }
  package func gradients(left: Tensor, right: Tensor, output: Tensor, upstream: Tensor) -> [Tensor?] {
    [upstream * right, upstream * left]
  }
}

/// x / y
package struct Divide: BinaryOperation {
  package static let name = "divide"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] { [.float32: APUS_DIVIDE] }
  package static var sampleRanges: [ClosedRange<Double>] { [-2...2, 0.5...2] }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar { left / right }
  package func gradients(left: Tensor, right: Tensor, output: Tensor, upstream: Tensor) -> [Tensor?] {
    let share = upstream / right
    return [share, -(share * output)]
  }
}

/// The larger of x and y; NaN when either is. The gradient goes to the larger, half to each of equals.
package struct Maximum: BinaryOperation {
  package static let name = "maximum"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] {
    [.float32: APUS_MAXIMUM, .int32: APUS_MAXIMUM_INT]
  }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar {
    left.isNaN || right.isNaN ? .nan : max(left, right)
  }
  package func gradients(left: Tensor, right: Tensor, output: Tensor, upstream: Tensor) -> [Tensor?] {
    shareByOrder(upstream, winner: left, loser: right)
  }
}

/// The smaller of x and y; NaN when either is. The gradient goes to the smaller, half to each of equals.
package struct Minimum: BinaryOperation {
  package static let name = "minimum"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] {
    [.float32: APUS_MINIMUM, .int32: APUS_MINIMUM_INT]
  }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar {
    left.isNaN || right.isNaN ? .nan : min(left, right)
  }
  package func gradients(left: Tensor, right: Tensor, output: Tensor, upstream: Tensor) -> [Tensor?] {
    shareByOrder(upstream, winner: right, loser: left)
  }
}

/// `upstream` split between two operands: to the first where `winner` is larger, half to each where they are equal.
private func shareByOrder(_ upstream: Tensor, winner: Tensor, loser: Tensor) -> [Tensor?] {
  let half = select(winner .== loser, Tensor(0.5), Tensor(0))
  return [
    upstream * (select(winner .> loser, Tensor(1), Tensor(0)) + half),
    upstream * (select(winner .< loser, Tensor(1), Tensor(0)) + half),
  ]
}

/// x to the power y, as C's pow.
package struct Power: BinaryOperation {
  package static let name = "power"
  package init() {}
  package static var opcodes: [ScalarType: apus_opcode] { [.float32: APUS_POWER] }
  package static var sampleRanges: [ClosedRange<Double>] { [0.3...2, -2...2] }
  package func value<Scalar: ReferenceScalar>(_ left: Scalar, _ right: Scalar) -> Scalar {
    Scalar.function({ Libm.power($0, Double(right)) }, left)
  }
  package func gradients(left: Tensor, right: Tensor, output: Tensor, upstream: Tensor) -> [Tensor?] {
    [upstream * right * power(left, right - 1), upstream * output * left.log()]
  }
}
