public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// Linear regression with a penalty that makes weights exactly 0 (Tibshirani 1996): λ/N is scikit-learn's `alpha` on
/// standardized columns and target, N the weight of the rows.
///
/// By proximal steps over all rows: a subgradient would only make weights small.
public struct LassoRegression: ModelFamily {
  public static let name = "lasso"
  public static let formula = "y = w · x + b, ½ Σ (y − t)² + λ Σ |w| least"
  public static let takesLogarithms = false
  public var lambda: Double

  public init() { self.init(lambda: 1) }
  public init(lambda: Double) { self.lambda = lambda }

  public func validate() throws(ApusError) { try checkLambda(lambda, Self.self) }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.require(.regression, for: Self.self, instead: "logistic, softmax or svm")
    // No standardized feature has a mean square above 1, so the curvature is at most their number and the bias.
    return Recipe(
      epochs: data.epochs(steps: 2_000, batch: 4_096, to: 2_000), batch: 4_096,
      optimizer: ProximalDescent(l1: lambda / data.weight), learningRate: data.safeRate,
      schedule: ConstantRate(), loss: HalfSquaredError())
  }

  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    data.linear(outputs)
  }

  public func notes(on data: DataFacts) -> [String] { [data.penaltyNote(lambda)] }
}
