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

  public init(weightDecay: Double = 0.01, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
  {
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

  private var adam: Adam { Adam(beta1: beta1, beta2: beta2, epsilon: epsilon) }

  public var slots: [String] { adam.slots }
  public var defaultRate: Double { adam.defaultRate }

  public var withoutDecay: (any Optimizer)? {
    var optimizer = self
    optimizer.weightDecay = 0
    return optimizer
  }

  public func scalars(step: Int, rate: Double) -> Scalars {
    var scalars = adam.scalars(step: step, rate: rate)
    scalars.append(1 - rate * weightDecay)
    return scalars
  }

  public func update(
    parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
  ) -> (parameter: Tensor, slots: [Tensor]) {
    adam.update(
      parameter: parameter * scalars[scalars.count - 1], gradient: gradient, slots: slots, scalars: scalars)
  }
}

extension OptimizerSetting {
  public static func adamW(
    _ rate: Double = 1e-3, weightDecay: Double = 0.01, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8
  ) -> OptimizerSetting {
    OptimizerSetting(
      AdamW(weightDecay: weightDecay, beta1: beta1, beta2: beta2, epsilon: epsilon), rate: rate)
  }
}
