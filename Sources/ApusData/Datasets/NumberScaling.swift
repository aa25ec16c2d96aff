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
  static func fit(_ numbers: [Double], part: String? = nil, kind: Kind = .standardize) -> NumberScaling? {
    var present = numbers.filter { !$0.isNaN }
    let near = part == nil ? FarNumbers(present)?.range : nil
    if let near { present = present.map { min(max($0, near.lowerBound), near.upperBound) } }
    guard let moments = Moments(present), moments.isVaried else { return nil }
    var scaling = NumberScaling(
      part: part, fill: moments.mean, mean: moments.mean, deviation: moments.deviation)
    (scaling.lower, scaling.upper) = (near?.lowerBound, near?.upperBound)
    var sorted: [Double] = []
    if present.count < numbers.count {
      sorted = present.sorted()
      scaling.fill = median(sorted)
    }
    switch kind {
    case .standardize: break
    case .center, .meanImage: scaling.deviation = 1
    case .minMax:
      (scaling.mean, scaling.deviation) = (moments.minimum, moments.maximum - moments.minimum)
    case .none: (scaling.mean, scaling.deviation) = (0, 1)
    }
    guard kind == .standardize, part == nil, moments.minimum >= 0, moments.skewness > 2, present.count >= 20
    else { return scaling }
    if sorted.isEmpty { sorted = present.sorted() }
    let unit = median(sorted.drop { $0 <= 0 })
    guard unit > 0, unit.isFinite else { return scaling }
    let logarithms = present.map { Mathematics.log(1 + $0 / unit) }
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

  private static func median(_ sorted: some RandomAccessCollection<Double>) -> Double {
    guard !sorted.isEmpty else { return .nan }
    let upper = sorted[sorted.index(sorted.startIndex, offsetBy: sorted.count / 2)]
    guard sorted.count % 2 == 0 else { return upper }
    let lower = sorted[sorted.index(sorted.startIndex, offsetBy: sorted.count / 2 - 1)]
    return lower / 2 + upper / 2
  }
}

/// Mean, deviation and skewness in two passes, in the order of the numbers.
struct Moments {
  var mean: Double
  /// Over n, not n − 1: what makes the standardized numbers' mean square 1.
  var deviation: Double
  var skewness: Double
  var minimum: Double
  var maximum: Double

  /// - Parameter weights: how much each of the numbers counts; nil where each counts once.
  /// - Returns: nil for no numbers.
  init?(_ numbers: [Double], weights: [Double]?) {
    guard let weights else {
      self.init(numbers)
      return
    }
    let counted = numbers.indices.filter { weights[$0] > 0 }
    guard let plain = Moments(counted.map { numbers[$0] }) else { return nil }
    self = plain
    let scale = max(abs(minimum), abs(maximum))
    guard scale > 0 else { return }
    let total = counted.lazy.map { weights[$0] }.compensatedSum()
    func mean(_ value: (Double) -> Double) -> Double {
      counted.map { weights[$0] / total * value(numbers[$0] / scale) }.compensatedSum()
    }
    let center = mean { $0 }
    let sigma = mean { ($0 - center) * ($0 - center) }.squareRoot()
    self.mean = center * scale
    deviation = sigma * scale
    skewness =
      sigma > 0 ? mean { ($0 - center) * ($0 - center) * ($0 - center) } / (sigma * sigma * sigma) : 0
  }

  /// - Returns: nil for no numbers.
  init?(_ numbers: [Double]) {
    guard let first = numbers.first else { return nil }
    minimum = first
    maximum = first
    for number in numbers {
      if number < minimum { minimum = number }
      if number > maximum { maximum = number }
    }
    let count = Double(numbers.count)
    // Numbers near the largest double would overflow their squares, so all are scaled first.
    let scale = max(abs(minimum), abs(maximum))
    guard scale > 0 else {
      (mean, deviation, skewness) = (0, 0, 0)
      return
    }
    let center = numbers.lazy.map { $0 / scale }.compensatedSum() / count
    var squares = 0.0
    var cubes = 0.0
    for number in numbers {
      let d = number / scale - center
      squares += d * d
      cubes += d * d * d
    }
    let sigma = (squares / count).squareRoot()
    mean = center * scale
    deviation = sigma * scale
    skewness = sigma > 0 ? cubes / count / (sigma * sigma * sigma) : 0
  }

  /// Rounding alone makes a deviation of about 10⁻¹⁶ of the largest number.
  var isVaried: Bool {
    minimum < maximum && deviation > 0 && deviation.isNormal
      && deviation >= 1e-13 * max(abs(minimum), abs(maximum))
  }
}
