public import ApusCore

/// −t ln σ(z) − (1 − t) ln(1 − σ(z)), from logits z and targets t in 0 … 1, both `[rows, outputs]`: the mean over
/// the outputs (lectures 1 and 2). Several outputs are independent labels.
///
/// Computed as softplus(−|z|) + (1 − t) z above 0, and softplus(−|z|) − t z below: a half of t · softplus(−z) +
/// (1 − t) · softplus(z), which neither overflows nor cancels. The two meet without a kink. Its value at the start
/// is ln 2 an output.
public struct BinaryCrossEntropy: Loss {
  public static let name = "binaryCrossEntropy"
  public static let formula = "ln(1 + eᶻ) − z·t"
  public init() {}

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let isAbove = (output .> 0).cast(to: .float32)
    // Not −|z|, whose derivative at 0 is 0: a network of zeros would learn from t alone.
    return (output * (1 - 2 * isAbove)).softplus() + (isAbove - target) * output
  }

  public func initialLoss(_ targets: TargetSummary) -> Double? { Mathematics.log(2) }
  public func prediction(_ output: Tensor) -> Tensor { output.sigmoid() }
  public var predictions: PredictionKind { .probabilities }
}

extension Loss where Self == BinaryCrossEntropy {
  public static var binaryCrossEntropy: BinaryCrossEntropy { BinaryCrossEntropy() }
}
