public import ApusCore

/// (y − t)², the mean over the outputs `[rows, outputs]` (lectures 1 and 3).
///
/// Its value at the start is the targets' mean square: their variance, when they are centered.
public struct SquaredError: Loss {
  public static let name = "squaredError"
  public static let otherNames = ["mse", "meanSquaredError"]
  public static let formula = "(y − t)²"
  public init() {}

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    (output - target).square()
  }

  public func initialLoss(_ targets: TargetSummary) -> Double? { targets.mean(classTargets) { $0 * $0 } }
}

extension Loss where Self == SquaredError {
  public static var squared: SquaredError { SquaredError() }
}
