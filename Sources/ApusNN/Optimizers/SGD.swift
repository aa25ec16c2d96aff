public import ApusCore

/// w ← w − η g: stochastic, mini-batch or full-batch gradient descent, by the size of the batch (lectures 1–5).
public struct SGD: Optimizer {
  public static let name = "sgd"
  public static let formula = "w ← w − η g"
  public init() {}

  public var defaultRate: Double { 0.1 }

  public func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor { w - step.rate * g }
}

extension OptimizerSetting {
  public static func sgd(_ rate: Double = 0.1) -> OptimizerSetting {
    OptimizerSetting(SGD(), rate: rate)
  }
}
