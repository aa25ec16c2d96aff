public import ApusCore

/// Uniform between −bound and bound; the variance is bound² / 3.
public struct Uniform: ElementwiseInitializer {
  public static let name = "uniform"
  public static let formula = "w ~ U(−bound, bound)"
  public var bound: Double

  public init() { self.init(bound: 0.05) }
  public init(bound: Double) { self.bound = bound }

  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double {
    bound * (2 * random.uniform(UInt64(index)) - 1)
  }
}

extension Initializer where Self == Uniform {
  public static func uniform(_ bound: Double = 0.05) -> Uniform { Uniform(bound: bound) }
}
