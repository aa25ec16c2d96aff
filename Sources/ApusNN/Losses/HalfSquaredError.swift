public import ApusCore

/// ½ Σ (y − t)², the sum over the outputs `[rows, outputs]` (lecture 5's and Nielsen's quadratic loss): its gradient is y − t.
///
/// Its value at the start is half the sum of the outputs' mean squares.
public struct HalfSquaredError: Loss {
  public static let name = "halfSquaredError"
  public static let formula = "½ Σ (y − t)²"
  public init() {}

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let squares = (output - target).square()
    return 0.5 * squares.sum(axes: Array(1..<max(squares.shape.rank, 1)))
  }

  public func initialLoss(_ targets: TargetSummary) -> Double? {
    targets.mean(classTargets) { $0 * $0 / 2 }.map { $0 * Double(targets.outputs) }
  }
}

extension Loss where Self == HalfSquaredError {
  public static var halfSquared: HalfSquaredError { HalfSquaredError() }
}
