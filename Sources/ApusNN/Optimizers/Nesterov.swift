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

  public var slots: [String] { ["v"] }
  public var defaultRate: Double { 0.01 }

  public func scalars(step: Int, rate: Double) -> Scalars { Scalars(rate, momentum) }

  public func update(
    parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
  ) -> (parameter: Tensor, slots: [Tensor]) {
    let velocity = (scalars[1] * slots[0] + gradient).flushed()
    return (parameter - scalars[0] * (scalars[1] * velocity + gradient), [velocity])
  }
}

extension OptimizerSetting {
  public static func nesterov(_ rate: Double = 0.01, _ momentum: Double = 0.9) -> OptimizerSetting {
    OptimizerSetting(Nesterov(momentum: momentum), rate: rate)
  }
}
