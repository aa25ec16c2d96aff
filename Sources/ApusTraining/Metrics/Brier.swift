import ApusCore
import ApusNN

/// The mean squared distance of the predicted probabilities from what is true (Brier 1950): of two classes (p − y)² of the
/// second, of more Σₖ (pₖ − yₖ)² over the classes, of independent labels the mean of (p − y)² over them, as scikit-learn's.
/// For predictions that are probabilities only.
public struct Brier: Metric {
  public static let name = "brier"
  public static let formula = "Σ (p − y)² / n"
  public init() {}
  public var isBetterWhenLarger: Bool { false }
  public var isDefault: Bool { false }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.areProbabilities else { return nil }
    let width = results.width
    let losses = (0..<results.count).map { sample -> Double in
      let row = results.predictions[(sample * width)..<((sample + 1) * width)]
      var sum = 0.0
      for (output, index) in row.indices.enumerated() {
        let isThere =
          results.isMultiLabel
          ? results.values[index] == 1 : results.labels[sample] == (width == 1 ? 1 : Int32(output))
        let distance = row[index] - (isThere ? 1 : 0)
        sum += distance * distance
      }
      // Of two classes both outputs are equally far off.
      return results.isMultiLabel || width == 2 ? sum / Double(width) : sum
    }
    let (mean, error) = meanWithError(losses, results.sampleWeights)
    return results.countsNothing ? nil : make(mean, error)
  }
}

extension Metric where Self == Brier {
  public static var brier: Brier { Brier() }
}
