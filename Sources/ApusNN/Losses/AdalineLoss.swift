public import ApusCore
public import ApusData

/// ½ Σ (d − s)², from scores s `[rows, outputs]` and targets d of −1 and 1: the delta rule w ← w + η (d − s) x of Widrow and
/// Hoff (lecture 5). A score above 0 is a vote for the class.
public struct AdalineLoss: Loss {
  public static let name = "adaline"
  public static let formula = "½ Σ (d − s)², d = ±1"
  public init() {}

  public var classTargets: ClassTargets { .indicators(off: -1, on: 1) }

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    HalfSquaredError()(output, target)
  }

  public func initialLoss(_ targets: TargetSummary) -> Double? { Double(targets.outputs) / 2 }
  public var predictions: PredictionKind { .scores(threshold: 0) }
}

extension Loss where Self == AdalineLoss {
  public static var adaline: AdalineLoss { AdalineLoss() }
}
