public import ApusCore

/// Uniform with the variance 2 / (fanIn + fanOut): signals and gradients keep their size through linear and tanh
/// layers (Glorot and Bengio 2010).
public struct XavierUniform: ElementwiseInitializer {
  public static let name = "xavierUniform"
  public static let formula = "w ~ U(−a, a), a = √(6 / (fanIn + fanOut))"
  public init() {}

  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double {
    (6 / Double(fanIn + fanOut)).squareRoot() * (2 * random.uniform(UInt64(index)) - 1)
  }
}

/// Normal with the variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010).
public struct XavierNormal: ElementwiseInitializer {
  public static let name = "xavierNormal"
  public static let formula = "w ~ N(0, 2 / (fanIn + fanOut))"
  public init() {}

  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double {
    (2 / Double(fanIn + fanOut)).squareRoot() * random.normal(UInt64(index))
  }
}

extension Initializer where Self == XavierUniform {
  public static var xavierUniform: XavierUniform { XavierUniform() }
}

extension Initializer where Self == XavierNormal {
  public static var xavierNormal: XavierNormal { XavierNormal() }
}
