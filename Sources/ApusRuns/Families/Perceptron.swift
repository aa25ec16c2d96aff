public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// Rosenblatt's perceptron (lectures 1, 2, 3 and 5): a step unit for two classes, one a class for more, from zero weights, one
/// sample at a time.
///
/// The rate is 1: from zero weights another one scales them and changes no decision.
public struct Perceptron: ModelFamily {
  public static let name = "perceptron"
  public static let formula = "y = step(w · x + b), w ← w + α (d − y) x"
  public static let takesLogarithms = false
  public init() {}

  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    data.linear(outputs)
  }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.require(.classification, for: Self.self, instead: "linear")
    return Recipe(
      epochs: data.epochs(steps: 200_000, batch: 1, from: 20, to: 200), batch: 1, optimizer: SGD(),
      learningRate: 1, schedule: ConstantRate(), loss: PerceptronLoss())
  }
}
