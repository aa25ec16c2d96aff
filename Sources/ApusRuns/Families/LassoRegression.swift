public import ApusCore
import ApusData
import ApusNN
import ApusTraining

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

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.require(.regression, for: Self.self, instead: "logistic, softmax or svm")
    let penalty = lambda / data.weight
    // No standardized feature has a mean square above 1, so the curvature is at most their number and the bias.
    let rate = data.safeRate
    var recipe = ModelRecipe(
      loss: HalfSquaredError(), optimizer: ProximalDescent(l1: penalty), rate: rate, schedule: ConstantRate(),
      batch: min(data.rows, 4_096), epochs: { data.epochs(steps: 2_000, batch: $0, to: 2_000) }
    ) { outputs throws(ApusError) in data.linear(outputs, .zeros) }
    recipe.lines.append(
      "λ \(shortText(lambda)) beside the sum over \(data.rowsAndWeight): \(shortFigure(penalty)) beside the mean"
    )
    return recipe
  }
}
