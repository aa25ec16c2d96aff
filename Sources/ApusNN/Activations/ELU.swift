public import ApusCore

/// The input above 0, an exponential below that levels out at −α (lecture 5; Clevert et al. 2016).
public struct ELU: Activation {
  public static let name = "elu"
  public static let formula = "y = x if x > 0, else α (eˣ − 1)"
  public var alpha: Double

  public init() { self.init(alpha: 1) }
  public init(alpha: Double) { self.alpha = alpha }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    // The exponential never sees what is above 0: it would overflow, and ∞ · 0 would be the gradient.
    x.relu() + select(x .> 0, 0, x).expm1() * Tensor(alpha)
  }
}
