/// eˣⁱ / Σⱼ eˣʲ along the last axis.
package struct SoftmaxOperation: GraphOperation {
  package static let name = "softmax"

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    try normalizable(name, inputs[0])
  }
  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let exponentials = shifted(inputs[0]).exp()
    return exponentials / exponentials.sum(axes: [-1], keepDimensions: true)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [output * (upstream - (upstream * output).sum(axes: [-1], keepDimensions: true))]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    LogSoftmaxOperation().reference(inputs, output: output, rows: rows).map { Exp().value($0) }
  }
  package var lowering: Lowering { .expansion }
  package static var samples: [OperationSample] { normalizationSamples(SoftmaxOperation()) }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        SoftmaxOperation(), TensorType([]), message: "softmax of float32[]; expected at least one axis")
    ]
  }
}

/// xᵢ − ln Σⱼ eˣʲ along the last axis.
package struct LogSoftmaxOperation: GraphOperation {
  package static let name = "logSoftmax"

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    try normalizable(name, inputs[0])
  }
  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let shifted = shifted(inputs[0])
    return shifted - shifted.exp().sum(axes: [-1], keepDimensions: true).log()
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    // The softmax of the operand rather than exp(output): its exponentials are there already.
    [upstream - inputs[0].softmax() * upstream.sum(axes: [-1], keepDimensions: true)]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    let input = inputs[0]
    let length = output.last!
    return ReferenceArray(shape: output) { index in
      let row = (0..<length).map { input[index.dropLast() + [$0]] }
      if row.contains(where: \.isNaN) { return .nan }
      let largest = row.max()!
      let sum = row.map { Exp().value($0 - largest) }.reduce(0, +)
      return input[index] - largest - Log().value(sum)
    }
  }
  package var lowering: Lowering { .expansion }
  package static var samples: [OperationSample] { normalizationSamples(LogSoftmaxOperation()) }
  package static var badSamples: [BadOperationSample] {
    [BadOperationSample(LogSoftmaxOperation(), TensorType([2], .int32), message: "logSoftmax of int32[2]")]
  }
}

/// x less the largest element of its row: the same softmax, and exponentials that don't overflow. The largest
/// is a constant for the gradient, since the result does not depend on it.
private func shifted(_ x: Tensor) -> Tensor {
  x - x.max(axes: [-1], keepDimensions: true).stopGradient()
}

private func normalizable(_ name: String, _ type: TensorType) throws(ApusError) -> TensorType {
  guard type.scalar.isFloat, type.shape.rank >= 1, type.shape[-1] != 0 else {
    throw ApusError("\(name) of \(type)", expected: "at least one axis of float32, its length above 0")
  }
  return type
}

private func normalizationSamples(_ operation: any GraphOperation) -> [OperationSample] {
  [
    OperationSample(operation, .float([4, 10])), OperationSample(operation, .float([3], -20...20)),
    OperationSample(operation, .float([2, 3, 5])), OperationSample(operation, .float([3, 1500])),
  ]
}
