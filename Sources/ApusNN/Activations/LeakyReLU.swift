public import ApusCore

/// The input above 0, a small part of it below, so that no unit dies (lecture 1 with slope 0.1, lecture 5 with 0.01).
public struct LeakyReLU: Activation {
  public static let name = "leakyReLU"
  public static let formula = "y = x if x > 0, else slope · x"
  public var slope: Double

  public init() { self.init(slope: 0.01) }
  public init(slope: Double) { self.slope = slope }

  public func callAsFunction(_ x: Tensor) -> Tensor { select(x .> 0, x, x * Tensor(slope)) }
}
