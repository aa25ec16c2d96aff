public import ApusCore

/// A transformer that says what comes next, as GPT-2 and nanoGPT have it (Radford et al. 2019).
///
/// Class numbers `[rows, context] → [rows, context, vocabulary]` logits: embeddings of the classes and of their
/// positions; blocks of causal attention and of a network of one hidden layer with GELU, four times as wide, each behind
/// a layer normalization and beside a way around it; a last normalization, and a product with a vector for each class.
///
/// ```swift
/// let model = try Model(input: [64], seed: 1) { GPT(vocabulary: 65, layers: 4, heads: 4, width: 128) }
/// ```
public struct GPT: Layer {
  public static let name = "gpt"
  public static let formula = "x ← x + attention(norm(x)); x ← x + mlp(norm(x)), layers times; norm(x) · W"
  /// Classes of the input and of the output; a family takes the text's characters when nil.
  public var vocabulary: Int?
  /// The most positions; those of the input when nil.
  public var context: Int?
  public var layers: Int
  /// Attention heads; they divide the width.
  public var heads: Int
  /// The length of the vectors between the blocks.
  public var width: Int
  /// The rate of dropout behind the embeddings and at the end of each branch.
  public var dropout: Double
  /// A Boolean value that indicates whether products and normalizations have biases; the last product has none.
  public var hasBias: Bool
  /// A Boolean value that indicates whether the last product's vectors are those of the embedding (Press and Wolf
  /// 2017).
  public var isHeadTied: Bool

  public init(
    vocabulary: Int? = 256, context: Int? = nil, layers: Int = 4, heads: Int = 4, width: Int = 128,
    dropout: Double = 0, hasBias: Bool = true, isHeadTied: Bool = true
  ) {
    self.vocabulary = vocabulary
    self.context = context
    self.layers = layers
    self.heads = heads
    self.width = width
    self.dropout = dropout
    self.hasBias = hasBias
    self.isHeadTied = isHeadTied
  }

  public func validate() throws(ApusError) {
    try require(vocabulary ?? 1 > 0, "vocabulary", vocabulary ?? 0, "1 or more")
    try require((0...1000).contains(layers), "layers", layers, "from 0 to 1000")
    try require((1...1 << 16).contains(width), "width", width, "from 1 to \(1 << 16)")
    try require(heads >= 1 && width % heads == 0, "heads", heads, "a divisor of the width \(width)")
    try require((0..<1).contains(dropout), "dropout", dropout, "0 or more, below 1")
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard let vocabulary else {
      return .failed(ApusError("gpt without a vocabulary", expected: "how many classes there are"))
    }
    guard input.shape.rank == 2, !input.shape[1].isPerRow, layers >= 0 else {
      return .failed(
        ApusError("gpt of \(layers) layers on \(input.shape)", expected: "class numbers [rows, context]"))
    }
    let tokens = Embedding(vocabulary, width: width, initializer: .normal(deviation))
    var x = scope.call(tokens, input, named: "tokens")
    x = scope.call(
      PositionEmbedding(
        context ?? scope.mode.positions.window ?? input.shape[1].size, initializer: .normal(deviation)),
      x,
      named: "positions")
    x = dropped(x, "dropout", scope)
    for index in 0..<layers {
      let block = "blocks.\(index)"
      let attention = MultiHeadAttention(
        heads, isCausal: true, hasBias: hasBias, initializer: .normal(deviation), outputInitializer: branchEnd
      )
      var branch = scope.call(LayerNorm(hasBias: hasBias), x, named: "\(block).norm1")
      branch = scope.call(attention, branch, named: "\(block).attention")
      x = x + dropped(branch, "\(block).dropout1", scope)
      branch = scope.call(LayerNorm(hasBias: hasBias), x, named: "\(block).norm2")
      branch = scope.call(
        Dense(4 * width, hasBias: hasBias, initializer: .normal(deviation)), branch, named: "\(block).up")
      branch = scope.call(GELU(), branch, named: "\(block).gelu")
      branch = scope.call(
        Dense(width, hasBias: hasBias, initializer: branchEnd), branch, named: "\(block).down")
      x = x + dropped(branch, "\(block).dropout2", scope)
    }
    x = scope.call(LayerNorm(hasBias: hasBias), x, named: "norm")
    return isHeadTied
      ? scope.call(EmbeddingTranspose(embedding: tokens), x, named: "tokens")
      : scope.call(
        Dense(vocabulary, hasBias: false, initializer: .normal(deviation)), x, named: "head")
  }

  /// The standard deviation of the first weights: GPT-2's 0.02 at its width of 768, and so that a product's variance is
  /// the same at any other.
  private var deviation: Double { 0.02 * (768 / Double(max(width, 1))).squareRoot() }

  /// The initializer of the last layer of a branch, which begins smaller, so that the sum over all branches does not
  /// grow with their number.
  private var branchEnd: Normal {
    Normal(deviation: deviation / Double(2 * max(layers, 1)).squareRoot())
  }

  private func dropped(_ x: Tensor, _ name: String, _ scope: Scope) -> Tensor {
    dropout == 0 ? x : scope.call(Dropout(dropout), x, named: name)
  }
}

/// The product with an embedding's vectors: `[rows, length, width] → [rows, length, classes]`. Called under the
/// embedding's name, it shares them.
private struct EmbeddingTranspose: Layer {
  static let name = "embeddingTranspose"
  static let formula = "y = x · Wᵀ"
  var embedding = Embedding()

  func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    input.matmul(embedding.table(in: scope), transposeRight: true)
  }
}
