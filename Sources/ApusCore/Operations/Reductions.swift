/// A reduction along axes: the sum, the largest, the smallest element, or the largest's index.
package struct Reduce: GraphOperation {
  package static let name = "reduce"
  package var name: String { kind.rawValue }
  package var kind: ReductionKind
  /// Ascending, counted from the front.
  package var axes: [Int]
  /// Reduced axes stay, with length 1.
  package var keepDimensions: Bool

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let input = inputs[0]
    guard input.scalar == .float32 || input.scalar == .float64 || (input.scalar == .int32 && kind == .sum)
    else {
      throw ApusError(
        "\(name) of \(input.scalar.rawValue)", expected: "float32", fix: "convert it with cast(to:)")
    }
    if let axis = axes.first(where: { !(0..<input.shape.rank).contains($0) }) {
      throw ApusError(
        "\(name) over axis \(axis) of shape \(input.shape)", expected: "an axis below \(input.shape.rank)")
    }
    guard kind != .argmax || axes.count == 1 else {
      throw ApusError("argmax over \(axes.count) axes", expected: "one axis")
    }
    if kind != .sum, axes.contains(where: { input.shape[$0] == 0 }) {
      throw ApusError("\(name) over an empty axis of shape \(input.shape)", expected: "at least one element")
    }
    var dimensions: [Dimension] = []
    for axis in 0..<input.shape.rank {
      if !axes.contains(axis) {
        dimensions.append(input.shape[axis])
      } else if keepDimensions {
        dimensions.append(1)
      }
    }
    return TensorType(TensorShape(dimensions), kind == .argmax ? .int32 : input.scalar)
  }

  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    let input = inputs[0]
    let kept = TensorShape(
      (0..<input.shape.rank).map { axes.contains($0) ? 1 : input.shape[$0] })
    switch kind {
    case .argmax: return [nil]
    case .sum: return [input.scalar.isFloat ? upstream.reshape(kept).broadcast(to: input.shape) : nil]
    case .max, .min:
      // Equal extremes share the gradient.
      let isExtreme = select(input .== output.reshape(kept), Tensor(1), Tensor(0))
      let share = upstream.reshape(kept) / isExtreme.sum(axes: axes, keepDimensions: true)
      return [isExtreme * share]
    }
  }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    let input = inputs[0]
    let reduced = axes.map { input.shape[$0] }
    let kept = input.shape.indices.filter { !axes.contains($0) }
    return ReferenceArray(shape: output) { index in
      let keptIndex = keepDimensions ? kept.map { index[$0] } : index
      let values = indices(of: reduced).map { reducedIndex in
        var full = Array(repeating: 0, count: input.shape.count)
        for (position, axis) in kept.enumerated() { full[axis] = keptIndex[position] }
        for (position, axis) in axes.enumerated() { full[axis] = reducedIndex[position] }
        return input[full]
      }
      switch kind {
      case .sum: return values.reduce(0, +)
      case .max: return values.contains(where: \.isNaN) ? .nan : values.max()!
      case .min: return values.contains(where: \.isNaN) ? .nan : values.min()!
      case .argmax:
        if let nan = values.firstIndex(where: \.isNaN) { return Scalar(nan) }
        return Scalar(values.firstIndex(of: values.max()!)!)
      }
    }
  }

  package var lowering: Lowering { .reduction(kind, axes: axes) }

  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    inputs[0].shape.count
  }

  package static var samples: [OperationSample] {
    let axes: [(TensorShape, [Int])] = [
      ([3, 5], [0]), ([3, 5], [1]), ([3, 5], [0, 1]), ([2, 3, 4], [1]), ([2, 3, 4], [0, 2]),
      ([4, 5000], [1]),
      ([5000, 3], [0]), ([64, 200], [0]),
    ]
    var samples: [OperationSample] = []
    for kind in ReductionKind.allCases {
      for (shape, axes) in axes where kind != .argmax || axes.count == 1 {
        for keepDimensions in [false, true] {
          samples.append(
            OperationSample(Reduce(kind: kind, axes: axes, keepDimensions: keepDimensions), .float(shape)))
        }
      }
    }
    samples.append(OperationSample(Reduce(kind: .sum, axes: [0], keepDimensions: false), .float([0, 3])))
    samples.append(
      OperationSample(Reduce(kind: .sum, axes: [1], keepDimensions: false), .int([4, 3], -5..<5)))
    return samples
  }

  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        Reduce(kind: .sum, axes: [2], keepDimensions: false), TensorType([2, 3]),
        message: "sum over axis 2 of shape [2, 3]"),
      BadOperationSample(
        Reduce(kind: .max, axes: [0], keepDimensions: false), TensorType([0, 3]),
        message: "max over an empty axis"
      ),
      BadOperationSample(
        Reduce(kind: .max, axes: [0], keepDimensions: false), TensorType([2], .bool), message: "max of bool"),
    ]
  }
}

/// The mean along axes. The count that it divides by follows the rows of the batch.
package struct Mean: GraphOperation {
  package static let name = "mean"
  package var axes: [Int]
  package var keepDimensions: Bool

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    try Reduce(kind: .sum, axes: axes, keepDimensions: keepDimensions).outputType(inputs)
  }
  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let count = axes.reduce(Monomial(1)) { $0 * Monomial(inputs[0].shape[$1]) }
    let sum = inputs[0].sum(axes: axes, keepDimensions: keepDimensions)
    return count == Monomial(1) ? sum : sum / .apply(ElementCount(count: count), [])
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    ApusCore.gradients(of: expansion(inputs)!, withRespectTo: inputs, upstream: upstream)
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    let count = Scalar(axes.map { inputs[0].shape[$0] }.reduce(1, *))
    return Reduce(kind: .sum, axes: axes, keepDimensions: keepDimensions)
      .reference(inputs, output: output, rows: rows).map { $0 / count }
  }
  package var lowering: Lowering { .expansion }
  package static var samples: [OperationSample] {
    [
      OperationSample(Mean(axes: [0], keepDimensions: false), .float([6, 5])),
      OperationSample(Mean(axes: [0, 1], keepDimensions: false), .float([6, 5])),
      OperationSample(Mean(axes: [1], keepDimensions: true), .float([6, 50])),
    ]
  }
}
