import ApusCore

/// The mapping from a number to a float near zero: fill if missing, perhaps a logarithm, then standardize.
///
/// z = (g(x) − mean) / deviation, with g(x) = x or, for skewed columns, g(x) = ln(1 + x / unit).
/// Everything is fitted on training rows alone, in doubles.
public struct NumberScaling: Sendable, Equatable, Codable {
  /// The form that numbers are scaled to.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Mean 0 and deviation 1, the logarithm first where a column is skewed.
    case standardize
    /// Mean 0.
    case center
    /// The training rows' smallest number to 0, the largest to 1.
    case minMax
    /// As they are.
    case none
    /// The mean image subtracted, so that each pixel has mean 0; for images alone.
    case meanImage
  }

  /// The part of a date that this is about.
  public var part: String?
  /// The value that replaces a missing one: the training median.
  public var fill: Double
  /// x is divided by this, increased by 1, and its logarithm taken; nil: x stays as it is.
  public var logarithmUnit: Double?
  /// The mean of g(x) over the training rows.
  public var mean: Double
  /// The standard deviation of g(x) over the training rows.
  public var deviation: Double
  /// The range of the training rows' numbers, where some lay beyond 10⁴ quartile ranges: numbers outside are cut off.
  public var lower: Double?
  public var upper: Double?

  /// Fits to numbers, NaN being missing; nil if there are none or all are the same.
  ///
  /// Which columns take the logarithm: no value below zero, skewness above 2, and the logarithm at
  /// least halves the skewness; `unit` is the median of the values above zero, so that the choice
  /// does not depend on the unit of measure. Incomes, fares, counts and areas of tumours are such.
  ///
  /// - Parameter numbers: gone through several times, so that they need not fit in memory.
  static func fit(
    _ numbers: some Collection<Double>, part: String? = nil, kind: Kind = .standardize
  ) -> NumberScaling? {
    let filled = numbers.lazy.filter { !$0.isNaN }
    guard part == nil, let near = FarNumbers(filled)?.range else {
      return fit(numbers, filled, near: nil, part, kind)
    }
    return fit(
      numbers, filled.map { min(max($0, near.lowerBound), near.upperBound) }, near: near, part, kind)
  }

  /// - Parameters:
  ///   - present: the numbers that are no NaN, cut off where some are far from the others.
  ///   - near: where they are cut off.
  private static func fit(
    _ numbers: some Collection<Double>, _ present: some Sequence<Double>, near: ClosedRange<Double>?,
    _ part: String?, _ kind: Kind
  ) -> NumberScaling? {
    guard let moments = Moments(present), moments.isVaried else { return nil }
    var scaling = NumberScaling(
      part: part, fill: moments.mean, mean: moments.mean, deviation: moments.deviation)
    (scaling.lower, scaling.upper) = (near?.lowerBound, near?.upperBound)
    var count = 0
    for _ in present { count += 1 }
    if count < numbers.count { scaling.fill = OrderStatistics(present).median() }
    switch kind {
    case .standardize: break
    case .center, .meanImage: scaling.deviation = 1
    case .minMax:
      (scaling.mean, scaling.deviation) = (moments.minimum, moments.maximum - moments.minimum)
    case .none: (scaling.mean, scaling.deviation) = (0, 1)
    }
    guard kind == .standardize, part == nil, moments.minimum >= 0, moments.skewness > 2, count >= 20
    else { return scaling }
    let unit = OrderStatistics(present.lazy.filter { $0 > 0 }).median()
    guard unit > 0, unit.isFinite else { return scaling }
    let logarithms = present.lazy.map { Mathematics.log(1 + $0 / unit) }
    guard let bent = Moments(logarithms), bent.isVaried, abs(bent.skewness) * 2 <= moments.skewness else {
      return scaling
    }
    scaling.logarithmUnit = unit
    scaling.mean = bent.mean
    scaling.deviation = bent.deviation
    return scaling
  }

  /// The scaled number; NaN stands for a missing one. Beyond a million deviations it is cut off: the
  /// number is a slip or a marker such as 1e300, and must not overflow what comes after.
  @inline(__always)
  func scaled(_ number: Double) -> Float {
    var x = number.isNaN ? fill : number
    if let lower, let upper { x = min(max(x, lower), upper) }
    // Below zero there is no logarithm; such a value is new, and the smallest known one is nearest.
    if let unit = logarithmUnit { x = Mathematics.log(1 + max(x, 0) / unit) }
    return Float(min(max((x - mean) / deviation, -1e6), 1e6))
  }
}
