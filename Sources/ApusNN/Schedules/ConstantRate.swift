import ApusCore
/// The same rate throughout.
public struct ConstantRate: Schedule {
  public static let name = "constant"
  public static let formula = "η"
  public init() {}
  public func rate(step: Int, base: Double, run: RunLength) -> Double { base }
}

extension Schedule where Self == ConstantRate {
  public static var constant: ConstantRate { ConstantRate() }
}
