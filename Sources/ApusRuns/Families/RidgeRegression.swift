public import ApusCore
import ApusData
import ApusNN

/// Linear regression with a penalty on large weights (Hoerl and Kennard 1970): λ is scikit-learn's `alpha` on
/// standardized columns. Solved in closed form, unless something is said of how to train.
public struct RidgeRegression: ModelFamily {
  public static let name = "ridge"
  public static let formula = "y = w · x + b, ½ Σ (y − t)² + λ/2 ‖w‖² least"
  public static let takesLogarithms = false
  public var lambda: Double

  public init() { self.init(lambda: 1) }
  public init(lambda: Double) { self.lambda = lambda }

  public func validate() throws(ApusError) { try checkLambda(lambda, Self.self) }

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.require(.regression, for: Self.self, instead: "logistic(lambda: 1), softmax or svm")
    return ModelRecipe.residual(data.loss ?? HalfSquaredError(), data).decaying(lambda, data)
  }
}
