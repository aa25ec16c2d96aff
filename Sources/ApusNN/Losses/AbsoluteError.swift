public import ApusCore

/// |y − t|, the mean over the outputs `[rows, outputs]` (lecture 3): outliers pull no harder than others.
///
/// Its value at the start is the targets' mean magnitude.
public struct AbsoluteError: Loss {
  public static let name = "absoluteError"
  public static let otherNames = ["mae", "l1"]
  public static let formula = "|y − t|"
  public init() {}

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    (output - target).abs()
  }

  public func initialLoss(_ targets: TargetSummary) -> Double? { targets.mean(classTargets) { abs($0) } }
}

extension Loss where Self == AbsoluteError {
  public static var absolute: AbsoluteError { AbsoluteError() }
}
