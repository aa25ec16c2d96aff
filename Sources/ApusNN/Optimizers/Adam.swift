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

  public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  public func validate() throws(ApusError) {
    try require((0..<1).contains(beta1), "beta1", beta1, "0 or more, below 1")
    try require((0..<1).contains(beta2), "beta2", beta2, "0 or more, below 1")
    try require(epsilon > 0, "epsilon", epsilon, "more than 0")
  }

  public var slots: [String] { ["m", "v"] }
  public var defaultRate: Double { 1e-3 }

  public func scalars(step: Int, rate: Double) -> Scalars {
    let t = Double(step)
    let correction1 = 1 - Mathematics.pow(beta1, t)
    let correction2 = 1 - Mathematics.pow(beta2, t)
    return Scalars(
      beta1, 1 - beta1, beta2, 1 - beta2, rate / correction1, 1 / correction2.squareRoot(), epsilon)
  }

  public func update(
    parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
  ) -> (parameter: Tensor, slots: [Tensor]) {
    let mean = (scalars[0] * slots[0] + scalars[1] * gradient).flushed()
    let square = (scalars[2] * slots[1] + scalars[3] * gradient.square()).flushed()
    let denominator = square.sqrt() * scalars[5] + scalars[6]
    return (parameter - scalars[4] * mean / denominator, [mean, square])
  }
}

extension OptimizerSetting {
  public static func adam(
    _ rate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
  ) -> OptimizerSetting {
    OptimizerSetting(Adam(beta1: beta1, beta2: beta2, epsilon: epsilon), rate: rate)
  }
}
