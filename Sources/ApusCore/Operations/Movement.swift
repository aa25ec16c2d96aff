/// The same elements in the same order under another shape.
package struct ReshapeOperation: GraphOperation {
  package static let name = "reshape"
  package var shape: TensorShape

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    guard inputs[0].shape.count == shape.count else {
      throw ApusError(
        "reshape of \(inputs[0].shape) to \(shape)",
        expected: "as many elements as before (\(elements(inputs[0].shape)))")
    }
    return TensorType(shape, inputs[0].scalar)
  }
  private func elements(_ shape: TensorShape) -> String {
    let count = shape.count
    return count.power == 0 ? "\(count.coefficient)" : "\(count.coefficient) for each row"
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [upstream.reshape(inputs[0].shape)]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    ReferenceArray(shape: output, values: inputs[0].values)
  }
  package var lowering: Lowering { .view(.reshape) }
  package static var samples: [OperationSample] {
    [
      OperationSample(ReshapeOperation(shape: [3, 4]), .float([2, 6])),
      OperationSample(ReshapeOperation(shape: []), .float([1, 1])),
      OperationSample(ReshapeOperation(shape: [0, 2]), .float([3, 0])),
    ]
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        ReshapeOperation(shape: [4, 2]), TensorType([3, 2]),
        message: "reshape of [3, 2] to [4, 2]; expected as many elements as before (6)")
    ]
  }
}

/// The axes in another order: axis i of the result is axis `permutation[i]` of the operand.
package struct Transpose: GraphOperation {
  package static let name = "transpose"
  package var permutation: [Int]

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    guard permutation.sorted() == Array(0..<inputs[0].shape.rank) else {
      throw ApusError(
        "transpose of \(inputs[0].shape) by \(permutation)",
        expected: "each axis from 0 to \(inputs[0].shape.rank - 1) once")
    }
    return TensorType(TensorShape(permutation.map { inputs[0].shape[$0] }), inputs[0].scalar)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [upstream.transposed(permutation.indices.map { permutation.firstIndex(of: $0)! })]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    ReferenceArray(shape: output) { index in
      var source = index
      for (position, axis) in permutation.enumerated() { source[axis] = index[position] }
      return inputs[0][source]
    }
  }
  package var lowering: Lowering { .view(.permute(permutation)) }
  package static var samples: [OperationSample] {
    [
      OperationSample(Transpose(permutation: [1, 0]), .float([3, 4])),
      OperationSample(Transpose(permutation: [1, 0]), .float([70, 90])),
      OperationSample(Transpose(permutation: [2, 0, 1]), .float([2, 3, 4])),
      OperationSample(Transpose(permutation: [0, 2, 1, 3]), .float([2, 3, 4, 5])),
    ]
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        Transpose(permutation: [0, 0]), TensorType([3, 2]), message: "expected each axis from 0 to 1 once")
    ]
  }
}

/// The operand repeated along axes of length 1 and new leading axes.
package struct Broadcast: GraphOperation {
  package static let name = "broadcast"
  package var shape: TensorShape

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    guard inputs[0].shape.broadcast(with: shape) == shape else {
      throw ApusError(
        "broadcast of \(inputs[0].shape) to \(shape)", expected: "equal lengths axis by axis, or 1")
    }
    return TensorType(shape, inputs[0].scalar)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [upstream.summed(to: inputs[0].shape)]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    ReferenceArray(shape: output) { inputs[0][$0] }
  }
  package var lowering: Lowering { .view(.broadcast) }
  package static var samples: [OperationSample] {
    [
      OperationSample(Broadcast(shape: [3, 4]), .float([4])),
      OperationSample(Broadcast(shape: [2, 3, 4]), .float([3, 1])),
      OperationSample(Broadcast(shape: [5, 2]), .float([])),
    ]
  }
  package static var badSamples: [BadOperationSample] {
    [BadOperationSample(Broadcast(shape: [3, 4]), TensorType([3]), message: "broadcast of [3] to [3, 4]")]
  }
}

/// The elements from `starts` to `ends` (not included) along each axis.
package struct Slice: GraphOperation {
  package static let name = "slice"
  package var starts: [Int]
  /// nil where the axis is taken whole.
  package var ends: [Int?]

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let shape = inputs[0].shape
    guard starts.count == shape.rank, ends.count == shape.rank else {
      throw ApusError(
        "slice of \(starts.count) axes of \(shape)", expected: "a range for each of \(shape.rank) axes")
    }
    var dimensions: [Dimension] = []
    for axis in 0..<shape.rank {
      guard let end = ends[axis] else {
        dimensions.append(shape[axis])
        continue
      }
      guard !shape[axis].isPerRow else {
        throw ApusError("slice along the rows of \(shape)", expected: "an axis of fixed length")
      }
      guard 0 <= starts[axis], starts[axis] <= end, end <= shape[axis].size else {
        throw ApusError(
          "slice \(starts[axis])..<\(end) along axis \(axis) of \(shape)",
          expected: "a range within 0..<\(shape[axis])")
      }
      dimensions.append(Dimension(end - starts[axis]))
    }
    return TensorType(TensorShape(dimensions), inputs[0].scalar)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    var result = upstream
    for (axis, end) in ends.enumerated() {
      guard let end else { continue }
      var pieces = [result]
      func zeros(_ count: Int) -> Tensor {
        var shape = result.shape
        shape.dimensions[axis] = Dimension(count)
        return Tensor(0).broadcast(to: shape)
      }
      if starts[axis] > 0 { pieces.insert(zeros(starts[axis]), at: 0) }
      let after = inputs[0].shape[axis].size - end
      if after > 0 { pieces.append(zeros(after)) }
      if pieces.count > 1 { result = Tensor.concatenate(pieces, axis: axis) }
    }
    return [result]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    ReferenceArray(shape: output) { index in
      inputs[0][index.enumerated().map { $1 + (ends[$0] == nil ? 0 : starts[$0]) }]
    }
  }
  package var lowering: Lowering { .view(.slice(starts: zip(starts, ends).map { $1 == nil ? 0 : $0 })) }
  package static var samples: [OperationSample] {
    [
      OperationSample(Slice(starts: [1, 0], ends: [3, nil]), .float([4, 5])),
      OperationSample(Slice(starts: [0, 2], ends: [nil, 40]), .float([4, 50])),
      OperationSample(Slice(starts: [1, 1, 1], ends: [2, 3, 3]), .float([3, 4, 3])),
      OperationSample(Slice(starts: [1, 0], ends: [1, nil]), .float([4, 5])),
    ]
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        Slice(starts: [1, 0], ends: [5, nil]), TensorType([4, 2]),
        message: "slice 1..<5 along axis 0 of [4, 2]; expected a range within 0..<4")
    ]
  }
}

/// Operands one after the other along an axis.
package struct Concatenate: GraphOperation {
  package static let name = "concatenate"
  package var axis: Int

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    guard let first = inputs.first else {
      throw ApusError("concatenate of nothing", expected: "at least one operand")
    }
    guard (0..<first.shape.rank).contains(axis) else {
      throw ApusError(
        "concatenate along axis \(axis) of \(first.shape)", expected: "an axis below \(first.shape.rank)")
    }
    var length = 0
    for input in inputs {
      var shape = input.shape
      guard shape.rank == first.shape.rank, !shape[axis].isPerRow else {
        throw ApusError(
          "concatenate of \(first.shape) and \(shape)", expected: "fixed lengths along axis \(axis)")
      }
      length += shape[axis].size
      shape.dimensions[axis] = first.shape[axis]
      guard shape == first.shape, input.scalar == first.scalar else {
        throw ApusError(
          "concatenate of \(first) and \(input)", expected: "the same type and lengths but along axis \(axis)"
        )
      }
    }
    var shape = first.shape
    shape.dimensions[axis] = Dimension(length)
    return TensorType(shape, first.scalar)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    var start = 0
    return inputs.map { input in
      let end = start + input.shape[axis].size
      defer { start = end }
      return upstream.slice(axis: axis, start..<end)
    }
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    ReferenceArray(shape: output) { index in
      var source = index
      var position = 0
      while source[axis] >= inputs[position].shape[axis] {
        source[axis] -= inputs[position].shape[axis]
        position += 1
      }
      return inputs[position][source]
    }
  }
  package var lowering: Lowering { .assembly(axis: [axis]) }
  package static var samples: [OperationSample] {
    [
      OperationSample(Concatenate(axis: 0), .float([2, 3]), .float([4, 3])),
      OperationSample(Concatenate(axis: 1), .float([2, 3]), .float([2, 1]), .float([2, 40])),
    ]
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        Concatenate(axis: 0), TensorType([2, 3]), TensorType([2, 4]),
        message: "concatenate of float32[2, 3] and float32[2, 4]")
    ]
  }
}

/// The operand itself, through which no gradient flows.
package struct StopGradient: GraphOperation {
  package static let name = "stopGradient"
  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType { inputs[0] }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] { [nil] }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    inputs[0]
  }
  package var lowering: Lowering { .view(.reshape) }
  package static var samples: [OperationSample] { [] }
}
