public import ApusCore

/// Normal with a gain that keeps the logarithm of the gradient's norm, a random walk through depth, without drift
/// (Sussillo and Abbott 2014).
///
/// The variance is g² / N for N inputs, with g = √2 · exp(1.2 / (max(N, 6) − 2.4)) before ReLU and g = exp(1 / (2 N))
/// before a linear unit. The narrower the layer, the larger the gain: at N = 100 it is 1.2 % above He's.
public struct RandomWalk: ElementwiseInitializer {
  public static let name = "randomWalk"
  public static let formula =
    "w ~ N(0, g² / fanIn), g = √2 e^(1.2 / (max(fanIn, 6) − 2.4)); linear: g = e^(1 / (2 fanIn))"
  public var before: Following

  /// The activation that follows.
  public enum Following: String, Sendable, Codable { case relu, linear }

  public init() { self.init(before: .relu) }
  public init(before: Following) { self.before = before }

  /// g for a layer with so many inputs.
  public func gain(fanIn: Int) -> Double {
    let width = Double(fanIn)
    return switch before {
    case .relu: 2.0.squareRoot() * Mathematics.exp(1.2 / (max(width, 6) - 2.4))
    case .linear: Mathematics.exp(1 / (2 * width))
    }
  }

  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double {
    gain(fanIn: fanIn) / Double(fanIn).squareRoot() * random.normal(UInt64(index))
  }
}

extension Initializer where Self == RandomWalk {
  public static var randomWalk: RandomWalk { RandomWalk() }
}
