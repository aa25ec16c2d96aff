public import ApusCore

/// The regularization that keeps weights and gradients small. Penalties are for weights, not for biases.
///
/// The loss becomes data loss + R(W), R(W) = λ₂/2 Σ w² + λ₁ Σ |w|: L2, L1, or both (elastic). The penalties' gradients
/// λ₂ w + λ₁ sign(w) are added after the clipping.
public struct Regularization: Sendable, Hashable {
  /// λ₂ of λ₂/2 Σ w².
  public var l2: Double
  /// λ₁ of λ₁ Σ |w|.
  public var l1: Double
  /// After each update the weights into a unit are scaled down to this norm (Srivastava et al. 2014); nil leaves them.
  public var maxNorm: Double?
  /// Gradients are scaled down to this norm, over all of the model's parameters; nil leaves them.
  public var clipNorm: Double?
  /// Each element of the gradients is limited to ± this; nil leaves them. Comes after `clipNorm`.
  public var clipValue: Double?

  public init(
    l2: Double = 0, l1: Double = 0, maxNorm: Double? = nil, clipNorm: Double? = nil, clipValue: Double? = nil
  ) {
    self.l2 = l2
    self.l1 = l1
    self.maxNorm = maxNorm
    self.clipNorm = clipNorm
    self.clipValue = clipValue
  }

  public static let none = Regularization()

  /// - Throws: a number that is out of its range, by its key.
  public func check() throws(ApusError) {
    for (key, value) in [("l2", l2), ("l1", l1)] where !(value >= 0 && value.isFinite) {
      throw ApusError("\(key) is \(value)", at: "training.\(key)", expected: "0 or more")
    }
    for (key, value) in [("maxNorm", maxNorm), ("clipNorm", clipNorm), ("clipValue", clipValue)] {
      if let value, !(value > 0 && value.isFinite) {
        throw ApusError("\(key) is \(value)", at: "training.\(key)", expected: "more than 0")
      }
    }
  }
}
