public import ApusCore

/// Each parameter's rate falls with the squares of its gradients so far (Duchi et al. 2011): rare features learn fast.
public struct Adagrad: Optimizer {
  public static let name = "adagrad"
  public static let formula = "s ← s + g²;  w ← w − η g / (√s + ε)"
  public var epsilon: Double

  public init() { self.init(epsilon: 1e-10) }
  public init(epsilon: Double) { self.epsilon = epsilon }

  public func validate() throws(ApusError) {
    try require(epsilon > 0, "epsilon", epsilon, "more than 0")
  }

  public var defaultRate: Double { 0.01 }

  public func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
    step["s"] = step["s"] + g.square()
    return w - step.rate * g / (step["s"].sqrt() + epsilon)
  }
}

extension OptimizerSetting {
  public static func adagrad(_ rate: Double = 0.01, epsilon: Double = 1e-10) -> OptimizerSetting {
    OptimizerSetting(Adagrad(epsilon: epsilon), rate: rate)
  }
}
