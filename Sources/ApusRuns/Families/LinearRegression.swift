public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// A linear unit for a number (lectures 1 and 3), by the squared residual, or with `--loss absoluteError` the absolute one.
///
/// The squared residual is solved in closed form, unless something is said of how to train: `--epochs`, `--optimizer`. The
/// report says which, and compares the two.
public struct LinearRegression: ModelFamily {
  public static let name = "linear"
  public static let formula = "y = w · x + b, Σ (y − t)² least"
  public static let takesLogarithms = false
  public init() {}

  public static let hasClosedForm = true

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.require(.regression, for: Self.self, instead: "logistic, softmax or svm")
    return .residual(data.loss ?? SquaredError(), data)
  }

  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    data.linear(outputs)
  }
}

extension Recipe {
  /// For a single dense layer with a loss of the residual. Where that is quadratic and a few thousand rows go into a step,
  /// much inertia, which ill-conditioned columns need (Polyak 1964), at half the rate at which its steps would overshoot.
  static func residual(_ loss: any Loss, _ data: DataFacts) -> Recipe {
    let batch = min(data.rows, 4_096)
    guard loss is any QuadraticLoss, data.batch ?? batch >= batch else { return .convex(loss, data) }
    return Recipe(
      epochs: data.epochs(steps: 2_000, batch: batch, to: 2_000), batch: batch,
      optimizer: Momentum(momentum: 0.99), learningRate: data.safeRate * data.numbers(of: loss),
      schedule: batch == data.rows ? ConstantRate() as any Schedule : CosineDecay(), loss: loss)
  }

  /// For a single dense layer with a convex loss: zero weights, small batches, and a rate that falls to 0, so that the
  /// steps settle in the least value. Many features move the score together: each takes smaller steps then.
  static func convex(_ loss: any Loss, _ data: DataFacts) -> Recipe {
    Recipe(
      epochs: data.epochs(steps: 4_000, batch: 32), batch: 32, optimizer: Adam(),
      learningRate: data.features > 32 ? shortened(1.6 / Double(data.features)) : 0.05,
      schedule: CosineDecay(), loss: loss)
  }

  /// The same with the penalty of a sum over the rows, Σ loss + λ/2 ‖w‖²: as a mean over N rows the decay is
  /// λ/N, where rows have weights λ/Σ w. Of K numbers the sum is over these too, and the decay λ/(N K): each has the
  /// weights that it would have alone.
  func decaying(_ lambda: Double, _ data: DataFacts) -> Recipe {
    var recipe = self
    recipe.l2 = data.decay(lambda, loss)
    return recipe
  }
}

extension DataFacts {
  /// Returns the λ beside the mean loss that is one beside the sum over rows and numbers.
  func decay(_ lambda: Double, _ loss: (any Loss)?) -> Double {
    lambda / (weight * (loss.map { numbers(of: $0) } ?? 1))
  }

  /// Returns a sentence on a penalty's λ: beside the sum over the rows, and beside the mean.
  func penaltyNote(_ lambda: Double, _ loss: (any Loss)? = nil) -> String {
    let decay = shortFigure(decay(lambda, loss))
    return "λ \(shortText(lambda)) beside the sum over \(rowsAndWeight): \(decay) beside the mean"
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
