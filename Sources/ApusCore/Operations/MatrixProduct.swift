/// The product of matrices in the last two axes, either transposed first; leading axes are a batch.
///
/// c[…, i, j] = Σₖ a[…, i, k] · b[…, k, j]
package struct MatrixProduct: GraphOperation {
  package static let name = "matmul"
  package var transposeLeft: Bool
  package var transposeRight: Bool

  package init(transposeLeft: Bool = false, transposeRight: Bool = false) {
    self.transposeLeft = transposeLeft
    self.transposeRight = transposeRight
  }

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let left = inputs[0].shape
    let right = inputs[1].shape
    guard inputs.allSatisfy({ $0.scalar == .float32 }) || inputs.allSatisfy({ $0.scalar == .float64 }) else {
      throw ApusError("matmul of \(inputs[0]) and \(inputs[1])", expected: "two float32 operands")
    }
    guard left.rank >= 2, left.rank == right.rank, left.dimensions.dropLast(2) == right.dimensions.dropLast(2)
    else {
      throw ApusError(
        "matmul of shapes \(left) and \(right)", expected: "two matrices, or two batches of as many matrices",
        fix: "reshape or broadcast one operand")
    }
    let (rows, inner) = transposeLeft ? (left[-1], left[-2]) : (left[-2], left[-1])
    let (innerRight, columns) = transposeRight ? (right[-1], right[-2]) : (right[-2], right[-1])
    guard inner == innerRight else {
      throw ApusError(
        "matmul of shapes \(left)\(transposeLeft ? "ᵀ" : "") and \(right)\(transposeRight ? "ᵀ" : "")",
        expected: "as many columns on the left (\(inner)) as rows on the right (\(innerRight))")
    }
    return TensorType(TensorShape(left.dimensions.dropLast(2) + [rows, columns]), inputs[0].scalar)
  }

  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    let (left, right) = (inputs[0], inputs[1])
    func product(_ a: Tensor, _ b: Tensor, _ transposeLeft: Bool, _ transposeRight: Bool) -> Tensor {
      .apply(MatrixProduct(transposeLeft: transposeLeft, transposeRight: transposeRight), [a, b])
    }
    return [
      transposeLeft
        ? product(right, upstream, transposeRight, true) : product(upstream, right, false, !transposeRight),
      transposeRight
        ? product(upstream, left, true, transposeLeft) : product(left, upstream, !transposeLeft, false),
    ]
  }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    let (left, right) = (inputs[0], inputs[1])
    let inner = left.shape[left.shape.count - (transposeLeft ? 2 : 1)]
    return ReferenceArray(shape: output) { index in
      // A row of the left one and a column of the right one: where they begin, and how far their elements are apart.
      let batch = Array(index.dropLast(2))
      let (row, column) = (index[index.count - 2], index[index.count - 1])
      guard inner > 0 else { return 0 }
      let leftStart = left.position(batch + (transposeLeft ? [0, row] : [row, 0]))
      let rightStart = right.position(batch + (transposeRight ? [column, 0] : [0, column]))
      let leftStep = transposeLeft ? left.shape[left.shape.count - 1] : 1
      let rightStep = transposeRight ? 1 : right.shape[right.shape.count - 1]
      var sum: Scalar = 0
      for k in 0..<inner {
        sum += left.values[leftStart + k * leftStep] * right.values[rightStart + k * rightStep]
      }
      return sum
    }
  }

  package var lowering: Lowering {
    .contraction(transposeLeft: transposeLeft, transposeRight: transposeRight)
  }

  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    Monomial(2) * output.shape.count * Monomial(inputs[0].shape[transposeLeft ? -2 : -1])
  }

  package static var samples: [OperationSample] {
    var samples: [OperationSample] = []
    for (m, k, n) in [(3, 4, 5), (1, 7, 33), (17, 1, 2), (70, 130, 90)] {
      for (transposeLeft, transposeRight) in [(false, false), (false, true), (true, false), (true, true)] {
        let left = transposeLeft ? TensorShape([k, m]) : TensorShape([m, k])
        let right = transposeRight ? TensorShape([n, k]) : TensorShape([k, n])
        samples.append(
          OperationSample(
            MatrixProduct(transposeLeft: transposeLeft, transposeRight: transposeRight), .float(left),
            .float(right)))
      }
    }
    samples.append(OperationSample(MatrixProduct(), .float([3, 4, 5]), .float([3, 5, 2])))
    samples.append(
      OperationSample(MatrixProduct(transposeRight: true), .float([2, 3, 4, 5]), .float([2, 3, 6, 5])))
    samples.append(OperationSample(MatrixProduct(), .float([0, 4]), .float([4, 3])))
    samples.append(OperationSample(MatrixProduct(), .float([2, 0]), .float([0, 3])))
    return samples
  }

  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        MatrixProduct(), TensorType([2, 3]), TensorType([4, 5]),
        message: "columns on the left (3) as rows on the right (4)"),
      BadOperationSample(
        MatrixProduct(), TensorType([2]), TensorType([2, 5]), message: "expected two matrices"),
      BadOperationSample(
        MatrixProduct(), TensorType([2, 2], .int32), TensorType([2, 2]),
        message: "expected two float32 operands"),
    ]
  }
}
