import ApusTraining
import ApusViews

/// The measured value of a figure: one or several numbers, with their standard error where chance has a part.
package struct LabValue: Sendable {
  package var values: [Double]
  /// The standard error of the one value, over seeds or samples; nil where nothing is random.
  package var standardError: Double?
  /// Other words than the numbers.
  private var written: String?

  package init(_ values: [Double], standardError: Double? = nil, words: String? = nil) {
    (self.values, self.standardError, written) = (values, standardError, words)
  }

  /// As it is printed, without the unit.
  package var words: String {
    if let written { return written }
    let text = values.map { Self.figure($0) }.joined(separator: ", ")
    return standardError.map { "\(text) ± \(Self.figure($0, digits: 2))" } ?? text
  }

  /// A number with a minus sign, and thousands in groups.
  package static func figure(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "not a number" : value < 0 ? "−∞" : "∞" }
    if abs(value) >= 10_000, abs(value) < 1e15, let whole = Int(exactly: value) {
      return grouped(whole).replacingMinus
    }
    return shortFigure(value, digits: digits).replacingMinus
  }
}

extension String {
  fileprivate var replacingMinus: String { hasPrefix("-") ? "−" + dropFirst() : self }
}

/// A value that a lab may report as it is.
package protocol Measurable {
  var measured: LabValue { get }
}

extension LabValue: Measurable {
  package var measured: LabValue { self }
}

extension Bool: Measurable {
  package var measured: LabValue { LabValue([self ? 1 : 0], words: self ? "yes" : "no") }
}

/// A number that a lab may report, alone or in an array.
package protocol MeasurableNumber: Measurable {
  var number: Double { get }
}

extension MeasurableNumber {
  package var measured: LabValue { LabValue([number]) }
}

extension Double: MeasurableNumber {
  package var number: Double { self }
}

extension Float: MeasurableNumber {
  package var number: Double { Double(self) }
}

extension Int: MeasurableNumber {
  package var number: Double { Double(self) }
}

extension Array: Measurable where Element: MeasurableNumber {
  package var measured: LabValue { LabValue(map(\.number)) }
}
