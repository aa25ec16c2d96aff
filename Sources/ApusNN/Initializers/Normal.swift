public import ApusCore

/// Normal with a fixed deviation: small numbers break the symmetry, but fade or grow through depth (lecture 5).
public struct Normal: ElementwiseInitializer {
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

/// Normal with a fixed deviation, cut off at two deviations: what lies beyond is drawn anew. The variance is then
/// 0.774 deviation².
public struct TruncatedNormal: ElementwiseInitializer {
  public static let name = "truncatedNormal"
  public static let formula = "w ~ N(0, deviation²), |w| ≤ 2 deviation"
  public var deviation: Double

  public init() { self.init(deviation: 0.02) }
  public init(deviation: Double) { self.deviation = deviation }

  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double {
    // A counter of its own for each attempt; one in 22 lies beyond.
    var counter = UInt64(index)
    while true {
      let value = random.normal(counter)
      if abs(value) <= 2 { return deviation * value }
      counter += 1 << 40
    }
  }
}

extension Initializer where Self == TruncatedNormal {
  public static func truncatedNormal(_ deviation: Double = 0.02) -> TruncatedNormal {
    TruncatedNormal(deviation: deviation)
  }
}
