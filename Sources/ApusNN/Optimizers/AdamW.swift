public import ApusCore

/// Adam with weight decay beside the gradient and not in it, so that it is the same for every weight (Loshchilov and
/// Hutter 2019).
///
/// Weights decay; biases, scales and whatever else a layer exempts do not.
public struct AdamW: Optimizer {
  public static let name = "adamW"
  public static let formula = "w ← (1 − η λ) w, then Adam's step; λ is weightDecay"
  public var weightDecay: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double

  public init() { self.init(weightDecay: 0.01) }

  public init(
    weightDecay: Double = 0.01, beta1: Double = Adam().beta1, beta2: Double = Adam().beta2,
    epsilon: Double = Adam().epsilon
  ) {
    self.weightDecay = weightDecay
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  public func validate() throws(ApusError) {
    try require(weightDecay >= 0 && weightDecay.isFinite, "weightDecay", weightDecay, "0 or more")
    try require((0..<1).contains(beta1), "beta1", beta1, "0 or more, below 1")
    try require((0..<1).contains(beta2), "beta2", beta2, "0 or more, below 1")
    try require(epsilon > 0, "epsilon", epsilon, "more than 0")
  }

  public func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
    let decayed = step.isDecayed ? w * step.scalar { _, rate in 1 - rate * weightDecay } : w
    return Adam(beta1: beta1, beta2: beta2, epsilon: epsilon).update(decayed, g, in: step)
  }
}

extension OptimizerSetting {
  public static func adamW(
    _ rate: Double = Adam().defaultRate, weightDecay: Double = AdamW().weightDecay,
    beta1: Double = Adam().beta1, beta2: Double = Adam().beta2, epsilon: Double = Adam().epsilon
  ) -> OptimizerSetting {
    OptimizerSetting(
      AdamW(weightDecay: weightDecay, beta1: beta1, beta2: beta2, epsilon: epsilon), rate: rate)
  }
}
