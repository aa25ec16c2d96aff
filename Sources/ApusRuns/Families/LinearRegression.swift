public import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// A linear unit for a number (lectures 1 and 3), by the squared residual, or with `--loss absoluteError` the absolute one.
///
/// The squared residual is solved in closed form, unless something is said of how to train: `--epochs`, `--optimizer`. The
/// report says which, and compares the two.
public struct LinearRegression: ModelFamily {
  public static let name = "linear"
  public static let formula = "y = w · x + b, Σ (y − t)² least"
  public static let takesLogarithms = false
  public init() {}

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.require(.regression, for: Self.self, instead: "logistic, softmax or svm")
    let loss = data.loss ?? SquaredError()
    return .residual(loss, data)
  }
}

extension ModelRecipe {
  /// For a single dense layer with a loss of the residual. Where that is quadratic and a few thousand rows go into a step,
  /// much inertia, which ill-conditioned columns need (Polyak 1964), at half the rate at which its steps would overshoot.
  static func residual(_ loss: any Loss, _ data: DataFacts) -> ModelRecipe {
    let batch = min(data.rows, 4_096)
    guard loss is any QuadraticLoss else { return .convex(loss, data) }
    guard data.batch ?? batch >= batch else { return .convex(loss, data) }
    var recipe = ModelRecipe(
      loss: loss, optimizer: Momentum(momentum: 0.99), rate: data.safeRate,
      schedule: batch == data.rows ? ConstantRate() as any Schedule : CosineDecay(), batch: batch,
      epochs: { data.epochs(steps: 2_000, batch: $0, to: 2_000) }
    ) { outputs throws(ApusError) in data.linear(outputs, .zeros) }
    recipe.hasClosedForm = true
    return recipe
  }

  /// For a single dense layer with a convex loss: zero weights, small batches, and a rate that falls to 0, so that the
  /// steps settle in the least value. Many features move the score together: each takes smaller steps then.
  static func convex(_ loss: any Loss, _ data: DataFacts) -> ModelRecipe {
    ModelRecipe(
      loss: loss, optimizer: Adam(), rate: data.features > 32 ? shortened(1.6 / Double(data.features)) : 0.05,
      schedule: CosineDecay(), batch: min(32, data.rows),
      epochs: { data.epochs(steps: 4_000, batch: $0) }
    ) { outputs throws(ApusError) in data.linear(outputs, .zeros) }
  }

  /// The same with the penalty of a sum over the rows, Σ loss + λ/2 ‖w‖²: as a mean over N rows the decay is
  /// λ/N, where rows have weights λ/Σ w.
  func decaying(_ lambda: Double, _ data: DataFacts) -> ModelRecipe {
    var recipe = self
    recipe.l2 = lambda / data.weight
    recipe.isL2Model = true
    if lambda > 0 {
      recipe.lines.append(
        "λ \(shortText(lambda)) beside the sum over \(data.rowsAndWeight): \(shortFigure(recipe.l2)) beside the mean"
      )
    }
    return recipe
  }
}

/// Refuses a λ that is no weight of a penalty.
func checkLambda(_ lambda: Double, _ family: any ModelFamily.Type) throws(ApusError) {
  guard lambda >= 0, lambda.isFinite else {
    throw ApusError("lambda of \(family.name) is \(lambda)", at: "model.family", expected: "0 or more")
  }
}

/// A number with two significant digits.
private func shortened(_ number: Double) -> Double {
  var scale = 1.0
  while number * scale < 10 { scale *= 10 }
  return (number * scale).rounded() / scale
}
