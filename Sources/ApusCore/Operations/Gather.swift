/// Slices of a table along an axis, chosen by int32 indices: `table[…, indices, …]`. An index outside
/// the table gives NaN, which the check between the two phases of a step catches.
package struct Gather: GraphOperation {
  package static let name = "gather"
  package var axis: Int

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let (table, indices) = (inputs[0], inputs[1])
    guard table.scalar == .float32, indices.scalar == .int32 else {
      throw ApusError("gather from \(table) by \(indices)", expected: "a float32 table and int32 indices")
    }
    guard (0..<table.shape.rank).contains(axis), !table.shape[axis].isPerRow else {
      throw ApusError("gather along axis \(axis) of \(table.shape)", expected: "an axis of fixed length")
    }
    var dimensions = table.shape.dimensions
    dimensions.replaceSubrange(axis...axis, with: indices.shape.dimensions)
    return TensorType(TensorShape(dimensions), table.scalar)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [.apply(ScatterAdd(axis: axis, length: inputs[0].shape[axis].size), [upstream, inputs[1]]), nil]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    let (table, indices) = (inputs[0], inputs[1])
    return ReferenceArray(shape: output) { index in
      let chosen = Int(indices[Array(index[axis..<(axis + indices.shape.count)])])
      guard (0..<table.shape[axis]).contains(chosen) else { return .nan }
      return table[Array(index[..<axis]) + [chosen] + Array(index[(axis + indices.shape.count)...])]
    }
  }
  package var lowering: Lowering { .gather(axis: axis) }
  package static var samples: [OperationSample] {
    [
      OperationSample(Gather(axis: 0), .float([5, 3]), .int([7], 0..<5)),
      OperationSample(Gather(axis: 0), .float([5, 30]), .int([2, 4], 0..<5)),
      OperationSample(Gather(axis: 1), .float([3, 5]), .int([4], 0..<5)),
    ]
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        Gather(axis: 0), TensorType([5, 3]), TensorType([7]),
        message: "expected a float32 table and int32 indices")
    ]
  }
}

/// The gradient of ``Gather``: slices added into a table of zeros, in ascending order.
package struct ScatterAdd: GraphOperation {
  package static let name = "scatterAdd"
  package var axis: Int
  package var length: Int

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let (source, indices) = (inputs[0], inputs[1])
    let end = axis + indices.shape.rank
    guard source.scalar == .float32, indices.scalar == .int32, axis >= 0, end <= source.shape.rank,
      source.shape.dimensions[axis..<end] == indices.shape.dimensions[...]
    else {
      throw ApusError(
        "scatterAdd of \(source) by \(indices) along axis \(axis)",
        expected: "the indices' shape in the source's axes")
    }
    var dimensions = source.shape.dimensions
    dimensions.replaceSubrange(axis..<end, with: [Dimension(length)])
    return TensorType(TensorShape(dimensions), source.scalar)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [.apply(Gather(axis: axis), [upstream, inputs[1]]), nil]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    let (source, chosen) = (inputs[0], inputs[1])
    var result = ReferenceArray<Scalar>(shape: output)
    for index in indices(of: source.shape) {
      let row = Int(chosen[Array(index[axis..<(axis + chosen.shape.count)])])
      guard (0..<length).contains(row) else { continue }
      var position = 0
      for (size, i) in zip(output, index[..<axis] + [row] + index[(axis + chosen.shape.count)...]) {
        position = position * size + i
      }
      result.values[position] += source[index]
    }
    return result
  }
  package var lowering: Lowering { .scatterAdd(axis: axis) }
  package static var samples: [OperationSample] {
    [
      OperationSample(ScatterAdd(axis: 0, length: 5), .float([7, 3]), .int([7], 0..<5)),
      OperationSample(ScatterAdd(axis: 1, length: 5), .float([2, 7]), .int([7], 0..<5)),
    ]
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        ScatterAdd(axis: 0, length: 5), TensorType([6, 3]), TensorType([7], .int32),
        message: "scatterAdd of float32[6, 3]")
    ]
  }
}

/// 1 at the index, 0 elsewhere, in a new last axis; an index outside gives zeros.
package struct OneHot: GraphOperation {
  package static let name = "oneHot"
  package var count: Int

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    guard inputs[0].scalar == .int32 else {
      throw ApusError("oneHot of \(inputs[0])", expected: "int32 indices")
    }
    return TensorType(TensorShape(inputs[0].shape.dimensions + [Dimension(count)]))
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] { [nil] }
  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let indices = inputs[0].reshape(TensorShape(inputs[0].shape.dimensions + [1]))
    return Tensor.apply(Equal(), [indices, Tensor((0..<count).map { Int32($0) })]).cast(to: .float32)
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    ReferenceArray(shape: output) { index in Int(inputs[0][Array(index.dropLast())]) == index.last! ? 1 : 0 }
  }
  package var lowering: Lowering { .expansion }
  package static var samples: [OperationSample] {
    [
      OperationSample(OneHot(count: 4), .int([6], -1..<5)),
      OperationSample(OneHot(count: 3), .int([2, 5], 0..<3)),
    ]
  }
  package static var badSamples: [BadOperationSample] {
    [BadOperationSample(OneHot(count: 4), TensorType([6]), message: "expected int32 indices")]
  }
}
