public import ApusCore
public import ApusNN

/// A running average of the weights, a ← a + (1 − d)(w − a) after each step, used instead of the last weights (lecture 5: "keep
/// a running average of the parameter vector").
///
/// In the first steps d is smaller, (1 + t) / (10 + t), so that the first weights are soon forgotten.
public struct MovingAverage: EnsembleMethod {
  public static let name = "movingAverage"
  public static let formula = "a ← a + (1 − d)(w − a)"
  public var decay: Double

  public init() { self.init(decay: 0.999) }
  public init(decay: Double) { self.decay = decay }

  public func validate() throws(ApusError) {
    try require((0..<1).contains(decay), "decay", decay, "0 or more, below 1")
  }

  public func observe(
    _ moment: EnsembleMoment, weights: UnsafeBufferPointer<Float>, kept: inout [[Float]]
  ) {
    guard !kept.isEmpty else {
      kept = [Array(weights)]
      return
    }
    let part = Float(1 - min(decay, Double(1 + moment.step) / Double(10 + moment.step)))
    kept[0].withUnsafeMutableBufferPointer { average in
      for place in average.indices { average[place] += part * (weights[place] - average[place]) }
    }
  }

  public func result(of model: Model, kept: [[Float]]) throws -> Model? {
    kept.first.map { self.model(model, $0) }
  }

  public func keptWeights(_ kept: [[Float]]) -> KeptWeights? { kept.isEmpty ? nil : KeptWeights(.average) }
}
