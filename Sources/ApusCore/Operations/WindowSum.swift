/// Sums over a window along the last axis: yᵢ = Σ xⱼ for i − before ≤ j ≤ i + after, as far as there are any.
///
/// The sums of local response normalization (Krizhevsky et al. 2012). The gradient is the same with the window reversed.
package struct WindowSum: GraphOperation {
  package static let name = "windowSum"
  package var before: Int
  package var after: Int

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let input = inputs[0]
    guard input.scalar.isFloat, input.shape.rank >= 1, !input.shape[-1].isPerRow, before >= 0, after >= 0
    else {
      throw ApusError(
        "windowSum of \(input) from −\(before) to \(after)",
        expected: "float32 with a last axis of fixed length")
    }
    return input
  }

  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let input = inputs[0]
    let length = input.shape[-1].size
    func zeros(_ count: Int) -> [Tensor] {
      var shape = input.shape
      shape.dimensions[shape.rank - 1] = Dimension(count)
      return count > 0 ? [Tensor(0).broadcast(to: shape)] : []
    }
    let padded = Tensor.concatenate(zeros(before) + [input] + zeros(after), axis: -1)
    return (0...(before + after)).map { padded.slice(axis: -1, $0..<($0 + length)) }.reduce(nil as Tensor?) {
      (sum, slice) in
      sum.map { $0 + slice } ?? slice
    }
  }

  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [.apply(WindowSum(before: after, after: before), [upstream])]
  }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    ReferenceArray(shape: output) { index in
      let last = index.last!
      return (max(last - before, 0)...min(last + after, output.last! - 1))
        .map { inputs[0][index.dropLast() + [$0]] }.reduce(0, +)
    }
  }

  package var lowering: Lowering { .expansion }

  package static var samples: [OperationSample] {
    [
      OperationSample(WindowSum(before: 1, after: 2), .float([3, 5])),
      OperationSample(WindowSum(before: 2, after: 2), .float([2, 2, 6])),
      OperationSample(WindowSum(before: 3, after: 0), .float([2])),
    ]
  }

  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        WindowSum(before: 1, after: 1), TensorType([3], .int32), message: "windowSum of int32[3]")
    ]
  }
}

extension Tensor {
  /// The sums of the elements from `before` places before to `after` places after each, along the last axis.
  public func windowSum(before: Int, after: Int) -> Tensor {
    .apply(WindowSum(before: before, after: after), [self])
  }
}
