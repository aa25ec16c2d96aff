public import ApusCore

/// ½ Σ (y − t)², the sum over the outputs `[rows, outputs]` (S4's and Nielsen's quadratic loss): its gradient is y − t.
public struct HalfSquaredError: Loss {
  public static let name = "halfSquared"
  public static let formula = "½ Σ (y − t)²"
  public init() {}

  public func targetType(for output: TensorShape) -> TensorType { TensorType(output) }

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let squares = (output - target).square()
    return 0.5 * squares.sum(axes: Array(1..<max(squares.shape.rank, 1)))
  }
}
