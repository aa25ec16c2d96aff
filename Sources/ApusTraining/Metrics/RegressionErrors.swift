import ApusCore
import ApusNN

/// The mean of the squared errors, in squared units of the target. Of several targets it is the mean of theirs, whatever
/// their units.
public struct MSE: Metric {
  public static let name = "mse"
  public static let formula = "Σ (y − t)² / n"
  public init() {}
  public var isBetterWhenLarger: Bool { false }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.isRegression else { return nil }
    let squares = results.meansOverTargets(results.errors.map { $0 * $0 })
    let (mean, error) = meanWithError(squares, results.weights)
    return results.countsNothing ? nil : make(mean, error)
  }
}

/// The root of the mean squared error, in units of the target; its standard error by the delta method,
/// s(e²) / (2 · rmse · √n). Of several targets it is the root of their mean squared error, to which the target of the largest
/// unit adds most.
public struct RMSE: Metric {
  public static let name = "rmse"
  public static let formula = "√(Σ (y − t)² / n)"
  public init() {}
  public var isBetterWhenLarger: Bool { false }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard let squared = MSE()(results) else { return nil }
    let root = squared.value.squareRoot()
    return make(root, root > 0 ? squared.standardError.map { $0 / (2 * root) } : nil)
  }
}

/// The mean of the absolute errors, in units of the target; of several targets the mean of theirs.
public struct MAE: Metric {
  public static let name = "mae"
  public static let formula = "Σ |y − t| / n"
  public init() {}
  public var isBetterWhenLarger: Bool { false }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.isRegression else { return nil }
    let sizes = results.meansOverTargets(results.errors.map(abs))
    let (mean, error) = meanWithError(sizes, results.weights)
    return results.countsNothing ? nil : make(mean, error)
  }
}

/// The share of the target's variance that is explained; 0 is predicting its mean. Its standard error by the
/// delta method, from the paired squared errors e² and squared deviations d²: s(e² − (1 − R²) d²) / (√n · d̄²). With
/// weights, t̄ is the weighted mean.
///
/// Of several targets it is the mean of theirs, scikit-learn's `uniform_average`, over those that vary; its standard error
/// follows from the means of the samples' influences.
public struct R2: Metric {
  public static let name = "r2"
  public static let formula = "1 − Σ (y − t)² / Σ (t − t̄)²"
  public init() {}
  public var isBetterWhenLarger: Bool { true }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.isRegression else { return nil }
    guard results.width > 1 else {
      return Self.share(results).map { share in
        make(share.value, meanWithError(share.influence, results.weights).error.map { $0 * share.scale })
      }
    }
    let shares = (0..<results.width).compactMap { Self.share(results.target($0)) }
    guard let first = shares.first else { return nil }
    let count = Double(shares.count)
    let influence = first.influence.indices.map { sample in
      shares.reduce(0) { $0 + $1.influence[sample] * $1.scale } / count
    }
    return make(
      shares.reduce(0) { $0 + $1.value } / count, meanWithError(influence, results.weights).error)
  }

  /// The share of a single target, and how far each sample moves it, but for a scale; nil for a target that doesn't vary.
  private static func share(
    _ results: EvaluatedSamples
  ) -> (value: Double, influence: [Double], scale: Double)? {
    let (values, squares) = (results.values, results.errors.map { $0 * $0 })
    guard values.count > 1 else { return nil }
    if let weights = results.weights {
      guard weights.count(where: { $0 > 0 }) > 1 else { return nil }
      let mean = weightedMean(values, weights)
      let deviations = values.map { ($0 - mean) * ($0 - mean) }
      let variance = weightedMean(deviations, weights)
      guard variance > 0 else { return nil }
      let unexplained = weightedMean(squares, weights) / variance
      return (1 - unexplained, zip(squares, deviations).map { $0 - unexplained * $1 }, 1 / variance)
    }
    let mean = values.reduce(0, +) / Double(values.count)
    let deviations = values.map { ($0 - mean) * ($0 - mean) }
    let total = deviations.reduce(0, +)
    guard total > 0 else { return nil }
    let unexplained = squares.reduce(0, +) / total
    return (
      1 - unexplained, zip(squares, deviations).map { $0 - unexplained * $1 }, Double(values.count) / total
    )
  }
}
