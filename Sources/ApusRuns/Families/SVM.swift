public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// The linear classifier of the widest margin (lecture 5): the multiclass SVM, and for two classes its special case, the hinge
/// of a single score (scikit-learn's `C` is 1/λ on standardized columns).
public struct SVM: ModelFamily {
  public static let name = "svm"
  public static let formula = "s = W x + b, Σ Σ_{j≠y} max(0, s_j − s_y + 1) + λ/2 ‖W‖² least"
  public static let takesLogarithms = false
  public static let isL2Model = true
  public var lambda: Double

  public init() { self.init(lambda: 1) }
  public init(lambda: Double) { self.lambda = lambda }

  public func validate() throws(ApusError) { try checkLambda(lambda, Self.self) }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.require(.classification, for: Self.self, instead: LinearRegression.name)
    let loss: any Loss = data.targets.outputCount == 2 ? HingeLoss() : MulticlassSVMLoss()
    return .convex(loss, data).decaying(lambda, data)
  }

  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    data.linear(outputs)
  }

  public func notes(on data: DataFacts) -> [String] { lambda > 0 ? [data.penaltyNote(lambda)] : [] }
}
