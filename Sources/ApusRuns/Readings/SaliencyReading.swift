public import ApusCore
public import ApusData
public import ApusNN
import ApusTraining

/// The gradient of each sample's loss with respect to its input (lecture 2's ∂ℓ/∂x; Simonyan et al. 2013): what of the
/// input the model's answer hangs on.
public struct SaliencyReading: Sendable {
  public struct Sample: Sendable {
    /// Among the data's samples, counted from 1.
    public var number: Int
    /// The input as the model takes it.
    public var input: [Float]
    /// ∂ℓ/∂x, in units of loss per unit of the encoded input.
    public var gradient: [Float]
    public var truth: String
    public var prediction: String
  }

  /// The shape of one sample: `[features]` or `[height, width, channels]`.
  public let shape: [Int]
  /// The names of a table's features.
  public let featureNames: [String]
  public let samples: [Sample]

  /// - Parameter rows: at most so many, chosen by the seed.
  /// - Throws: when the data does not fit the model or lacks the target.
  public init(
    _ model: Model, _ source: DataSource, rows: Int = 24, seed: UInt64 = 0, engine: Engine? = nil
  ) throws {
    let all = try model.samples(source)
    let chosen = Philox(seed: seed, path: "saliency rows").permutation(all.count).prefix(max(rows, 1))
      .sorted()
    let batch = try all.batch(chosen)
    guard model.inputs[0].scalar == .float32 else {
      throw ApusError(
        "the model takes class numbers, which have no gradient", expected: "a model of images or tables")
    }
    let loss = try model.requireObjective().loss
    let slope = CompiledModel.Output.gradient(of: .loss, model.inputs[0].name)
    let run = try model.compiled(outputs: [slope, .prediction], batch: max(batch.count, 1), engine: engine)(
      batch)
    let width = model.outputShape.reduce(1, *)
    // Of each sample's own loss, and not of their mean.
    let found = try run[slope].values().map { $0 * Float(batch.count) }
    let predictions = try run[.prediction].values()
    let rows = batch.arrays()
    shape = model.inputShape
    featureNames = if case .table(let table)? = model.preprocessing { table.featureNames } else { [] }
    let size = rows.inputSize
    let results = EvaluatedSamples(
      width: width, predictions: predictions.map { Double($0) }, labels: rows.labels, values: [],
      losses: Array(repeating: 0, count: batch.count), kind: loss.predictions)
    let names: [String]? =
      if case .classes(let names) = all.targets, all.positions == 1 { names } else { nil }
    let labels = names == nil ? [] : results.predictedLabels
    samples = chosen.enumerated().map { place, row in
      Sample(
        number: row + 1, input: Array(rows.inputs[(place * size)..<((place + 1) * size)]),
        gradient: Array(found[(place * size)..<((place + 1) * size)]),
        truth: names?[Int(rows.labels[place])] ?? "", prediction: names?[Int(labels[place])] ?? "")
    }
  }

  /// The mean of |∂ℓ/∂x| over the samples, for each number of the input.
  public var meanMagnitudes: [Double] {
    (0..<shape.reduce(1, *)).map { place in
      samples.reduce(0.0) { $0 + Double(abs($1.gradient[place])) } / Double(max(samples.count, 1))
    }
  }
}
