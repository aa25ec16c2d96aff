public import ApusCore
public import ApusNN

/// Snapshots of one run at the ends of so many equal parts of it, their predictions averaged (Huang et al. 2017). Goes
/// with a schedule that falls in each part.
public struct SnapshotEnsemble: EnsembleMethod {
  public static let name = "snapshots"
  public static let formula = "the mean prediction of the weights after each of count parts of the epochs"
  public var count: Int

  public init() { self.init(count: 5) }
  public init(count: Int) { self.count = count }

  public func validate() throws(ApusError) { try requireCount(count) }

  public func observe(
    _ moment: EnsembleMoment, weights: UnsafeBufferPointer<Float>, kept: inout [[Float]]
  ) {
    guard moment.isEpochEnd else { return }
    // The epoch that a part ends with: a part of less than an epoch gives none of its own.
    let parts = moment.epoch * count / max(moment.epochs, 1)
    let before = (moment.epoch - 1) * count / max(moment.epochs, 1)
    if parts > before { kept.append(Array(weights)) }
  }

  public func result(of model: Model, kept: [[Float]]) throws -> Model? {
    kept.count < 2 ? nil : try .ensemble(of: kept.map { self.model(model, $0) })
  }

  public func keptWeights(_ kept: [[Float]]) -> KeptWeights? {
    kept.count < 2 ? nil : KeptWeights(.ensemble, count: kept.count)
  }

  public func problem(epochs: Int) -> String? {
    epochs < count ? "\(count) snapshots in a training of \(epochs) epochs" : nil
  }
}
