import ApusCore
import ApusNN

/// The mean of −ln p, p the probability that was given to what is true: to the class, or to each of several labels being
/// there or not (averaged). p is kept between 2⁻²³ and 1 − 2⁻²³, as scikit-learn does for float32. For predictions that are
/// probabilities only.
public struct LogLoss: Metric {
  public static let name = "logLoss"
  public static let formula = "Σ −ln p(truth) / n"
  public init() {}
  public var isBetterWhenLarger: Bool { false }
  public var isDefault: Bool { false }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.areProbabilities else { return nil }
    let width = results.width
    let losses = (0..<results.count).map { sample -> Double in
      let row = results.predictions[(sample * width)..<((sample + 1) * width)]
      guard results.isMultiLabel || width == 1 else {
        return loss(row[row.startIndex + Int(results.labels[sample])])
      }
      let sum = row.indices.reduce(0) { sum, index in
        let isThere = results.isMultiLabel ? results.values[index] == 1 : results.labels[sample] == 1
        return sum + loss(isThere ? row[index] : 1 - row[index])
      }
      return sum / Double(width)
    }
    let (mean, error) = meanWithError(losses, results.sampleWeights)
    return results.countsNothing ? nil : make(mean, error)
  }

  private func loss(_ probability: Double) -> Double {
    let tiny = 0x1p-23
    return -Mathematics.log(min(max(probability, tiny), 1 - tiny))
  }
}

extension Metric where Self == LogLoss {
  public static var logLoss: LogLoss { LogLoss() }
}
