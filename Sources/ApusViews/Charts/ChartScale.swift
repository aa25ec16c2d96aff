import ApusCore
import ApusTraining

/// The scale of an axis: where numbers lie along it, and which of them are written beside it.
package struct ChartScale: Sendable {
  package enum Kind: Sendable { case linear, logarithmic }

  package struct Tick: Sendable, Equatable {
    package var value: Double
    package var label: String
  }

  package let kind: Kind
  /// The ends of the axis.
  package let low: Double
  package let high: Double
  package let ticks: [Tick]

  /// - Parameters:
  ///   - values: what is to be seen; those that are not finite, or on a logarithmic axis not above 0, do not count.
  ///   - ticks: about how many.
  ///   - isTight: whether the axis ends with the values rather than with round numbers.
  ///   - isCount: whether there is nothing between whole numbers.
  package init(
    _ values: some Sequence<Double>, kind: Kind = .linear, ticks: Int = 5, isTight: Bool = false,
    isCount: Bool = false
  ) {
    let shown = values.filter { $0.isFinite && (kind == .linear || $0 > 0) }
    var least = shown.min() ?? (kind == .linear ? 0 : 1)
    var most = shown.max() ?? (kind == .linear ? 1 : 10)
    self.kind = kind
    switch kind {
    case .linear:
      if most - least <= abs(most) * 1e-12 {
        let pad = max(abs(most) * 0.1, 0.5)
        (least, most) = (least - pad, most + pad)
      }
      let step = max(Self.step(most - least, ticks), isCount ? 1 : 0)
      let (first, last) = ((least / step).rounded(.down), (most / step).rounded(.up))
      (low, high) = isTight ? (least, most) : (first * step, last * step)
      let (from, to) = (low - step * 1e-9, high + step * 1e-9)
      self.ticks = stride(from: first, through: last, by: 1).map { $0 * step }.filter {
        $0 >= from && $0 <= to
      }
      .map { Tick(value: $0, label: Self.label($0, step)) }
    case .logarithmic:
      if most <= least * 1.0001 { (least, most) = (least / 2, most * 2) }
      let marks = Self.marks(least, most, ticks)
      (low, high) =
        isTight
        ? (least, most) : (min(marks.first?.value ?? least, least), max(marks.last?.value ?? most, most))
      let (from, to) = (low * (1 - 1e-9), high * (1 + 1e-9))
      self.ticks = marks.filter { $0.value >= from && $0.value <= to }
    }
  }

  /// 0, 1, 2, … under names.
  package init(names: [String]) {
    kind = .linear
    (low, high) = (-0.5, Double(max(names.count, 1)) - 0.5)
    ticks = names.enumerated().map { Tick(value: Double($0.offset), label: shortened($0.element, to: 90)) }
  }

  /// The place of a value, 0 at the low end and 1 at the high end; nil where it has none.
  package func place(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    switch kind {
    case .linear: return (value - low) / (high - low)
    case .logarithmic:
      guard value > 0 else { return nil }
      return (Mathematics.log(value) - Mathematics.log(low)) / (Mathematics.log(high) - Mathematics.log(low))
    }
  }

  /// The value at a place.
  package func value(at place: Double) -> Double {
    switch kind {
    case .linear: low + place * (high - low)
    case .logarithmic:
      Mathematics.exp(Mathematics.log(low) + place * (Mathematics.log(high) - Mathematics.log(low)))
    }
  }

  /// 1, 2 or 5 times a power of ten, so that about so many steps make the span.
  static func step(_ span: Double, _ count: Int) -> Double {
    let rough = span / Double(max(count, 1))
    guard rough > 0, rough.isFinite else { return 1 }
    var power = 1.0
    while power * 10 <= rough { power *= 10 }
    while power > rough { power /= 10 }
    let lead = rough / power
    return power * (lead < 1.414 ? 1 : lead < 3.162 ? 2 : lead < 7.071 ? 5 : 10)
  }

  /// With as many decimals as the step has.
  private static func label(_ value: Double, _ step: Double) -> String {
    let value = abs(value) < step * 1e-6 ? 0 : value
    if abs(value) >= 1e6 || step < 1e-5 { return minus(shortFigure(value, digits: 3)) }
    if abs(value) >= 10_000, step >= 1000 { return minus(shortFigure(value / 1000, digits: 4)) + "k" }
    var (decimals, scaled) = (0, step)
    while decimals < 8, abs(scaled - scaled.rounded()) > 1e-6 * scaled {
      (decimals, scaled) = (decimals + 1, scaled * 10)
    }
    return minus(fixed(value, decimals))
  }

  static func minus(_ figure: String) -> String { figure.hasPrefix("-") ? "−" + figure.dropFirst() : figure }

  /// Powers of ten; where they are few, 2 and 5 times them too; where they are many, some of them.
  private static func marks(_ least: Double, _ most: Double, _ count: Int) -> [Tick] {
    var exponent = 0
    while power(exponent) > least * (1 + 1e-9) { exponent -= 1 }
    while power(exponent + 1) <= least * (1 + 1e-9) { exponent += 1 }
    let first = exponent
    while power(exponent) < most * (1 - 1e-9) { exponent += 1 }
    let decades = exponent - first
    let every = max((decades + count - 1) / count, 1)
    let leads: [Double] = decades <= 2 ? [1, 2, 5] : [1]
    let marks = stride(from: first, through: exponent, by: every).flatMap { decade in
      leads.map { lead in Tick(value: lead * power(decade), label: label(lead, decade)) }
    }
    // No more beyond the values than the next mark.
    let begin = marks.lastIndex { $0.value <= least * (1 + 1e-9) } ?? 0
    let end = marks.firstIndex { $0.value >= most * (1 - 1e-9) } ?? marks.count - 1
    return Array(marks[begin...max(end, begin)])
  }

  private static func power(_ exponent: Int) -> Double {
    (0..<min(abs(exponent), 308)).reduce(1.0) { value, _ in exponent < 0 ? value / 10 : value * 10 }
  }

  private static func label(_ lead: Double, _ decade: Int) -> String {
    if (-4...4).contains(decade) { return fixed(lead * power(decade), max(-decade, 0)) }
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let raised = String(String(abs(decade)).map { digits[$0.wholeNumberValue ?? 0] })
    return (lead == 1 ? "" : "\(Int(lead))·") + "10" + (decade < 0 ? "⁻" : "") + raised
  }
}

extension ChartScale {
  /// A number with three digits, as it stands in a chart.
  static func figure(_ value: Double) -> String {
    value.isFinite ? minus(shortFigure(value, digits: 3)) : fixed(value, 0)
  }
}
