public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// Probabilities of several classes, each with a linear score (lectures 2 and 5).
public struct SoftmaxRegression: ModelFamily {
  public static let name = "softmax"
  public static let formula = "P(y = k) = softmax(W x + b)ₖ, −Σ ln P + λ/2 ‖W‖² least"
  public static let takesLogarithms = false
  public static let isL2Model = true
  public var lambda: Double

  public init() { self.init(lambda: 0) }
  public init(lambda: Double) { self.lambda = lambda }

  public func validate() throws(ApusError) { try checkLambda(lambda, Self.self) }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.require(.classification, for: Self.self, instead: "linear")
    return .convex(SoftmaxCrossEntropy(), data).decaying(lambda, data)
  }

  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    data.linear(outputs)
  }

  public func notes(on data: DataFacts) -> [String] { lambda > 0 ? [data.penaltyNote(lambda)] : [] }
}
