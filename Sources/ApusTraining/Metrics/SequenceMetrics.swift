import ApusCore
import ApusNN

/// The number of equally likely characters that the model chooses among: e^loss, of sequences with a class at each
/// position. Its standard error is e^loss times that of the loss.
public struct Perplexity: Metric {
  public static let name = "perplexity"
  public static let formula = "e^loss, of sequences"
  public init() {}
  public var isBetterWhenLarger: Bool { false }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.isSequence else { return nil }
    let loss = MeanLoss.value(results)
    let value = Mathematics.exp(loss.value)
    return make(value, loss.standardError.map { value * $0 })
  }
}

/// The bits that a character costs when the model's probabilities encode it: loss / ln 2, of sequences with a class at
/// each position.
public struct BitsPerCharacter: Metric {
  public static let name = "bitsPerCharacter"
  public static let formula = "loss / ln 2, of sequences"
  public init() {}
  public var isBetterWhenLarger: Bool { false }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    guard results.isSequence else { return nil }
    let loss = MeanLoss.value(results)
    let bit = Mathematics.log(2)
    return make(loss.value / bit, loss.standardError.map { $0 / bit })
  }
}
