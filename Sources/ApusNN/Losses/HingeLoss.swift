public import ApusCore
public import ApusData

/// max(0, 1 − t s), from scores s and targets t of −1 and 1, both `[rows, outputs]`: the mean over the outputs
/// (Cortes and Vapnik 1995). A score above 0 is a vote for the class.
public struct HingeLoss: Loss {
  public static let name = "hinge"
  public static let formula = "max(0, 1 − t·s), t = ±1"
  public init() {}

  public var classTargets: ClassTargets { .indicators(off: -1, on: 1) }

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    (1 - target * output).relu()
  }

  public func initialLoss(_ targets: TargetSummary) -> Double? { 1 }
  public var predictions: PredictionKind { .scores(threshold: 0) }
}

/// max(0, 1 − t s)²: a hinge without a kink.
public struct SquaredHingeLoss: Loss {
  public static let name = "squaredHinge"
  public static let formula = "max(0, 1 − t·s)², t = ±1"
  public init() {}

  public var classTargets: ClassTargets { .indicators(off: -1, on: 1) }

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    (1 - target * output).relu().square()
  }

  public func initialLoss(_ targets: TargetSummary) -> Double? { 1 }
  public var predictions: PredictionKind { .scores(threshold: 0) }
}

extension Loss where Self == HingeLoss {
  public static var hinge: HingeLoss { HingeLoss() }
}

extension Loss where Self == SquaredHingeLoss {
  public static var squaredHinge: SquaredHingeLoss { SquaredHingeLoss() }
}
