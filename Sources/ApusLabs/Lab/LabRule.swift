/// A judge of a figure: a closed form with a tolerance, an order, a bound, a number of standard errors.
///
/// A rule never holds a number that was tuned to pass. A bound has clear slack to what the engine measures.
package struct LabRule: Sendable {
  /// The expected value, as the table's second column has it where the lecture says nothing else.
  package let words: String
  private let judge: @Sendable (LabValue) -> Bool

  package init(_ words: String, _ judge: @escaping @Sendable (LabValue) -> Bool) {
    (self.words, self.judge) = (words, judge)
  }

  /// A Boolean value that indicates whether a figure is as expected; no figure that isn't a number is.
  package func holds(for measured: LabValue) -> Bool {
    !measured.values.isEmpty && !measured.values.contains { $0.isNaN } && judge(measured)
  }

  // MARK: Closed forms

  /// Each number is that of the closed form.
  ///
  /// - Parameters:
  ///   - tolerance: of each, absolute.
  ///   - relative: of each, as a part of the expected one, besides.
  package static func equals(_ expected: [Double], within tolerance: Double = 1e-5, relative: Double = 0)
    -> LabRule
  {
    LabRule(expected.map { LabValue.figure($0) }.joined(separator: ", ")) { measured in
      measured.values.count == expected.count
        && zip(measured.values, expected).allSatisfy {
          $0 == $1 || abs($0 - $1) <= tolerance + relative * abs($1)
        }
    }
  }

  package static func equals(_ expected: Double, within tolerance: Double = 1e-5, relative: Double = 0)
    -> LabRule
  {
    .equals([expected], within: tolerance, relative: relative)
  }

  /// Exactly the number.
  package static func exactly(_ expected: Int) -> LabRule { .equals(Double(expected), within: 0) }

  /// A statement that is true.
  package static let yes = LabRule("yes") { $0.values == [1] }
  /// A statement that is false.
  package static let no = LabRule("no") { $0.values == [0] }

  // MARK: Bounds

  package static func atMost(_ limit: Double) -> LabRule {
    LabRule("at most \(LabValue.figure(limit))") { $0.values.allSatisfy { $0 <= limit } }
  }

  package static func atLeast(_ limit: Double) -> LabRule {
    LabRule("at least \(LabValue.figure(limit))") { $0.values.allSatisfy { $0 >= limit } }
  }

  package static func below(_ limit: Double) -> LabRule {
    LabRule("below \(LabValue.figure(limit))") { $0.values.allSatisfy { $0 < limit } }
  }

  package static func above(_ limit: Double) -> LabRule {
    LabRule("above \(LabValue.figure(limit))") { $0.values.allSatisfy { $0 > limit } }
  }

  package static func between(_ low: Double, _ high: Double) -> LabRule {
    LabRule("\(LabValue.figure(low)) to \(LabValue.figure(high))") {
      $0.values.allSatisfy { $0 >= low && $0 <= high }
    }
  }

  // MARK: Orders

  /// Each number is larger than the one before.
  ///
  /// - Parameter slack: by how much one may be smaller.
  package static func rising(slack: Double = 0) -> LabRule {
    LabRule("rising") { measured in
      measured.values.count > 1
        && zip(measured.values, measured.values.dropFirst()).allSatisfy {
          slack == 0 ? $1 > $0 : $1 >= $0 - slack
        }
    }
  }

  /// Each number is smaller than the one before.
  package static func falling(slack: Double = 0) -> LabRule {
    LabRule("falling") { measured in
      measured.values.count > 1
        && zip(measured.values, measured.values.dropFirst()).allSatisfy {
          slack == 0 ? $1 < $0 : $1 <= $0 + slack
        }
    }
  }

  // MARK: Chance

  /// The number is a number of its standard errors from the expected one at most.
  package static func equals(_ expected: Double, standardErrors count: Double) -> LabRule {
    LabRule("\(LabValue.figure(expected)) ± \(LabValue.figure(count)) standard errors") { measured in
      guard let error = measured.standardError, measured.values.count == 1 else { return false }
      return abs(measured.values[0] - expected) <= count * error
    }
  }

  /// The same rule under other words: `at most (R/γ)² = 14.1`.
  package func called(_ words: String) -> LabRule { LabRule(words, judge) }
}
