public import ApusCore
import ApusData
import ApusNN

/// Widrow and Hoff's adaptive linear unit (lecture 5): classes are ±1, the unit is linear, and each sample moves the weights by
/// the delta rule; the rate falls to 0, so that they settle in the least squares.
public struct Adaline: ModelFamily {
  public static let name = "adaline"
  public static let formula = "s = w · x + b, ½ Σ (d − s)², w ← w + η (d − s) x"
  public static let takesLogarithms = false
  public init() {}

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.require(.classification, for: Self.self, instead: LinearRegression.name)
    // A sample's |x|² is about the number of its features; a step of 1/|x|² would undo its whole error.
    let rate = data.safeRate / 8
    return ModelRecipe(
      loss: AdalineLoss(), optimizer: SGD(), rate: rate, schedule: CosineDecay(), batch: 1,
      epochs: { data.epochs(steps: 20_000, batch: $0, to: 200) }
    ) { outputs throws(ApusError) in data.linear(outputs, .zeros) }
  }
}
