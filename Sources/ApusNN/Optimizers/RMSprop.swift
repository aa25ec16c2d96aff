public import ApusCore

/// Gradients over the root of a running mean of their squares (Tieleman and Hinton 2012; S4), as PyTorch writes it; with
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

  public var slots: [String] { momentum == 0 ? ["s"] : ["s", "v"] }
  public var defaultRate: Double { 0.01 }

  public func scalars(step: Int, rate: Double) -> Scalars {
    momentum == 0
      ? Scalars(rate, alpha, 1 - alpha, epsilon) : Scalars(rate, alpha, 1 - alpha, epsilon, momentum)
  }

  public func update(
    parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
  ) -> (parameter: Tensor, slots: [Tensor]) {
    let square = (scalars[1] * slots[0] + scalars[2] * gradient.square()).flushed()
    let denominator = square.sqrt() + scalars[3]
    guard momentum != 0 else { return (parameter - scalars[0] * gradient / denominator, [square]) }
    let velocity = (scalars[4] * slots[1] + gradient / denominator).flushed()
    return (parameter - scalars[0] * velocity, [square, velocity])
  }
}

extension OptimizerSetting {
  public static func rmsprop(
    _ rate: Double = 0.01, alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0
  ) -> OptimizerSetting {
    OptimizerSetting(RMSprop(alpha: alpha, epsilon: epsilon, momentum: momentum), rate: rate)
  }
}
