public import ApusCore

/// Each position of a sequence looks at the others, in several heads at once (Vaswani et al. 2017; MISSION A12, H).
///
/// `[rows, length, width] → [rows, length, width]`: one product for queries, keys and values, attention in each head,
/// one product back. Parameters have the names of PyTorch's `nn.MultiheadAttention` (`batch_first`): `in_proj_weight`,
/// `in_proj_bias`, `out_proj.weight`, `out_proj.bias`.
public struct MultiHeadAttention: Layer {
  public static let name = "multiHeadAttention"
  public static let formula = "y = concat(softmax(Q Kᵀ / √(width/heads)) V) · W + b, (Q, K, V) = x · W₀ + b₀"
  /// Heads; they divide the width.
  public var heads: Int
  /// Whether a position sees itself and those before it alone.
  public var isCausal: Bool
  public var bias: Bool
  /// How the first product's weights begin.
  public var initializer: NamedInitializer
  /// How the second product's weights begin.
  public var outputInitializer: NamedInitializer

  public init() { self.init(1) }

  public init(_ heads: Int, isCausal: Bool = false, bias: Bool = true) {
    self.init(
      heads, isCausal: isCausal, bias: bias, initializer: .xavierUniform, outputInitializer: .xavierUniform)
  }

  public init(
    _ heads: Int, isCausal: Bool = false, bias: Bool = true, initializer: some Initializer,
    outputInitializer: some Initializer
  ) {
    self.heads = heads
    self.isCausal = isCausal
    self.bias = bias
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
    if bias {
      packed = packed + scope.parameter("in_proj_bias", [Dimension(3 * width)], .zeros, isDecayed: false)
    }
    let attended = packed.reshape([input.shape[0], length, 3, Dimension(heads), Dimension(width / heads)])
      .selfAttention(isCausal: isCausal)
    return scope.call(
      Dense(width, bias: bias, initializer: outputInitializer.value), attended.reshape(input.shape),
      named: "out_proj")
  }
}
