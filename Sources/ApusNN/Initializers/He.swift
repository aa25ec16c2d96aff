public import ApusCore

/// Normal with the variance 2 / fanIn: signals keep their size through layers whose ReLU drops half of them
/// (He et al. 2015).
public struct HeNormal: ElementwiseInitializer {
  public static let name = "heNormal"
  public static let formula = "w ~ N(0, 2 / fanIn)"
  public init() {}

  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double {
    (2 / Double(fanIn)).squareRoot() * random.normal(UInt64(index))
  }
}

/// Uniform with the variance 2 / fanIn (He et al. 2015).
public struct HeUniform: ElementwiseInitializer {
  public static let name = "heUniform"
  public static let formula = "w ~ U(−a, a), a = √(6 / fanIn)"
  public init() {}

  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double {
    (6 / Double(fanIn)).squareRoot() * (2 * random.uniform(UInt64(index)) - 1)
  }
}

extension Initializer where Self == HeNormal {
  public static var he: HeNormal { HeNormal() }
  public static var heNormal: HeNormal { HeNormal() }
}

extension Initializer where Self == HeUniform {
  public static var heUniform: HeUniform { HeUniform() }
}
