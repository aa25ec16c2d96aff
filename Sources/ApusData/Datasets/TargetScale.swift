import ApusCore

/// The scale of regression targets: original = mean + deviation · scaled.
public struct TargetScale: Sendable, Equatable, Codable {
  public var mean: Double
  public var deviation: Double
  /// The unit of the numbers, such as `EUR`: printed with predictions. Nil where it isn't known.
  public var unit: String?

  public init(mean: Double = 0, deviation: Double = 1, unit: String? = nil) {
    self.mean = mean
    self.deviation = deviation
    self.unit = unit
  }

  package func original(_ scaled: Float) -> Float { Float(original(Double(scaled))) }

  package func original(_ scaled: Double) -> Double { mean + deviation * scaled }

  /// Returns the number that a network is to output for a value in its own unit.
  package func scaled(_ original: Double) -> Double { (original - mean) / deviation }

  /// A value in its own unit with all digits that a network's float32 output is good for: 24 bits of a deviation.
  package func text(_ value: Double) -> String { text(value, relative: 0x1p-23) }

  /// A value in its own unit, to a part of the deviation.
  package func text(_ value: Double, relative: Double) -> String {
    let step = deviation * relative
    guard value.isFinite, step.isFinite, step > 0, step < 1 else { return shortText(value) }
    var (decimals, factor) = (0, 1.0)
    while factor * step < 1, decimals < 15 { (decimals, factor) = (decimals + 1, factor * 10) }
    guard factor * step >= 1 else { return shortText(value) }
    let scaled = value * factor
    return shortText(abs(scaled) < 0x1p52 ? scaled.rounded() / factor : value)
  }
}
