public import ApusCore

/// v ← μ v + g, w ← w − η v: as PyTorch writes it (Polyak 1964).
public struct Momentum: Optimizer {
  public static let name = "momentum"
  public static let formula = "v ← μ v + g;  w ← w − η v"
  public var momentum: Double

  public init() { self.init(momentum: 0.9) }
  public init(momentum: Double) { self.momentum = momentum }

  public var slots: [String] { ["v"] }
  public var defaultRate: Double { 0.01 }

  public func scalars(step: Int, rate: Double) -> Scalars { Scalars(rate, momentum) }

  public func update(
    parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
  ) -> (parameter: Tensor, slots: [Tensor]) {
    let velocity = (scalars[1] * slots[0] + gradient).flushed()
    return (parameter - scalars[0] * velocity, [velocity])
  }
}

extension OptimizerSetting {
  public static func momentum(_ rate: Double = 0.01, _ momentum: Double = 0.9) -> OptimizerSetting {
    OptimizerSetting(Momentum(momentum: momentum), rate: rate)
  }
}
