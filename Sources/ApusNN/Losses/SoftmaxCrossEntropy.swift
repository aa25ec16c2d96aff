public import ApusCore
public import ApusData

/// −ln softmax(z)ᵧ, from logits z `[rows, …, classes]` and class numbers y `[rows, …]` (lectures 2 and 5).
///
/// Computed as ln Σ eᶻ − zᵧ without overflow. Its value at the start is ln K for K classes.
///
/// With class weights w and label smoothing ε it is −Σₖ wₖ qₖ ln softmax(z)ₖ, where q is 1 − ε for the class y and ε / K
/// more for every class (Szegedy et al. 2016). The mean divides by the rows, and not by their weights' sum as
/// PyTorch's does: a row counts the same in any batch.
public struct SoftmaxCrossEntropy: Loss {
  public static let name = "softmaxCrossEntropy"
  public static let formula = "−ln softmax(z)ᵧ"
  /// The weight of each class; empty when all count 1.
  public var classWeights: [Double]
  /// ε: how much of the target is spread over all classes.
  public var labelSmoothing: Double

  public init() { self.init(classWeights: []) }

  public init(classWeights: [Double] = [], labelSmoothing: Double = 0) {
    self.classWeights = classWeights
    self.labelSmoothing = labelSmoothing
  }

  public func validate() throws(ApusError) {
    try require((0...1).contains(labelSmoothing), "labelSmoothing", labelSmoothing, "0 … 1")
    try require(
      classWeights.allSatisfy { $0 >= 0 && $0.isFinite }, "classWeights", classWeights, "0 or more for each")
  }

  public var classTargets: ClassTargets { .numbers }

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    guard output.shape.rank > 1, !output.shape[-1].isPerRow else {
      return .failed(
        ApusError("\(Self.name) of \(output.shape)", expected: "[rows, …, classes]"))
    }
    let classes = output.shape[-1].size
    guard classWeights.isEmpty || classWeights.count == classes else {
      return .failed(
        ApusError(
          "\(classWeights.count) classWeights for \(classes) classes", at: "loss \(Self.name)",
          expected: "one for each class"))
    }
    var share = target.oneHot(classes)
    if labelSmoothing > 0 {
      share = share * Tensor(1 - labelSmoothing) + Tensor(labelSmoothing / Double(classes))
    }
    if !classWeights.isEmpty {
      share = share * Tensor(classWeights.map { Float($0) })
    }
    let losses = -(output.logSoftmax() * share).sum(axes: [-1])
    return losses
  }

  public func initialLoss(_ targets: TargetSummary) -> Double? {
    guard targets.outputs > 0 else { return nil }
    let chance = Mathematics.log(Double(targets.outputs))
    guard !classWeights.isEmpty else { return chance }
    guard targets.classShares.count == classWeights.count else { return nil }
    let spread = labelSmoothing / Double(targets.outputs)
    return chance
      * zip(classWeights, targets.classShares).reduce(0) {
        $0 + $1.0 * ((1 - labelSmoothing) * $1.1 + spread)
      }
  }

  public func prediction(_ output: Tensor) -> Tensor { output.softmax() }
  public var predictions: PredictionKind { .probabilities }
}

extension Loss where Self == SoftmaxCrossEntropy {
  public static var softmaxCrossEntropy: SoftmaxCrossEntropy { SoftmaxCrossEntropy() }
  public static func softmaxCrossEntropy(
    classWeights: [Double] = [], labelSmoothing: Double = 0
  ) -> SoftmaxCrossEntropy {
    SoftmaxCrossEntropy(classWeights: classWeights, labelSmoothing: labelSmoothing)
  }
}
