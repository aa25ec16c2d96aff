public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// Linear regression with a penalty on large weights (Hoerl and Kennard 1970): λ is scikit-learn's `alpha` on
/// standardized columns. Solved in closed form, unless something is said of how to train.
public struct RidgeRegression: ModelFamily {
  public static let name = "ridge"
  public static let formula = "y = w · x + b, ½ Σ (y − t)² + λ/2 ‖w‖² least"
  public static let takesLogarithms = false
  public static let hasClosedForm = true
  public static let isL2Model = true
  public var lambda: Double

  public init() { self.init(lambda: 1) }
  public init(lambda: Double) { self.lambda = lambda }

  public func validate() throws(ApusError) { try checkLambda(lambda, Self.self) }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.require(.regression, for: Self.self, instead: "logistic(lambda: 1), softmax or svm")
    return Recipe.residual(data.loss ?? HalfSquaredError(), data).decaying(lambda, data)
  }

  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    data.linear(outputs)
  }

  public func notes(on data: DataFacts) -> [String] {
    lambda > 0 ? [data.penaltyNote(lambda, data.loss ?? HalfSquaredError())] : []
  }
}
