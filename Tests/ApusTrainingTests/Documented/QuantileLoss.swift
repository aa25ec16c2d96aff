import Apus
import ApusCore

/// For quantiles instead of means: the mean of max(q d, (q − 1) d), d = y − prediction (Koenker and Bassett 1978).
struct QuantileLoss: Loss {
  static let name = "quantile"
  static let formula = "max(q d, (q − 1) d), d = t − y"
  var q: Double

  init() { q = 0.5 }
  init(_ q: Double) { self.q = q }

  func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let distance = target - output
    return maximum(Tensor(q) * distance, Tensor(q - 1) * distance).mean(axes: [1])
  }

  func initialLoss(_ targets: TargetSummary) -> Double? { nil }
}
