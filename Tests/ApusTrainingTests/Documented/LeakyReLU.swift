public import ApusNN
public import ApusCore

/// The input above 0, a small part of it below, so that no unit dies (S0, S4).
public struct LeakyReLU: Activation {
  public static let name = "leakyReLU"
  public static let formula = "y = max(x, 0) + slope · min(x, 0)"
  public var slope: Double

  public init() { self.init(slope: 0.01) }
  public init(slope: Double) { self.slope = slope }

  public func callAsFunction(_ x: Tensor) -> Tensor { x.relu() - (-x).relu() * Tensor(Float(slope)) }
}
