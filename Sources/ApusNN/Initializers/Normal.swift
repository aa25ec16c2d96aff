public import ApusCore

/// Normal with a fixed deviation: small numbers break the symmetry, but fade or grow through depth (S4).
public struct Normal: Initializer {
  public static let name = "normal"
  public static let formula = "w ~ N(0, deviation²)"
  public var deviation: Double

  public init() { self.init(deviation: 0.01) }
  public init(deviation: Double) { self.deviation = deviation }

  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double {
    deviation * random.normal(UInt64(index))
  }
}

extension Initializer where Self == Normal {
  public static func normal(_ deviation: Double = 0.01) -> Normal { Normal(deviation: deviation) }
}
