/// Mean, deviation and skewness in a few walks over the numbers, in their order.
struct Moments {
  var mean: Double
  /// Over n, not n − 1: what makes the standardized numbers' mean square 1.
  var deviation: Double
  var skewness: Double
  var minimum: Double
  var maximum: Double

  /// - Parameters:
  ///   - numbers: none of them NaN.
  ///   - weights: how much each of the numbers counts; nil where each counts once.
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

  /// - Parameter numbers: gone through several times; none of them NaN.
  /// - Returns: nil for no numbers.
  init?(_ numbers: some Sequence<Double>) {
    var count = 0.0
    (minimum, maximum) = (.nan, .nan)
    for number in numbers {
      if count == 0 { (minimum, maximum) = (number, number) }
      if number < minimum { minimum = number }
      if number > maximum { maximum = number }
      count += 1
    }
    guard count > 0 else { return nil }
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
