import ApusCore
/// The rate grows evenly to the base rate: η · (t + 1) / N.
public struct Warmup: Schedule {
  public static let name = "warmup"
  public static let formula = "η · (t + 1) / N"
  public var over: Span

  public init() { self.init(over: .steps(100)) }
  public init(over: Span) { self.over = over }

  public func rate(step: Int, base: Double, run: RunLength) -> Double {
    let length = over.steps(in: run)
    return step < length ? base * Double(step + 1) / Double(length) : base
  }

  public func length(in run: RunLength) -> Int? { over.steps(in: run) }

  public func unused(in run: RunLength) -> String? {
    let length = over.steps(in: run)
    guard run.steps < length, run.steps > 0 else { return nil }
    return
      "the warm-up takes \(length) steps, the run has \(run.steps), and the learning rate is never reached"
  }
}

extension Schedule where Self == Warmup {
  public static func warmup(_ steps: Int) -> Warmup { Warmup(over: .steps(steps)) }
  public static func warmup(over: Span) -> Warmup { Warmup(over: over) }
}
