import CApus

/// Uniform random numbers in [0, 1), from Philox 4×32-10.
///
/// The operand is a key of four int32: seed and step, each as low and high word. Together with
/// `stream` (a hash of the place in the network) and the sample's row it names the numbers:
/// there is no generator to carry along, and a row's numbers do not depend on the rows beside it.
package struct RandomUniform: GraphOperation {
  package static let name = "uniform"
  package var shape: TensorShape
  package var stream: UInt64

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    guard inputs[0] == TensorType([4], .int32) else {
      throw ApusError(
        "uniform with the key \(inputs[0])", expected: "int32[4]: seed low, high, step low, high")
    }
    guard !shape.dimensions.dropFirst().contains(where: \.isPerRow) else {
      throw ApusError("uniform of shape \(shape)", expected: "the rows of the batch in the first axis")
    }
    return TensorType(shape)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] { [nil] }

  /// Elements for each row of the batch; all of them when the shape has no rows.
  package var sampleSize: Int { shape.count.coefficient }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    let key = inputs[0].values.map { UInt32(bitPattern: Int32($0)) }
    var result = ReferenceArray<Scalar>(shape: output)
    for position in result.values.indices {
      let (sample, element) = position.quotientAndRemainder(dividingBy: sampleSize)
      var words: [UInt32] = [0, 0, 0, 0]
      apus_philox(
        [UInt32(element / 4), UInt32(sample), key[2], key[3]],
        [key[0] ^ UInt32(truncatingIfNeeded: stream), key[1] ^ UInt32(truncatingIfNeeded: stream >> 32)],
        &words)
      result.values[position] = Scalar(words[element % 4] >> 8) * 0x1p-24
    }
    return result
  }
  package var lowering: Lowering { .random(stream: stream) }
  package static var samples: [OperationSample] {
    [
      OperationSample(RandomUniform(shape: [7, 5], stream: 11), .int([4], 0..<100)),
      OperationSample(RandomUniform(shape: [3, 1300], stream: 1 << 40), .int([4], -100..<100)),
    ]
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        RandomUniform(shape: [2], stream: 0), TensorType([2], .int32), message: "expected int32[4]")
    ]
  }
}

/// Normal random numbers, mean 0 and variance 1: √(−2 ln(1−u)) · cos(2πv) of two uniform ones
/// (Box and Muller 1958).
package struct RandomNormal: GraphOperation {
  package static let name = "normal"
  package var shape: TensorShape
  package var stream: UInt64

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    try RandomUniform(shape: shape, stream: stream).outputType(inputs)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] { [nil] }

  /// The stream of the angles, different from the one of the radii.
  private var angleStream: UInt64 { stream ^ 0x9E37_79B9_7F4A_7C15 }

  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let u = Tensor.apply(RandomUniform(shape: shape, stream: stream), inputs)
    let v = Tensor.apply(RandomUniform(shape: shape, stream: angleStream), inputs)
    return (-2 * (1 - u).log()).sqrt() * (Tensor(2 * Float.pi) * v).cos()
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    let u = RandomUniform(shape: shape, stream: stream).reference(inputs, output: output, rows: rows)
    let v = RandomUniform(shape: shape, stream: angleStream).reference(inputs, output: output, rows: rows)
    return ReferenceArray(
      shape: output,
      values: zip(u.values, v.values).map { u, v in
        SquareRoot().value(-2 * Log().value(1 - u)) * Cos().value(Scalar(2 * Float.pi) * v)
      })
  }
  package var lowering: Lowering { .expansion }
  package static var samples: [OperationSample] {
    [OperationSample(RandomNormal(shape: [7, 50], stream: 12), .int([4], 0..<100))]
  }
}

/// 1 with the probability of the second operand, else 0.
package struct RandomBernoulli: GraphOperation {
  package static let name = "bernoulli"
  package var shape: TensorShape
  package var stream: UInt64

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    guard inputs[1] == TensorType([]) else {
      throw ApusError("bernoulli with the probability \(inputs[1])", expected: "one float32")
    }
    return try RandomUniform(shape: shape, stream: stream).outputType(inputs)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] { [nil, nil] }
  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let u = Tensor.apply(RandomUniform(shape: shape, stream: stream), [inputs[0]])
    return (u .< inputs[1]).cast(to: .float32)
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    RandomUniform(shape: shape, stream: stream).reference([inputs[0]], output: output, rows: rows)
      .map { $0 < inputs[1].values[0] ? 1 : 0 }
  }
  package var lowering: Lowering { .expansion }
  package static var samples: [OperationSample] {
    [OperationSample(RandomBernoulli(shape: [7, 50], stream: 13), .int([4], 0..<100), .float([], 0.3...0.6))]
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        RandomBernoulli(shape: [2], stream: 0), TensorType([4], .int32), TensorType([2]),
        message: "expected one float32")
    ]
  }
}
