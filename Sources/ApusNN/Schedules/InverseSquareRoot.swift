import ApusCore
/// The rate falls with the root of the time, counted in steps or in so many steps or epochs.
public struct InverseSquareRoot: Schedule {
  public static let name = "inverseSquareRoot"
  public static let formula = "η / √(⌊t / every⌋ + 1)"
  public var every: Span

  public init() { self.init(every: .steps(1)) }
  public init(every: Span) { self.every = every }

  public func rate(step: Int, base: Double, run: RunLength) -> Double {
    base / Double(every.count(in: step, of: run) + 1).squareRoot()
  }
}

extension Schedule where Self == InverseSquareRoot {
  public static var inverseSquareRoot: InverseSquareRoot { InverseSquareRoot() }
  public static func inverseSquareRoot(every: Span) -> InverseSquareRoot { InverseSquareRoot(every: every) }
}
