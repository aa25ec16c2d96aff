public import ApusCore
import ApusData
import ApusNN

/// A transformer that says what character comes next in a text (A12): the family when none is named and the data is a
/// text.
///
/// Sizes and recipe are those with which nanoGPT trains on a processor (Karpathy 2022): AdamW with β₂ 0.99 and a decay of
/// 0.1, a warm-up of 100 steps and a cosine down to a tenth, gradients of a norm of at most 1. The rate alone is another:
/// that of nanoGPT's larger network, 0.001 at a width of 384, times 384 / width, as Adam's best rate goes (Yang et al.
/// 2022).
public struct LanguageModel: ModelFamily {
  public static let name = "gpt"
  public static let formula = "texts: P(next character | those before it), by blocks of causal attention"
  /// Blocks of attention and a network of one hidden layer.
  public var layers: Int
  /// Attention heads of a block; they divide the width.
  public var heads: Int
  /// The length of the vectors between the blocks.
  public var width: Int
  /// The rate of dropout.
  public var dropout: Double
  /// Whether products and normalisations have biases.
  public var bias: Bool
  /// Whether the output's vectors are those of the embedding.
  public var tiesHead: Bool

  public init() { self.init(layers: 4, heads: 4, width: 128) }

  public init(
    layers: Int, heads: Int, width: Int, dropout: Double = 0, bias: Bool = false, tiesHead: Bool = true
  ) {
    self.layers = layers
    self.heads = heads
    self.width = width
    self.dropout = dropout
    self.bias = bias
    self.tiesHead = tiesHead
  }

  public func validate() throws(ApusError) {
    try require((1...1000).contains(layers), "layers", layers, "from 1 to 1000")
    try require((1...1 << 16).contains(width), "width", width, "from 1 to \(1 << 16)")
    try require(heads >= 1 && width % heads == 0, "heads", heads, "a divisor of the width \(width)")
    try require((0..<1).contains(dropout), "dropout", dropout, "0 or more, below 1")
  }

  public static var takesTexts: Bool { true }

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    guard data.isText else {
      throw ApusError(
        "the model \(Self.name) is for texts", at: "model.family", expected: "a text file, .txt",
        fix: "use \(ModelFamilies.defaultName) for tables and images")
    }
    let vocabulary = data.targets.outputCount
    var recipe = ModelRecipe(
      loss: SoftmaxCrossEntropy(), optimizer: AdamW(weightDecay: 0.1, beta2: 0.99), rate: rate,
      schedule: ScheduleSequence(schedules: [Warmup(over: .steps(100)), CosineDecay(to: rate / 10)]),
      batch: min(Self.batch, data.rows),
      epochs: { data.epochs(steps: Self.steps, batch: $0, from: 1, to: Self.mostEpochs) }
    ) { [self] _ throws(ApusError) in
      Sequential([
        GPT(
          vocabulary: vocabulary, layers: layers, heads: heads, width: width, dropout: dropout, bias: bias,
          tiesHead: tiesHead)
      ])
    }
    recipe.clipNorm = 1
    recipe.lines.append(
      "\(layers) layers of \(heads) heads, \(width) wide, for \(vocabulary) characters in windows of "
        + "\(data.inputShape[0])")
    return recipe
  }

  private var rate: Double { min(1e-3 * 384 / Double(width), 3e-3) }
  private static let batch = 12
  /// Where a text is long enough, two or three times what nanoGPT takes for a first look.
  private static let steps = 5_000
  /// A short text is soon learnt by heart.
  private static let mostEpochs = 20
}
