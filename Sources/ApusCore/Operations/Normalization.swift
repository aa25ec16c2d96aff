/// (x − mean) / √(variance + ε) over the last axis: what layer normalization scales and shifts (Ba et al. 2016).
package struct Standardize: GraphOperation {
  package static let name = "standardize"
  package var epsilon: Double

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let input = inputs[0]
    guard input.scalar.isFloat, input.shape.rank >= 1, !input.shape[-1].isPerRow, input.shape[-1] != 0 else {
      throw ApusError("standardize of \(input)", expected: "float32 with a last axis of fixed length")
    }
    return input
  }

  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let (centered, factor) = parts(inputs[0])
    return centered * factor
  }

  /// x − mean, and 1 / √(variance + ε) of each row. A gradient that asks for them gets what is there already.
  private func parts(_ x: Tensor) -> (centered: Tensor, factor: Tensor) {
    let centered = x - rowMean(x)
    return (centered, (rowMean(centered.square()) + Tensor(epsilon)).sqrt().reciprocal())
  }

  /// By a multiplication: a row's length is known.
  private func rowMean(_ x: Tensor) -> Tensor {
    x.sum(axes: [-1], keepDimensions: true) * Tensor(1 / Double(x.shape[-1].size))
  }

  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [parts(inputs[0]).factor * (upstream - rowMean(upstream) - output * rowMean(upstream * output))]
  }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    let length = Scalar(output.last!)
    return ReferenceArray(shape: output) { index in
      let row = (0..<output.last!).map { inputs[0][index.dropLast() + [$0]] }
      let mean = row.reduce(0, +) / length
      let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / length
      return (inputs[0][index] - mean) / (variance + Scalar(epsilon)).squareRoot()
    }
  }

  package var lowering: Lowering { .expansion }

  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    Monomial(6) * output.shape.count
  }

  package static var samples: [OperationSample] {
    [
      OperationSample(Standardize(epsilon: 1e-3), .float([3, 5])),
      OperationSample(Standardize(epsilon: 0.1), .float([2, 2, 7])),
      OperationSample(Standardize(epsilon: 1e-5), .float([5, 300])),
      OperationSample(Standardize(epsilon: 1e-5), .float([2, 1500])),
    ]
  }

  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        Standardize(epsilon: 1e-5), TensorType([]),
        message: "standardize of float32[]; expected float32 with a last axis of fixed length")
    ]
  }
}

extension Tensor {
  /// (x − mean) / √(variance + ε) over the last axis.
  public func standardized(epsilon: Double = 1e-5) -> Tensor { .apply(Standardize(epsilon: epsilon), [self]) }

  /// Returns the number of a shape's elements, as a float: over the rows of a batch, only the rows that are present.
  public static func elementCount(_ shape: TensorShape) -> Tensor {
    .apply(ElementCount(count: shape.count), [])
  }
}
