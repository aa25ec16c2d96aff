public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// The transformer as a family: what character comes next in a text. It is the family when none is named and the data is a
/// text.
///
/// Sizes and recipe are those with which nanoGPT trains on a processor (Karpathy 2022): AdamW with β₂ 0.99 and a decay of
/// 0.1, a warm-up of 100 steps and a cosine down to a tenth, gradients of a norm of at most 1, no biases. The rate alone is
/// another: that of nanoGPT's larger network, 0.001 at a width of 384, times 384 / width, as Adam's best rate goes (Yang et
/// al. 2022).
extension GPT: ModelFamily {
  public static var takesTexts: Bool { true }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    guard data.isText else {
      throw ApusError(
        "the model \(Self.name) is for texts", at: "model.family", expected: "a text file, .txt",
        fix: "use \(ModelFamilies.defaultName) for tables and images")
    }
    try data.require(vocabulary)
    return Recipe(
      epochs: data.epochs(steps: Self.steps, batch: Self.batch, from: 1, to: Self.mostEpochs),
      batch: Self.batch, optimizer: AdamW(weightDecay: 0.1, beta2: 0.99), learningRate: rate,
      schedule: ScheduleSequence(schedules: [Warmup(over: .steps(100)), CosineDecay(to: rate / 10)]),
      loss: SoftmaxCrossEntropy(), clipNorm: 1)
  }

  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    var network = self
    network.vocabulary = data.targets.outputCount
    return Sequential([network])
  }

  public func notes(on data: DataFacts) -> [String] {
    let size = "\(layers) layers of \(heads) heads, \(width) wide"
    return ["\(size), for \(data.targets.outputCount) characters in windows of \(data.inputShape[0])"]
  }

  private var rate: Double { min(1e-3 * 384 / Double(width), 3e-3) }
  private static let batch = 12
  /// The number of steps where a text is long enough, two or three times what nanoGPT takes for a first look.
  private static let steps = 5_000
  /// A short text is soon learned by heart.
  private static let mostEpochs = 20
}
