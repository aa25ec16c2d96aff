public import ApusCore

/// −t ln σ(z) − (1 − t) ln(1 − σ(z)), from logits z and targets t in 0 … 1, both `[rows, outputs]`: the mean over
/// the outputs (S0, S1). Several outputs are independent labels.
///
/// Computed as t · softplus(−z) + (1 − t) · softplus(z), which neither overflows nor cancels and has no kink. Its value
/// at the start is ln 2 an output.
public struct BinaryCrossEntropy: Loss {
  public static let name = "binaryCrossEntropy"
  public static let formula = "ln(1 + eᶻ) − z·t"
  public init() {}

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    meanOverOutputs(target * (-output).softplus() + (1 - target) * output.softplus())
  }

  public func expectedAtStart(_ targets: TargetSummary) -> Double? { Mathematics.log(2) }
  public func prediction(_ output: Tensor) -> Tensor { output.sigmoid() }
  public var predictions: PredictionKind { .probabilities }
}

extension Loss where Self == BinaryCrossEntropy {
  public static var binaryCrossEntropy: BinaryCrossEntropy { BinaryCrossEntropy() }
}
