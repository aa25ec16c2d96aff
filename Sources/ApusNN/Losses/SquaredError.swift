public import ApusCore

/// (y − t)², the mean over the outputs `[rows, outputs]` (S0, S2). Its value at the start is the targets' variance.
public struct SquaredError: Loss {
  public static let name = "squared"
  public static let formula = "(y − t)²"
  public init() {}

  public func targetType(for output: TensorShape) -> TensorType { TensorType(output) }

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    meanOverOutputs((output - target).square())
  }
}

extension Loss where Self == SquaredError {
  public static var squared: SquaredError { SquaredError() }
}
