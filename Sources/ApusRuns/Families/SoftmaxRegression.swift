public import ApusCore
import ApusData
import ApusNN

/// Probabilities of several classes, each with a linear score (lectures 2 and 5).
public struct SoftmaxRegression: ModelFamily {
  public static let name = "softmax"
  public static let formula = "P(y = k) = softmax(W x + b)ₖ, −Σ ln P + λ/2 ‖W‖² least"
  public static let takesLogarithms = false
  public var lambda: Double

  public init() { self.init(lambda: 0) }
  public init(lambda: Double) { self.lambda = lambda }

  public func validate() throws(ApusError) { try checkLambda(lambda, Self.self) }

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.require(.classification, for: Self.self, instead: "linear")
    return .convex(SoftmaxCrossEntropy(), data).decaying(lambda, data)
  }
}
