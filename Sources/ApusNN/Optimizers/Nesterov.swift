public import ApusCore

/// Momentum with the gradient of where it leads: as PyTorch writes it (Nesterov 1983; Sutskever et al. 2013).
public struct Nesterov: Optimizer {
  public static let name = "nesterov"
  public static let formula = "v ← μ v + g;  w ← w − η (g + μ v)"
  public var momentum: Double

  public init() { self.init(momentum: 0.9) }
  public init(momentum: Double) { self.momentum = momentum }

  public func validate() throws(ApusError) {
    try require((0..<1).contains(momentum), "momentum", momentum, "0 or more, below 1")
  }

  public var defaultRate: Double { 0.01 }

  public func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
    step["v"] = (momentum * step["v"] + g).flushed()
    return w - step.rate * (momentum * step["v"] + g)
  }
}

extension OptimizerSetting {
  public static func nesterov(_ rate: Double = 0.01, _ momentum: Double = 0.9) -> OptimizerSetting {
    OptimizerSetting(Nesterov(momentum: momentum), rate: rate)
  }
}
