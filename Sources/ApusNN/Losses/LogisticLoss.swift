public import ApusCore
public import ApusData

/// ln(1 + e^(−t s)), from scores s and targets t of −1 and 1, both `[rows, outputs]`: the mean over the outputs (lectures 1 and 2).
///
/// Binary cross-entropy for other labels: the same values. It neither overflows nor cancels; at the start it is ln 2.
public struct LogisticLoss: Loss {
  public static let name = "logistic"
  public static let formula = "ln(1 + e^(−t·s)), t = ±1"
  public init() {}

  public var classTargets: ClassTargets { .indicators(off: -1, on: 1) }

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    (-(target * output)).softplus()
  }

  public func initialLoss(_ targets: TargetSummary) -> Double? { Mathematics.log(2) }
  public func prediction(_ output: Tensor) -> Tensor { output.sigmoid() }
  public var predictions: PredictionKind { .probabilities }
}

extension Loss where Self == LogisticLoss {
  public static var logistic: LogisticLoss { LogisticLoss() }
}
