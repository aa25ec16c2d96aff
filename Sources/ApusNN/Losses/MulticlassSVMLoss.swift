public import ApusCore
public import ApusData

/// Σ_{j≠y} max(0, s_j − s_y + margin), from scores s `[rows, …, classes]` and class numbers y `[rows, …]` (lecture 5; Weston and
/// Watkins 1999). At the start it is (K − 1) · margin for K classes.
public struct MulticlassSVMLoss: Loss {
  public static let name = "multiclassSVM"
  public static let formula = "Σ_{j≠y} max(0, s_j − s_y + margin)"
  public var margin: Double

  public init() { self.init(margin: 1) }
  public init(margin: Double) { self.margin = margin }

  public var classTargets: ClassTargets { .numbers }

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let own = target.oneHot(output.shape[-1].size)
    let score = (output * own).sum(axes: [-1], keepDimensions: true)
    let losses = ((output - score + Tensor(margin)).relu() * (1 - own)).sum(axes: [-1])
    return losses
  }

  public func initialLoss(_ targets: TargetSummary) -> Double? { Double(targets.outputs - 1) * margin }
  public var predictions: PredictionKind { .scores(threshold: 0) }
}

extension Loss where Self == MulticlassSVMLoss {
  public static var multiclassSVM: MulticlassSVMLoss { MulticlassSVMLoss() }
}
