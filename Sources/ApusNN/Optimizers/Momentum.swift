public import ApusCore

/// Steps that gather speed: v ← μ v + g, w ← w − η v, as PyTorch writes it (Polyak 1964).
///
/// With `isRateInside` it is v ← μ v − η g, w ← w + v, as lecture 5 writes it. The two are the same while η and μ stay as they
/// are; when η falls, this one still carries the larger steps of before.
///
/// With `from`, μ grows evenly from there to `momentum` over so many steps or epochs, and then stays (lecture 5: 0.5 → 0.99). A
/// session knows its epochs; a ``TrainingStep`` used on its own takes each step for one.
public struct Momentum: Optimizer {
  public static let name = "momentum"
  public static let formula = "v ← μ v + g;  w ← w − η v;  with isRateInside v ← μ v − η g;  w ← w + v"
  public var momentum: Double
  public var isRateInside: Bool
  public var from: Double?
  public var over: Span

  public init() { self.init(momentum: 0.9) }

  public init(
    momentum: Double, isRateInside: Bool = false, from: Double? = nil, over: Span = .epochs(10)
  ) {
    self.momentum = momentum
    self.isRateInside = isRateInside
    self.from = from
    self.over = over
  }

  public func validate() throws(ApusError) {
    try require((0..<1).contains(momentum), "momentum", momentum, "0 or more, below 1")
    try require((0..<1).contains(from ?? 0), "from", from ?? 0, "0 or more, below 1")
  }

  public var defaultRate: Double { 0.01 }

  public func resolved(in run: RunLength) -> Momentum {
    var resolved = self
    resolved.over = .steps(over.steps(in: run))
    return resolved
  }

  /// μ in a step, counted from 1.
  public func momentum(step: Int) -> Double {
    let length = over.steps(in: RunLength(steps: 0, stepsPerEpoch: 1))
    guard let from, step <= length else { return momentum }
    return from + (momentum - from) * Double(step - 1) / Double(length)
  }

  public func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
    let momentum = step.scalar { self.momentum(step: Int($0)) }
    if isRateInside {
      step["v"] = (momentum * step["v"] - step.rate * g).flushed()
      return w + step["v"]
    }
    step["v"] = (momentum * step["v"] + g).flushed()
    return w - step.rate * step["v"]
  }
}

extension OptimizerSetting {
  public static func momentum(
    _ rate: Double = 0.01, _ momentum: Double = 0.9, isRateInside: Bool = false, from: Double? = nil,
    over: Span = .epochs(10)
  ) -> OptimizerSetting {
    OptimizerSetting(
      Momentum(momentum: momentum, isRateInside: isRateInside, from: from, over: over), rate: rate)
  }
}
