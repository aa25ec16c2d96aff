public import ApusCore
public import ApusData
public import ApusNN

/// Predictions of several passes with dropout: their mean and their spread, which says how sure the network is (Gal and
/// Ghahramani 2016).
public struct SampledPredictions: Sendable {
  /// With the mean over the passes as predictions.
  public let mean: EvaluatedSamples
  /// The standard deviation over the passes of each of the predictions, `[count, width]`.
  public let deviations: [Float]
  /// A Boolean value that indicates whether passes differ: whether the network has dropout.
  public let isRandom: Bool
}

extension Model {
  /// Predictions beside the truth, as the mean of passes with dropout.
  ///
  /// - Parameters:
  ///   - passes: at least 2.
  ///   - readsTargets: whether the samples' targets are to be those of the model.
  /// - Throws: for fewer passes; what ``results(on:threshold:engine:)`` throws.
  public func sampledResults(
    on dataset: any Dataset, passes: Int,
    threshold: Double? = nil, readsTargets: Bool = true, engine: Engine? = nil
  ) throws -> SampledPredictions {
    try sampledResults(
      on: dataset, passes: passes, threshold: threshold, readsTargets: readsTargets, collective: nil,
      engine: engine)
  }

  /// The same of several processes that ask for it together.
  package func sampledResults(
    on dataset: any Dataset, passes: Int, threshold: Double?, readsTargets: Bool, collective: Collective?,
    engine: Engine?
  ) throws -> SampledPredictions {
    guard passes >= 2 else { throw ApusError("\(passes) passes with dropout", expected: "at least 2") }
    let evaluator = try Evaluator(self, mode: .sampling, engine: engine ?? Engine.standard())
    let first = try evaluator.run(
      dataset, threshold: threshold, readsTargets: readsTargets, collective: collective)
    // Welford's means and sums of squares, in double precision.
    var means = first.predictions
    var squares = [Double](repeating: 0, count: means.count)
    for pass in 1..<passes {
      let predictions = try evaluator.run(
        dataset, threshold: threshold, readsTargets: readsTargets, pass: pass, collective: collective
      ).predictions
      for index in means.indices {
        let change = predictions[index] - means[index]
        means[index] += change / Double(pass + 1)
        squares[index] += change * (predictions[index] - means[index])
      }
    }
    var mean = EvaluatedSamples(
      width: first.width, predictions: means, labels: first.labels, values: first.values,
      losses: first.losses, kind: first.kind, isMultiLabel: first.isMultiLabel, threshold: threshold,
      weights: first.weights)
    (mean.thresholds, mean.classNames) = (first.thresholds, first.classNames)
    mean.targetNames = first.targetNames
    return SampledPredictions(
      mean: mean, deviations: squares.map { Float(($0 / Double(passes - 1)).squareRoot()) },
      isRandom: evaluator.isRandom)
  }
}
