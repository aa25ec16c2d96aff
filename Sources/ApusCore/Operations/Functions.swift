package import CApus

/// −x
package struct Negate: UnaryOperation {
  package static let name = "negate"
  package init() {}
  package static let opcode = APUS_NEGATE
  package static var opcodes: [ScalarType: apus_opcode] { [.float32: APUS_NEGATE, .int32: APUS_NEGATE_INT] }
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { -x }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { Tensor(-1) }
}

/// |x|; its derivative at 0 is 0.
package struct Absolute: UnaryOperation {
  package static let name = "abs"
  package init() {}
  package static let opcode = APUS_ABSOLUTE
  package static var opcodes: [ScalarType: apus_opcode] {
    [.float32: APUS_ABSOLUTE, .int32: APUS_ABSOLUTE_INT]
  }
  package static var sampleGap: Double { 0.05 }
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { Swift.abs(x) }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { x.sign() }
}

/// −1, 0 or 1 by the sign of x.
package struct Sign: UnaryOperation {
  package static let name = "sign"
  package init() {}
  package static let opcode = APUS_SIGN
  package static var sampleGap: Double { 0.05 }
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
    x > 0 ? 1 : x < 0 ? -1 : x.isNaN ? x : 0
  }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { nil }
}

/// x²
package struct Square: UnaryOperation {
  package static let name = "square"
  package init() {}
  package static let opcode = APUS_SQUARE
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { x * x }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { 2 * x }
}

/// √x, correctly rounded.
package struct SquareRoot: UnaryOperation {
  package static let name = "sqrt"
  package init() {}
  package static let opcode = APUS_SQUARE_ROOT
  package static var sampleRange: ClosedRange<Double> { 0.1...3 }
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { x.squareRoot() }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { 0.5 / y }
}

/// 1/x
package struct Reciprocal: UnaryOperation {
  package static let name = "reciprocal"
  package init() {}
  package static let opcode = APUS_RECIPROCAL
  package static var sampleRange: ClosedRange<Double> { 0.4...3 }
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { 1 / x }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { -y.square() }
}

/// eˣ
package struct Exp: UnaryOperation {
  package static let name = "exp"
  package init() {}
  package static let opcode = APUS_EXP
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { Scalar.function(Libm.exponential, x) }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { y }
}

/// eˣ − 1, exact near 0.
package struct ExpMinusOne: UnaryOperation {
  package static let name = "expm1"
  package init() {}
  package static let opcode = APUS_EXPM1
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
    Scalar.function(Libm.exponentialMinusOne, x)
  }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { y + 1 }
}

/// ln x
package struct Log: UnaryOperation {
  package static let name = "log"
  package init() {}
  package static let opcode = APUS_LOG
  package static var sampleRange: ClosedRange<Double> { 0.1...3 }
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { Scalar.function(Libm.logarithm, x) }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { x.reciprocal() }
}

/// ln(1 + x), exact near 0.
package struct LogOnePlus: UnaryOperation {
  package static let name = "log1p"
  package init() {}
  package static let opcode = APUS_LOG1P
  package static var sampleRange: ClosedRange<Double> { -0.8...2 }
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
    Scalar.function(Libm.logarithmOnePlus, x)
  }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { (x + 1).reciprocal() }
}

/// sin x
package struct Sin: UnaryOperation {
  package static let name = "sin"
  package init() {}
  package static let opcode = APUS_SIN
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { Scalar.function(Libm.sine, x) }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { x.cos() }
}

/// cos x
package struct Cos: UnaryOperation {
  package static let name = "cos"
  package init() {}
  package static let opcode = APUS_COS
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { Scalar.function(Libm.cosine, x) }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { -x.sin() }
}

/// tanh x
package struct TanhFunction: UnaryOperation {
  package static let name = "tanh"
  package init() {}
  package static let opcode = APUS_TANH
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
    Scalar.function(Libm.hyperbolicTangent, x)
  }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { 1 - y.square() }
}

/// 1 / (1 + e⁻ˣ)
package struct SigmoidFunction: UnaryOperation {
  package static let name = "sigmoid"
  package init() {}
  package static let opcode = APUS_SIGMOID
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
    Scalar.function({ 1 / (1 + Libm.exponential(-$0)) }, x)
  }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { y * (1 - y) }
}

/// The error function, 2/√π ∫₀ˣ e^(−t²) dt.
package struct ErrorFunction: UnaryOperation {
  package static let name = "erf"
  package init() {}
  package static let opcode = APUS_ERF
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
    Scalar.function(Libm.errorFunction, x)
  }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? {
    Tensor(2 / Double.pi.squareRoot()) * (-x.square()).exp()
  }
}

/// x · Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016).
package struct GaussianErrorLinear: UnaryOperation {
  package static let name = "gelu"
  package init() {}
  package static let opcode = APUS_GELU
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
    Scalar.function({ $0 * (1 + Libm.errorFunction($0 * 0.5.squareRoot())) / 2 }, x)
  }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { .apply(GaussianErrorLinearSlope(), [x]) }
}

/// The derivative of ``GaussianErrorLinear``: Φ(x) + x · φ(x), φ the normal density.
package struct GaussianErrorLinearSlope: UnaryOperation {
  package static let name = "geluSlope"
  package init() {}
  package static let opcode = APUS_GELU_SLOPE
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
    Scalar.function(
      {
        (1 + Libm.errorFunction($0 * 0.5.squareRoot())) / 2 + $0 * Libm.exponential(-$0 * $0 / 2)
          / (2 * Double.pi).squareRoot()
      }, x)
  }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? {
    Tensor(1 / (2 * Double.pi).squareRoot()) * (x.square() * -0.5).exp() * (2 - x.square())
  }
}

/// ln(1 + eˣ), without overflow.
package struct SoftplusFunction: UnaryOperation {
  package static let name = "softplus"
  package init() {}
  package static let opcode = APUS_SOFTPLUS
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
    Scalar.function(
      { $0.isNaN ? $0 : max($0, 0) + Libm.logarithmOnePlus(Libm.exponential(-Swift.abs($0))) }, x)
  }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { x.sigmoid() }
}

/// max(x, 0); its derivative at 0 is 0.
package struct Rectifier: UnaryOperation {
  package static let name = "relu"
  package init() {}
  package static let opcode = APUS_RELU
  package static var sampleGap: Double { 0.05 }
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { x > 0 ? x : x.isNaN ? x : 0 }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    // From the result, so that the operand need not be kept.
    [select(output .> 0, upstream, Tensor(0))]
  }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { select(y .> 0, Tensor(1), Tensor(0)) }
}

/// The largest integer that is not above x.
package struct Floor: UnaryOperation {
  package static let name = "floor"
  package init() {}
  package static let opcode = APUS_FLOOR
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { x.rounded(.down) }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { nil }
}

/// The smallest integer that is not below x.
package struct Ceiling: UnaryOperation {
  package static let name = "ceil"
  package init() {}
  package static let opcode = APUS_CEIL
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { x.rounded(.up) }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { nil }
}

/// The nearest integer, halves to the even one.
package struct Round: UnaryOperation {
  package static let name = "round"
  package init() {}
  package static let opcode = APUS_ROUND
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { x.rounded(.toNearestOrEven) }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { nil }
}

/// x, but 0 where |x| < 2⁻¹⁰⁰: what decays step by step never becomes subnormal, which is slow.
package struct Flush: UnaryOperation {
  package static let name = "flush"
  package init() {}
  package static let opcode = APUS_FLUSH
  package static var sampleGap: Double { 0.05 }
  package func value<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar { Swift.abs(x) < 0x1p-100 ? 0 : x }
  package func derivative(x: Tensor, y: Tensor) -> Tensor? { Tensor(1) }
}
