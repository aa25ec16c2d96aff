public import ApusCore
public import ApusData
public import ApusNN
import ApusTraining

/// The noise of a batch's gradient over the batch's size B (lecture 3's ∇J̃ = ∇J + ε), and the memory of a training step of
/// that size.
///
/// E ‖ε‖² = tr S² / B · (1 − B / N) for batches of B of N rows without replacement, S² the covariance of the rows' gradients.
/// Where B is ``scale`` or more, the gradient is larger than its noise, and a larger batch saves few steps (McCandlish et al.
/// 2018, "An empirical model of large-batch training").
///
/// ```swift
/// let noise = try GradientNoiseReading(model, on: split.training)
/// print(noise.scale)      // rows
/// ```
public struct GradientNoiseReading: Sendable {
  /// Batches of one size.
  public struct Size: Sendable {
    /// B
    public let batch: Int
    /// The mean of ‖ε‖² over the draws.
    public let noise: Double
    /// The standard error of that mean.
    public let standardError: Double
    /// tr S² / B · (1 − B / N)
    public let expected: Double
    /// Bytes that a training step of that size holds: parameters, gradients, and what the layers output.
    public let memoryBytes: Int
  }

  /// N, the rows from which batches are drawn.
  public let rows: Int
  /// ‖∇J‖² of all of them.
  public let squaredGradient: Double
  /// tr S², the sum of the variances of the rows' gradients.
  public let variance: Double
  /// The largest difference between the mean of the rows' gradients and ∇J: rounding.
  package let meanError: Double
  /// By size, the smallest first.
  public let sizes: [Size]

  /// tr S² / ‖∇J‖²: the rows of a batch whose noise is as large as the gradient.
  public var scale: Double { squaredGradient > 0 ? variance / squaredGradient : .infinity }

  /// Reads the noise of a model's loss, without dropout and regularization.
  ///
  /// - Parameters:
  ///   - rows: at most so many of the data's, chosen by the seed.
  ///   - sizes: each from 1 to the number of rows; powers of two when nil.
  ///   - draws: batches of each size.
  /// - Throws: when the data doesn't fit the model; when rows have weights, or depend on each other by batch normalization;
  ///   for a size that cannot be.
  public init(
    _ model: Model, on dataset: any Dataset, rows: Int = 512, sizes: [Int]? = nil, draws: Int = 100,
    seed: UInt64 = 0, engine: Engine? = nil
  ) throws {
    let order = Philox(seed: seed, path: "gradient noise rows").permutation(dataset.count)
    try self.init(
      model, on: dataset.subset(order.prefix(max(rows, 1)).sorted()), sizes: sizes, draws: draws,
      random: Philox(seed: seed, path: "gradient noise"), engine: engine)
  }

  /// - Parameter replaces: whether the rows of a batch are drawn with replacement, which the formula isn't for.
  package init(
    _ model: Model, on dataset: any Dataset, sizes: [Int]? = nil, draws: Int, random: Philox,
    replaces: Bool = false, engine: Engine? = nil
  ) throws {
    let count = dataset.count
    guard count > 1 else { throw ApusError("the noise of \(count) rows", expected: "two rows or more") }
    guard dataset.weights == nil else {
      throw ApusError("rows with weights", expected: "rows that count alike", fix: "leave the weights out")
    }
    let model = model.aimed(at: dataset)
    if let layer = TracedModel(traced: model, mode: .withoutDropout).layers.first(where: {
      $0.layer is BatchNorm
    }) {
      throw ApusError(
        "a row has no gradient of its own where batch normalization mixes the rows of a batch",
        at: "layer \(layer.path)", expected: "a network without it")
    }
    let sizes = sizes ?? Self.powers(to: count)
    if let wrong = sizes.first(where: { !(1...count).contains($0) }) {
      throw ApusError("batches of \(wrong) of \(count) rows", expected: "from 1 to \(count)")
    }
    var training = ModelTraining(model)
    training.mode = .withoutDropout
    let step = try TrainingStep(training, capacity: count, engine: engine)
    func gradient(_ rows: [Int]) throws -> [Float] {
      try step.gradients(dataset.batch(rows))
      return Array(step.trained[0].gradients.floats.prefix(model.trainedCount))
    }
    let full = try gradient(Array(0..<count))
    var mean = [Double](repeating: 0, count: full.count)
    var squares = 0.0
    for row in 0..<count {
      let own = try gradient([row])
      for index in own.indices { mean[index] += Double(own[index]) / Double(count) }
      squares += Self.squaredDistance(own, full)
    }
    let variance = squares / Double(count - 1)
    let draws = max(draws, 2)
    self.sizes = try sizes.sorted().enumerated().map { number, size in
      let noises = try (0..<draws).map { draw -> Double in
        let first = UInt64((number * draws + draw) * count)
        let rows =
          replaces
          ? (0..<size).map { random.integer(first + UInt64($0), below: count) }
          : Array(random.permutation(count, first: first).prefix(size))
        return Self.squaredDistance(try gradient(rows), full)
      }
      let average = noises.reduce(0, +) / Double(draws)
      let spread = noises.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(draws - 1)
      return Size(
        batch: size, noise: average, standardError: (spread / Double(draws)).squareRoot(),
        expected: variance / Double(size) * (1 - Double(size) / Double(count)),
        memoryBytes: try TrainingStep(training, capacity: size, engine: engine).memoryBytes)
    }
    self.rows = count
    self.variance = variance
    squaredGradient = full.reduce(0.0) { $0 + Double($1) * Double($1) }
    meanError = zip(mean, full).map { abs($0 - Double($1)) }.max() ?? 0
  }

  /// 1, 2, 4, … and the number of rows.
  private static func powers(to count: Int) -> [Int] {
    var (sizes, size) = ([Int](), 1)
    while size < count {
      sizes.append(size)
      size *= 2
    }
    return sizes + [count]
  }

  private static func squaredDistance(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0.0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }
  }
}
