public import ApusCore

/// Running means of the gradient and of its square give each parameter a rate of its own (Kingma and Ba 2015).
public struct Adam: Optimizer {
  public static let name = "adam"
  public static let formula =
    "m ← β₁ m + (1−β₁) g;  v ← β₂ v + (1−β₂) g²;  w ← w − η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)"
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double

  public init() { self.init(beta1: 0.9) }

  public init(beta1: Double = Adam().beta1, beta2: Double = 0.999, epsilon: Double = 1e-8) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  public func validate() throws(ApusError) {
    try require((0..<1).contains(beta1), "beta1", beta1, "0 or more, below 1")
    try require((0..<1).contains(beta2), "beta2", beta2, "0 or more, below 1")
    try require(epsilon > 0, "epsilon", epsilon, "more than 0")
  }

  public func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
    step["m"] = (beta1 * step["m"] + (1 - beta1) * g).flushed()
    step["v"] = (beta2 * step["v"] + (1 - beta2) * g.square()).flushed()
    let rate = step.scalar { t, rate in rate / (1 - Mathematics.pow(beta1, t)) }
    let root = step.scalar { t in 1 / (1 - Mathematics.pow(beta2, t)).squareRoot() }
    return w - rate * step["m"] / (step["v"].sqrt() * root + epsilon)
  }
}

extension OptimizerSetting {
  public static func adam(
    _ rate: Double = Adam().defaultRate, beta1: Double = Adam().beta1, beta2: Double = Adam().beta2,
    epsilon: Double = Adam().epsilon
  ) -> OptimizerSetting {
    OptimizerSetting(Adam(beta1: beta1, beta2: beta2, epsilon: epsilon), rate: rate)
  }
}
