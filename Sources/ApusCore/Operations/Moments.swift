/// Mean and variance of each element of the last axis over all other axes: `[…, n] → [2, n]`, the means first.
///
/// mean = Σ x / m, variance = Σ (x − mean)² / m over the m elements; both 0 where there are none. What batch
/// normalization needs (Ioffe and Szegedy 2015), in one pass over memory: blocks of rows, each with a mean and squared
/// deviations of its own, brought together as Chan, Golub and LeVeque (1979) do, so that nothing cancels.
package struct Moments: GraphOperation {
  package static let name = "moments"

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let input = inputs[0]
    guard input.scalar.isFloat, input.shape.rank >= 2, !input.shape[-1].isPerRow, input.shape[-1] != 0 else {
      throw ApusError(
        "moments of \(input)", expected: "float32 of at least two axes, the last of fixed length")
    }
    return TensorType([2, input.shape[-1]], input.scalar)
  }

  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    let input = inputs[0]
    let count = Tensor.elementCount(TensorShape(Array(input.shape.dimensions.dropLast())))
    let (mean, _) = output.momentRows()
    let (ofMean, ofVariance) = upstream.momentRows()
    return [(input - mean) * (2 * ofVariance / count) + ofMean / count]
  }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    let input = inputs[0]
    let width = output[1]
    let count = input.values.count / width
    guard count > 0 else { return ReferenceArray(shape: output) }
    func mean(_ column: Int, _ value: (Scalar) -> Scalar) -> Scalar {
      (0..<count).map { value(input.values[$0 * width + column]) }.reduce(0, +) / Scalar(count)
    }
    return ReferenceArray(shape: output) { index in
      let average = mean(index[1]) { $0 }
      return index[0] == 0 ? average : mean(index[1]) { ($0 - average) * ($0 - average) }
    }
  }

  package var lowering: Lowering { .moments }

  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    Monomial(4) * inputs[0].shape.count
  }

  package static var samples: [OperationSample] {
    [
      OperationSample(Moments(), .float([6, 5])), OperationSample(Moments(), .float([2, 3, 2, 4])),
      OperationSample(Moments(), .float([1, 3])), OperationSample(Moments(), .float([1000, 3], 90...110)),
      OperationSample(Moments(), .float([300, 70])), OperationSample(Moments(), .float([0, 4])),
      OperationSample(Moments(), .float([9, 20, 20, 32])),
    ]
  }

  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        Moments(), TensorType([3]), message: "moments of float32[3]; expected float32 of at"),
      BadOperationSample(Moments(), TensorType([3, 2], .int32), message: "moments of int32[3, 2]"),
    ]
  }
}

extension Tensor {
  /// Mean and variance (divided by the number of elements) of each element of the last axis over all other axes:
  /// `[…, n] → [n]` each. Over the rows of a batch they are those of the rows that are there.
  public func moments() -> (mean: Tensor, variance: Tensor) { Tensor.apply(Moments(), [self]).momentRows() }

  /// The two rows of `[2, n]`, each `[n]`.
  fileprivate func momentRows() -> (mean: Tensor, variance: Tensor) {
    let width = TensorShape([shape[-1]])
    return (slice(axis: 0, 0..<1).reshape(width), slice(axis: 0, 1..<2).reshape(width))
  }
}
