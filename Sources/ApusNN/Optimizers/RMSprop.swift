public import ApusCore

/// Gradients over the root of a running mean of their squares (Tieleman and Hinton 2012; lecture 5), as PyTorch writes it; with
/// momentum v ← μ v + g / (√s + ε), w ← w − η v.
public struct RMSprop: Optimizer {
  public static let name = "rmsprop"
  public static let formula = "s ← α s + (1−α) g²;  v ← μ v + g / (√s + ε);  w ← w − η v"
  public var alpha: Double
  public var epsilon: Double
  public var momentum: Double

  public init() { self.init(alpha: 0.99) }

  public init(alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0) {
    self.alpha = alpha
    self.epsilon = epsilon
    self.momentum = momentum
  }

  public func validate() throws(ApusError) {
    try require((0..<1).contains(alpha), "alpha", alpha, "0 or more, below 1")
    try require(epsilon > 0, "epsilon", epsilon, "more than 0")
    try require((0..<1).contains(momentum), "momentum", momentum, "0 or more, below 1")
  }

  public var defaultRate: Double { 0.01 }

  public func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
    step["s"] = (alpha * step["s"] + (1 - alpha) * g.square()).flushed()
    let root = step["s"].sqrt() + epsilon
    guard momentum != 0 else { return w - step.rate * g / root }
    step["v"] = (momentum * step["v"] + g / root).flushed()
    return w - step.rate * step["v"]
  }
}

extension OptimizerSetting {
  public static func rmsprop(
    _ rate: Double = 0.01, alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0
  ) -> OptimizerSetting {
    OptimizerSetting(RMSprop(alpha: alpha, epsilon: epsilon, momentum: momentum), rate: rate)
  }
}
