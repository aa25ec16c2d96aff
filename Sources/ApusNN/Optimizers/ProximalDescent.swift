public import ApusCore

/// Gradient descent with inertia, and a penalty λ₁ Σ |w| that makes weights exactly 0 (ISTA; with μ > 0 iPiano, Ochs et al.
/// 2014): w ← S(w − η g + μ Δ, η λ₁) with Δ the last change and S(x, t) = sign(x) max(|x| − t, 0).
///
/// At rest w = S(w − η g, η λ₁), which is the condition of the least value of loss + λ₁ Σ |w| whatever the rate. Biases are
/// not penalized.
public struct ProximalDescent: Optimizer {
  public static let name = "proximalDescent"
  public static let formula = "w ← S(w − η g + μ Δ, η λ₁), S(x, t) = sign(x) max(|x| − t, 0)"
  /// λ₁, beside the mean loss.
  public var l1: Double
  public var momentum: Double

  public init() { self.init(l1: 0) }
  public init(l1: Double, momentum: Double = 0.9) {
    self.l1 = l1
    self.momentum = momentum
  }

  public func validate() throws(ApusError) {
    try require(l1 >= 0 && l1.isFinite, "l1", l1, "0 or more")
    try require(momentum >= 0 && momentum < 1, "momentum", momentum, "0 or more, below 1")
  }

  public var defaultRate: Double { 0.01 }

  public func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
    let moved = w - step.rate * g + momentum * step["change"]
    let l1 = step.isDecayed ? l1 : 0
    let shrunk = moved.sign() * (moved.abs() - step.scalar { _, rate in rate * l1 }).relu()
    step["change"] = (shrunk - w).flushed()
    return shrunk
  }
}
