public import ApusCore

/// Each position of a sequence looks at the others, in several heads at once (Vaswani et al. 2017).
///
/// `[rows, length, width] → [rows, length, width]`: one product for queries, keys and values, attention in each head,
/// one product back. Parameters have the names of PyTorch's `nn.MultiheadAttention` (`batch_first`): `in_proj_weight`,
/// `in_proj_bias`, `out_proj.weight`, `out_proj.bias`.
public struct MultiHeadAttention: Layer {
  public static let name = "multiHeadAttention"
  public static let formula = "y = concat(softmax(Q Kᵀ / √(width/heads)) V) · W + b, (Q, K, V) = x · W₀ + b₀"
  /// Heads; they divide the width.
  public var heads: Int
  /// A Boolean value that indicates whether a position sees only itself and those before it.
  public var isCausal: Bool
  public var hasBias: Bool
  /// The initializer of the first product's weights.
  package var initializer: NamedInitializer
  /// The initializer of the second product's weights.
  package var outputInitializer: NamedInitializer

  public init() { self.init(1) }

  public init(_ heads: Int, isCausal: Bool = false, hasBias: Bool = true) {
    self.init(
      heads, isCausal: isCausal, hasBias: hasBias, initializer: .xavierUniform,
      outputInitializer: .xavierUniform)
  }

  public init(
    _ heads: Int, isCausal: Bool = false, hasBias: Bool = true, initializer: some Initializer,
    outputInitializer: some Initializer
  ) {
    self.heads = heads
    self.isCausal = isCausal
    self.hasBias = hasBias
    self.initializer = NamedInitializer(initializer)
    self.outputInitializer = NamedInitializer(outputInitializer)
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard input.shape.rank == 3, !input.shape[1].isPerRow, !input.shape[2].isPerRow else {
      return .failed(ApusError("multiHeadAttention on \(input.shape)", expected: "[rows, length, width]"))
    }
    let (length, width) = (input.shape[1], input.shape[2].size)
    guard heads > 0, width % heads == 0 else {
      return .failed(
        ApusError(
          "multiHeadAttention with \(heads) heads on a width of \(width)",
          expected: "heads that divide the width"))
    }
    let weight = scope.parameter(
      "in_proj_weight", [Dimension(width), Dimension(3 * width)], initializer.value, layout: .transposed)
    var packed = input.matmul(weight)
    if hasBias {
      packed = packed + scope.parameter("in_proj_bias", [Dimension(3 * width)], .zeros, isDecayed: false)
    }
    let parts = packed.reshape([input.shape[0], length, 3, Dimension(heads), Dimension(width / heads)])
    let attended =
      scope.mode.positions == .all ? parts.selfAttention(isCausal: isCausal) : remembering(parts, in: scope)
    return scope.call(
      Dense(width, hasBias: hasBias, initializer: outputInitializer.value), attended.reshape(input.shape),
      named: "out_proj")
  }

  /// The same for a part of a sequence, whose keys and values are remembered.
  private func remembering(_ parts: Tensor, in scope: Scope) -> Tensor {
    guard isCausal else {
      return .failed(
        ApusError(
          "multiHeadAttention that looks ahead, on a part of a sequence", expected: "causal attention"))
    }
    let (rows, length, heads, size) = (parts.shape[0], parts.shape[1], parts.shape[3], parts.shape[4])
    /// [rows, length, heads, size] in another order of its axes.
    func part(_ index: Int, _ order: [Int]) -> Tensor {
      parts.slice(axis: 2, index..<(index + 1)).reshape([rows, length, heads, size]).transposed(order)
    }
    // Keys side by side, as the product with them wants them.
    let keys = scope.remembered("keys", part(1, [0, 2, 3, 1]), axis: 3)
    let values = scope.remembered("values", part(2, [0, 2, 1, 3]), axis: 2)
    guard let position = scope.position else { return parts.selfAttention(isCausal: true) }
    return attention(query: part(0, [0, 2, 1, 3]), keys: keys, values: values, upTo: position)
  }
}
