public import ApusCore
import ApusData
import ApusNN

/// Rosenblatt's perceptron (lectures 1, 2, 3 and 5): a step unit for two classes, one a class for more, from zero weights, one
/// sample at a time.
///
/// The rate is 1: from zero weights another one scales them and changes no decision.
public struct Perceptron: ModelFamily {
  public static let name = "perceptron"
  public static let formula = "y = step(w · x + b), w ← w + α (d − y) x"
  public static let takesLogarithms = false
  public init() {}

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.require(.classification, for: Self.self, instead: "linear")
    return ModelRecipe(
      loss: PerceptronLoss(), optimizer: SGD(), rate: 1, schedule: ConstantRate(), batch: 1,
      epochs: { data.epochs(steps: 200_000, batch: $0, from: 20, to: 200) }
    ) { outputs throws(ApusError) in data.linear(outputs, .zeros) }
  }
}
