import ApusCore
import ApusNN

/// The mean of the squared errors, in squared units of the target.
public struct MSE: Metric {
  public static let name = "mse"
  public static let formula = "Σ (y − t)² / n"
  public init() {}
  public var isBetterWhenLarger: Bool { false }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.isRegression else { return nil }
    let (mean, error) = meanWithError(results.errors.map { $0 * $0 }, results.valueWeights)
    return results.countsNothing ? nil : make(mean, error)
  }
}

/// The root of the mean squared error, in units of the target; its standard error by the delta method,
/// s(e²) / (2 · rmse · √n).
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

/// The mean of the absolute errors, in units of the target.
public struct MAE: Metric {
  public static let name = "mae"
  public static let formula = "Σ |y − t| / n"
  public init() {}
  public var isBetterWhenLarger: Bool { false }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.isRegression else { return nil }
    let (mean, error) = meanWithError(results.errors.map(abs), results.valueWeights)
    return results.countsNothing ? nil : make(mean, error)
  }
}

/// The share of the targets' variance that is explained; 0 is predicting their mean. Its standard error by the
/// delta method, from the paired squared errors e² and squared deviations d²: s(e² − (1 − R²) d²) / (√n · d̄²). With
/// weights, t̄ is the weighted mean.
public struct R2: Metric {
  public static let name = "r2"
  public static let formula = "1 − Σ (y − t)² / Σ (t − t̄)²"
  public init() {}
  public var isBetterWhenLarger: Bool { true }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.isRegression, results.values.count > 1 else { return nil }
    if let weights = results.valueWeights { return weighted(results, weights) }
    let mean = results.values.reduce(0, +) / Double(results.values.count)
    let deviations = results.values.map { ($0 - mean) * ($0 - mean) }
    let total = deviations.reduce(0, +)
    guard total > 0 else { return nil }
    let squares = results.errors.map { $0 * $0 }
    let unexplained = squares.reduce(0, +) / total
    let influence = zip(squares, deviations).map { $0 - unexplained * $1 }
    let error = meanWithError(influence).error.map { $0 * Double(results.values.count) / total }
    return make(1 - unexplained, error)
  }

  private func weighted(_ results: EvaluatedSamples, _ weights: [Double]) -> MetricValue? {
    guard weights.count(where: { $0 > 0 }) > 1 else { return nil }
    let mean = weightedMean(results.values, weights)
    let deviations = results.values.map { ($0 - mean) * ($0 - mean) }
    let variance = weightedMean(deviations, weights)
    guard variance > 0 else { return nil }
    let squares = results.errors.map { $0 * $0 }
    let unexplained = weightedMean(squares, weights) / variance
    let influence = zip(squares, deviations).map { $0 - unexplained * $1 }
    return make(1 - unexplained, meanWithError(influence, weights).error.map { $0 / variance })
  }
}
