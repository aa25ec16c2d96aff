/// Scaled dot-product attention: for each query the mean of the values, weighted by how well their keys match (Vaswani et al.
/// 2017):
/// softmax(Q Kᵀ / √size) V.
///
/// - Parameters:
///   - query: `[…, queries, size]`, the leading axes for instance rows and heads.
///   - key: `[…, keys, size]`.
///   - value: `[…, keys, width]`.
///   - isCausal: query i sees keys 0 … i alone.
///   - mask: what fits `[…, queries, keys]`: truth values, true where a query may look; or numbers that are added to the
///     scores.
/// - Returns: `[…, queries, width]`. A query that may look nowhere gives NaN.
public func scaledDotProductAttention(
  query: Tensor, key: Tensor, value: Tensor, isCausal: Bool = false, mask: Tensor? = nil
) -> Tensor {
  if let failed = [query, key, value].first(where: { $0.error != nil }) { return failed }
  let size = query.shape[-1].size
  guard query.shape.rank >= 2, !query.shape[-1].isPerRow, size > 0 else {
    return .failed(ApusError("attention of the queries \(query.shape)", expected: "[…, queries, size]"))
  }
  let (queries, keys) = (query.shape[-2], key.shape[-2])
  var scores = query.matmul(key, transposeRight: true) * Tensor(attentionScale(size))
  if isCausal {
    guard !queries.isPerRow, !keys.isPerRow else {
      return .failed(
        ApusError("causal attention over \(queries) queries", expected: "a fixed number of them"))
    }
    let positions = Tensor((0..<queries.size).map { Int32($0) }, shape: [queries, 1])
    scores = select(Tensor((0..<keys.size).map { Int32($0) }) .<= positions, scores, Tensor(-Float.infinity))
  }
  if let mask {
    scores = mask.scalar == .bool ? select(mask, scores, Tensor(-Float.infinity)) : scores + mask
  }
  return scores.softmax().matmul(value)
}

/// Returns the attention of one query of a sequence over the values up to a position, in the order of operations of
/// ``SelfAttention``: the same bits as a row of it, for up to 8,192 keys.
///
/// - Parameters:
///   - query: `[…, 1, size]`.
///   - keys: `[…, size, length]`.
///   - values: `[…, length, width]`.
///   - position: int32[1], from 0: the last key that is looked at. Those behind it must be finite.
/// - Returns: `[…, 1, width]`.
package func attention(query: Tensor, keys: Tensor, values: Tensor, upTo position: Tensor) -> Tensor {
  let (length, size) = (keys.shape[-1].size, query.shape[-1].size)
  let isSeen = Tensor((0..<length).map { Int32($0) }) .<= position
  let scores = select(isSeen, query.matmul(keys), Tensor(-Float.infinity))
  let weights =
    ((scores - scores.max(axes: [-1], keepDimensions: true)) * Tensor(attentionScale(size))).exp()
  return weights.matmul(values) / weights.sum(axes: [-1], keepDimensions: true)
}

/// 1/√size, which keeps the scores' variance that of a query's and a key's elements.
func attentionScale(_ size: Int) -> Double { 1 / Double(size).squareRoot() }

/// Attention of sequences on themselves, queries, keys and values side by side as one product leaves them:
/// `[…, length, 3, heads, size] → […, length, heads, size]`.
///
/// The engine computes a block of queries at a time: the scores of all against all are never in memory. Its definition
/// is ``scaledDotProductAttention(query:key:value:isCausal:mask:)``.
package struct SelfAttention: GraphOperation {
  package static let name = "attention"
  package var isCausal: Bool

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let shape = inputs[0].shape
    guard inputs[0].scalar.isFloat, shape.rank >= 4, shape[-3] == 3,
      !shape.dimensions.suffix(4).contains(where: \.isPerRow),
      shape.dimensions.suffix(2).allSatisfy({ $0.size > 0 })
    else {
      throw ApusError("attention of \(inputs[0])", expected: "float32[…, length, 3, heads, size]")
    }
    return TensorType(
      TensorShape(Array(shape.dimensions.dropLast(3) + shape.dimensions.suffix(2))), inputs[0].scalar)
  }

  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let packed = inputs[0]
    let rank = packed.shape.rank
    // […, heads, length, size] and back.
    let swapped = Array(0..<(rank - 4)) + [rank - 3, rank - 4, rank - 2]
    func part(_ index: Int) -> Tensor {
      let slice = packed.slice(axis: rank - 3, index..<(index + 1))
      return slice.reshape(
        TensorShape(Array(packed.shape.dimensions.dropLast(3) + packed.shape.dimensions.suffix(2)))
      )
      .transposed(swapped)
    }
    return scaledDotProductAttention(query: part(0), key: part(1), value: part(2), isCausal: isCausal)
      .transposed(swapped)
  }

  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [.apply(SelfAttentionGradient(isCausal: isCausal), [inputs[0], upstream])]
  }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    let packed = inputs[0]
    let (heads, size, length) = (output[output.count - 2], output[output.count - 1], output[output.count - 3])
    let scale = Scalar(attentionScale(size))
    let width = heads * size
    var result = ReferenceArray<Scalar>(shape: output)
    for sequence in 0..<(length == 0 ? 0 : result.values.count / (length * width)) {
      func element(_ part: Int, _ position: Int, _ head: Int, _ index: Int) -> Scalar {
        packed.values[((sequence * length + position) * 3 + part) * width + head * size + index]
      }
      for head in 0..<heads {
        for query in 0..<length {
          let keys = 0..<(isCausal ? query + 1 : length)
          let scores = keys.map { key in
            (0..<size).map { element(0, query, head, $0) * element(1, key, head, $0) }.reduce(0, +) * scale
          }
          let exponentials = scores.map { Exp().value($0 - scores.max()!) }
          let sum = exponentials.reduce(0, +)
          for index in 0..<size {
            result.values[(sequence * length + query) * width + head * size + index] =
              keys.map { exponentials[$0] / sum * element(2, $0, head, index) }.reduce(0, +)
          }
        }
      }
    }
    return result
  }

  package var lowering: Lowering { .attention(isCausal: isCausal, isGradient: false) }

  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    Monomial(4 * inputs[0].shape[-4].size) * output.shape.count
  }

  package static var samples: [OperationSample] {
    [
      OperationSample(SelfAttention(isCausal: false), .float([2, 3, 3, 1, 2])),
      OperationSample(SelfAttention(isCausal: true), .float([2, 3, 3, 1, 2])),
      OperationSample(SelfAttention(isCausal: true), .float([5, 3, 2, 3])),
      OperationSample(SelfAttention(isCausal: true), .float([2, 65, 3, 3, 8])),
      OperationSample(SelfAttention(isCausal: false), .float([1, 40, 3, 2, 20])),
      OperationSample(SelfAttention(isCausal: true), .float([1, 1, 3, 2, 4])),
      OperationSample(SelfAttention(isCausal: true), .float([0, 4, 3, 2, 4])),
    ]
  }

  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        SelfAttention(isCausal: true), TensorType([2, 5, 2, 4, 8]),
        message: "attention of float32[2, 5, 2, 4, 8]; expected float32[…, length, 3, heads, size]")
    ]
  }
}

/// The gradient of ``SelfAttention`` with respect to its operand, from the operand and the gradient with respect to the
/// result. The weights are computed once more rather than kept.
package struct SelfAttentionGradient: GraphOperation {
  package static let name = "attentionGradient"
  package var isCausal: Bool

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let result = try SelfAttention(isCausal: isCausal).outputType([inputs[0]])
    guard inputs[1] == result else {
      throw ApusError("attentionGradient of \(inputs[0]) and \(inputs[1])", expected: "\(result)")
    }
    return inputs[0]
  }

  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    gradients(
      of: SelfAttention(isCausal: isCausal).expansion(inputs)!, withRespectTo: [inputs[0]],
      upstream: inputs[1])[0]
  }

  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    gradients(of: expansion(inputs)!, withRespectTo: inputs, upstream: upstream)
  }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    // What the smaller operations come to, each by its own reference.
    let types = inputs.map { TensorType(TensorShape($0.shape)) }
    let operands = types.enumerated().map { Tensor.input("operand \($0)", $1) }
    guard let expansion = expansion(operands), let graph = try? Graph(inputs: operands, outputs: [expansion])
    else {
      return ReferenceArray(shape: output, repeating: .nan)
    }
    return Interpreter(graph).run(inputs)[0]
  }

  package var lowering: Lowering { .attention(isCausal: isCausal, isGradient: true) }

  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    Monomial(10 * inputs[0].shape[-4].size) * inputs[1].shape.count
  }

  package static var samples: [OperationSample] {
    SelfAttention.samples.map { sample in
      let attention = sample.operation as! SelfAttention
      let result = try! attention.outputType(sample.operands.map(\.type))
      return OperationSample(
        SelfAttentionGradient(isCausal: attention.isCausal), sample.operands[0], .float(result.shape))
    }
  }

  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        SelfAttentionGradient(isCausal: true), TensorType([2, 5, 3, 4, 8]), TensorType([2, 5, 4]),
        message: "expected float32[2, 5, 4, 8]")
    ]
  }
}

extension Tensor {
  /// Attention of sequences on themselves: `[…, length, 3, heads, size] → […, length, heads, size]`, from queries, keys
  /// and values along the axis of 3.
  public func selfAttention(isCausal: Bool = false) -> Tensor {
    .apply(SelfAttention(isCausal: isCausal), [self])
  }
}
