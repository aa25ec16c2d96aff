public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// Widrow and Hoff's adaptive linear unit (lecture 5): classes are ±1, the unit is linear, and each sample moves the weights by
/// the delta rule; the rate falls to 0, so that they settle in the least squares.
public struct Adaline: ModelFamily {
  public static let name = "adaline"
  public static let formula = "s = w · x + b, ½ Σ (d − s)², w ← w + η (d − s) x"
  public static let takesLogarithms = false
  public init() {}

  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    data.linear(outputs)
  }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.require(.classification, for: Self.self, instead: LinearRegression.name)
    // A sample's |x|² is about the number of its features; a step of 1/|x|² would undo its whole error.
    let rate = data.safeRate / 8
    return Recipe(
      epochs: data.epochs(steps: 20_000, batch: 1, to: 200), batch: 1, optimizer: SGD(), learningRate: rate,
      schedule: CosineDecay(), loss: AdalineLoss())
  }
}
