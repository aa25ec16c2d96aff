public import ApusCore
public import ApusNN

/// The mean of the weights after the last epochs (Polyak and Juditsky 1992; lecture 5: "average multiple checkpoints").
public struct CheckpointAverage: EnsembleMethod {
  public static let name = "checkpoints"
  public static let formula = "w = Σ w_e / count over the last count epochs"
  public var count: Int

  public init() { self.init(count: 5) }
  public init(count: Int) { self.count = count }

  public func validate() throws(ApusError) { try requireCount(count) }

  public func observe(
    _ moment: EnsembleMoment, weights: UnsafeBufferPointer<Float>, kept: inout [[Float]]
  ) {
    guard moment.isEpochEnd else { return }
    kept.append(Array(weights))
    if kept.count > count { kept.removeFirst() }
  }

  public func result(of model: Model, kept: [[Float]]) throws -> Model? {
    kept.isEmpty ? nil : try .average(of: kept.map { self.model(model, $0) })
  }

  public func keptWeights(_ kept: [[Float]]) -> KeptWeights? {
    kept.isEmpty ? nil : KeptWeights(.average, count: kept.count)
  }

  public func problem(epochs: Int) -> String? {
    epochs < count ? "the mean of \(count) epochs in a training of \(epochs)" : nil
  }
}
