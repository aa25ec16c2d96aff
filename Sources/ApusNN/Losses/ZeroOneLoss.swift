public import ApusCore
public import ApusData

/// 1 where the largest score is not that of the class, else 0, from scores `[rows, …, classes]` and class numbers
/// `[rows, …]` (lectures 2 and 5): what one would like to make small.
///
/// It is there to be looked at: its gradient is 0, and nothing learns from it.
public struct ZeroOneLoss: Loss {
  public static let name = "zeroOne"
  public static let formula = "1 if argmaxⱼ sⱼ ≠ y, else 0; no gradient"
  public init() {}

  public var classTargets: ClassTargets { .numbers }

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let losses = select(output.argmax() .== target, Tensor(0), Tensor(1))
    return losses
  }

  /// Returns the initial loss where the first of equal scores decides: wrong for all but the first class.
  public func initialLoss(_ targets: TargetSummary) -> Double? {
    targets.classShares.first.map { 1 - $0 }
  }
  public var predictions: PredictionKind { .scores(threshold: 0) }
}

extension Loss where Self == ZeroOneLoss {
  public static var zeroOne: ZeroOneLoss { ZeroOneLoss() }
}
