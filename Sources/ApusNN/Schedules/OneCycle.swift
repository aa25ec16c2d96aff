public import ApusCore

/// Up to the optimizer's rate along half a cosine wave, then down to next to nothing along another, in one cycle of `over`
/// or the rest of the run; then it stays there (Smith and Topin 2018), as PyTorch computes it.
///
/// It begins at η / `start` and ends at η / (`start` · `end`); `rise` is the part of the cycle on the way up. The momentum
/// stays as it is.
public struct OneCycle: Schedule {
  public static let name = "oneCycle"
  public static let formula = "η/start ↗ η over rise · T steps ↘ η/(start · end) at T, along cosines"
  public var rise: Double
  public var start: Double
  public var end: Double
  public var over: Span?

  public init() { self.init(rise: 0.3) }

  public init(rise: Double = 0.3, start: Double = 25, end: Double = 1e4, over: Span? = nil) {
    self.rise = rise
    self.start = start
    self.end = end
    self.over = over
  }

  public func validate() throws(ApusError) {
    try require((0...1).contains(rise), "rise", rise, "0 … 1")
    try require(start > 0, "start", start, "more than 0")
    try require(end > 0, "end", end, "more than 0")
  }

  public func rate(step: Int, base: Double, run: RunLength) -> Double {
    let last = Double(max((over?.steps(in: run) ?? run.steps) - 1, 0))
    let peak = min(max(rise * (last + 1) - 1, 0), last)
    let time = min(Double(step), last)
    let (first, lowest) = (base / start, base / start / end)
    if time <= peak, peak > 0 { return along(from: first, to: base, time / peak) }
    return last > peak ? along(from: base, to: lowest, (time - peak) / (last - peak)) : base
  }

  private func along(from: Double, to: Double, _ part: Double) -> Double {
    to + (from - to) / 2 * (1 + Mathematics.cos(Double.pi * part))
  }

  public func length(in run: RunLength) -> Int? { over?.steps(in: run) }
}

extension Schedule where Self == OneCycle {
  public static var oneCycle: OneCycle { OneCycle() }
  public static func oneCycle(
    rise: Double = 0.3, start: Double = 25, end: Double = 1e4, over: Span? = nil
  ) -> OneCycle {
    OneCycle(rise: rise, start: start, end: end, over: over)
  }
}
