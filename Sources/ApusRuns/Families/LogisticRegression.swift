public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// The probability of the second of two classes (lectures 1 and 2): maximum likelihood, and with λ > 0 the maximum a posteriori
/// (scikit-learn's `C` is 1/λ on standardized columns).
///
/// Labels are {0, 1}; `--loss logistic` writes the same loss for labels {−1, +1}.
public struct LogisticRegression: ModelFamily {
  public static let name = "logistic"
  public static let formula = "P(y = 1) = σ(w · x + b), −Σ ln P + λ/2 ‖w‖² least"
  public static let takesLogarithms = false
  public static let isL2Model = true
  public var lambda: Double

  public init() { self.init(lambda: 0) }
  public init(lambda: Double) { self.lambda = lambda }

  public func validate() throws(ApusError) { try checkLambda(lambda, Self.self) }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.require(.classification, for: Self.self, instead: "linear")
    guard data.targets.outputCount == 2 else {
      throw ApusError(
        "the model logistic is for two classes, and there are \(data.targets.outputCount)",
        at: "model.family",
        fix: "use softmax")
    }
    return .convex(BinaryCrossEntropy(), data).decaying(lambda, data)
  }

  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    data.linear(outputs)
  }

  public func notes(on data: DataFacts) -> [String] { lambda > 0 ? [data.penaltyNote(lambda)] : [] }
}
