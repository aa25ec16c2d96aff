public import ApusCore

/// Squared near the target, absolute far from it, the mean over the outputs `[rows, outputs]` (Huber 1964).
public struct HuberLoss: Loss {
  public static let name = "huber"
  public static let formula = "d²/2 if |d| < delta, else delta (|d| − delta/2); d = y − t"
  public var delta: Double

  public init() { self.init(delta: 1) }
  public init(delta: Double) { self.delta = delta }

  public func validate() throws(ApusError) {
    try require(delta > 0 && delta.isFinite, "delta", delta, "more than 0")
  }

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let distance = (output - target).abs()
    // The part that is squared; the rest is a straight line.
    let near = select(distance .< Tensor(delta), distance, Tensor(delta))
    return near * (distance - 0.5 * near)
  }

  public func initialLoss(_ targets: TargetSummary) -> Double? {
    targets.mean(classTargets) { target in
      let near = min(abs(target), delta)
      return near * (abs(target) - near / 2)
    }
  }
}

extension Loss where Self == HuberLoss {
  public static var huber: HuberLoss { HuberLoss() }
  public static func huber(delta: Double) -> HuberLoss { HuberLoss(delta: delta) }
}
