public import ApusCore

/// The rate times a factor whenever the loss has not fallen for more than `patience` epochs, as PyTorch's
/// `ReduceLROnPlateau` does it.
///
/// The loss is the validation samples', or the epoch's own where there are none. An epoch counts as better when its loss is
/// below (1 − `threshold`) times the best. After a reduction `cooldown` epochs are not counted. The rate does not fall
/// below `minimum`.
public struct ReduceOnPlateau: Schedule {
  public static let name = "reduceOnPlateau"
  public static let formula =
    "η · factorⁿ, n the reductions so far; one after more than patience epochs without a better loss"
  public var factor: Double
  public var patience: Int
  public var threshold: Double
  public var cooldown: Int
  public var minimum: Double

  public init() { self.init(factor: 0.1) }

  public init(
    factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0, minimum: Double = 0
  ) {
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.cooldown = cooldown
    self.minimum = minimum
  }

  public func validate() throws(ApusError) {
    try require(factor > 0 && factor < 1, "factor", factor, "between 0 and 1")
    try require(patience >= 0, "patience", patience, "0 or more")
    try require((0..<1).contains(threshold), "threshold", threshold, "0 or more, below 1")
    try require(cooldown >= 0, "cooldown", cooldown, "0 or more")
    try require(minimum >= 0, "minimum", minimum, "0 or more")
  }

  /// The rate before any epoch.
  public func rate(step: Int, base: Double, run: RunLength) -> Double { base }

  public func rate(step: Int, base: Double, run: RunLength, state: ScheduleState) -> Double {
    var rate = base
    // One product after the other, as the rate falls.
    for _ in 0..<state.reductions where rate > minimum { rate = max(rate * factor, minimum) }
    return rate
  }

  public func observe(_ loss: Double, step: Int, run: RunLength, state: inout ScheduleState) {
    if loss < (state.best ?? .infinity) * (1 - threshold) {
      state.best = loss
      state.epochsSinceBest = 0
    } else {
      state.epochsSinceBest += 1
    }
    if state.epochsOfRest > 0 {
      state.epochsOfRest -= 1
      state.epochsSinceBest = 0
    }
    if state.epochsSinceBest > patience {
      state.reductions += 1
      state.epochsOfRest = cooldown
      state.epochsSinceBest = 0
    }
  }
}

extension Schedule where Self == ReduceOnPlateau {
  public static var reduceOnPlateau: ReduceOnPlateau { ReduceOnPlateau() }
  public static func reduceOnPlateau(
    factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0, minimum: Double = 0
  ) -> ReduceOnPlateau {
    ReduceOnPlateau(
      factor: factor, patience: patience, threshold: threshold, cooldown: cooldown, minimum: minimum)
  }
}
