import ApusCore
package import ApusRuns
import ApusTraining

/// A linear model's rule in the columns' own units, and its figures.
package struct LinearLines: Sendable {
  private let reading: LinearReading
  /// The most terms of a rule that are shown: those of the largest effect.
  static let mostTerms = 10
  /// The most rules.
  static let mostRules = 12

  package init(_ reading: LinearReading) {
    self.reading = reading
  }

  /// The rules, the figures, the conclusion.
  package func lines(_ style: TerminalStyle = .plain) -> [String] {
    let width = max(style.width, 40)
    var lines: [String] = []
    if !reading.rules.isEmpty {
      lines.append(Self.title(reading.decision))
      let left = min(reading.rules.map { columns($0.name) }.max() ?? 0, 20)
      for rule in reading.rules.prefix(Self.mostRules) {
        let sum = Self.parts(rule)
        switch reading.decision {
        case .value: lines += Self.laid("\(rule.name) =", sum, width)
        case .sign:
          lines += Self.laid(
            "\(rule.name) where", sum + ["> 0" + (rule.otherwise.map { ", else \($0)" } ?? "")], width)
        case .largest: lines += Self.laid(fitted(rule.name, left) + " ", sum, width)
        }
      }
      if reading.rules.count > Self.mostRules {
        lines.append("  … and \(reading.rules.count - Self.mostRules) more")
      }
    }
    lines += wrapped(figures.joined(separator: " · "), width: width - 2).map { "  " + $0 }
    if let form = reading.closedForm {
      // Targets have variance 1: what is less than a millionth of it is rounding.
      let gap =
        form.trained - form.loss < 1e-6 ? "the same" : "\(shortFigure(form.gap * 100, digits: 2)) % above it"
      let rank = form.rank < form.coefficients ? ", rank \(form.rank) of \(form.coefficients)" : ""
      let text =
        (form.isSolution
          ? "solved in closed form: loss \(shortFigure(form.loss))"
          : "trained by gradient descent: loss \(shortFigure(form.trained)), the closed form's \(shortFigure(form.loss)): \(gap)")
        + " (condition number \(shortFigure(form.condition, digits: 2))\(rank))"
      lines += wrapped(text, width: width - 2, indent: 2).map { "  " + $0 }
    }
    if let conclusion = reading.conclusion {
      lines += wrapped(conclusion, width: width - 2, indent: 2).map { style.colored("  " + $0, .bold) }
    }
    return lines
  }

  private static func title(_ decision: LinearReading.Decision) -> String {
    switch decision {
    case .value: "the rule, in the columns' own units"
    case .sign: "the decision rule, in the columns' own units"
    case .largest: "the decision rule: the largest of these, in the columns' own units"
    }
  }

  private var figures: [String] {
    var figures = ["‖w‖ \(shortFigure(reading.weightNorm))"]
    if reading.l2 > 0 { figures.append("λ \(shortFigure(reading.l2)) beside the mean loss") }
    if reading.l1 > 0 { figures.append("λ₁ \(shortFigure(reading.l1)) beside the mean loss") }
    if reading.zeroCount > 0 {
      figures.append("\(reading.zeroCount) of \(reading.weightCount) weights are exactly 0")
    }
    if let margin = reading.margin {
      figures.append("margin \(shortFigure(margin, digits: 3)): every training row is on its side")
    }
    if let deviation = reading.residualDeviation {
      figures.append("residual standard deviation \(shortFigure(deviation))")
    }
    return figures
  }

  /// `0.31·petal length`, `− 1.2·petal width`, `+ 0.5`; terms that are exactly 0 are left out.
  package static func parts(_ rule: LinearReading.Rule) -> [String] {
    let terms = rule.terms.filter { $0.weight != 0 }
    var parts: [String] = []
    let spread = terms.reduce(0) { $0 + $1.effect * $1.effect }.squareRoot()
    func add(_ value: Double, of magnitude: Double, _ name: String?) {
      let size = figure(abs(value), of: abs(magnitude), spread) + (name.map { "·\($0)" } ?? "")
      parts.append(parts.isEmpty ? (value < 0 ? "−\(size)" : size) : (value < 0 ? "− \(size)" : "+ \(size)"))
    }
    for term in terms.prefix(mostTerms) { add(term.weight, of: term.size, term.name) }
    if terms.count > mostTerms { parts.append("+ … (\(terms.count - mostTerms) smaller)") }
    if rule.intercept != 0 || terms.isEmpty { add(rule.intercept, of: rule.intercept, nil) }
    return parts
  }

  /// Three digits, and more where what they are of is large beside the score's spread: of years, say, whose rule would
  /// else decide otherwise than the model.
  private static func figure(_ value: Double, of magnitude: Double, _ spread: Double) -> String {
    var (digits, part) = (3, 1e-2 * spread)
    while spread > 0, magnitude > 100 * part, digits < 15 { (digits, part) = (digits + 1, part * 10) }
    guard digits > 3, value > 0, value.isFinite else { return shortFigure(value, digits: 3) }
    var unit = 1.0
    while value / unit >= 10 { unit *= 10 }
    while value / unit < 1 { unit /= 10 }
    for _ in 1..<digits { unit /= 10 }
    let inverse = (1 / unit).rounded()
    return unit < 1
      ? shortText((value * inverse).rounded() / inverse) : shortText((value / unit).rounded() * unit)
  }

  /// Parts side by side as far as they fit, none broken; further lines begin under the first part.
  private static func laid(_ head: String, _ parts: [String], _ width: Int) -> [String] {
    let margin = String(repeating: " ", count: min(2 + columns(head) + 1, width / 3))
    var lines: [String] = []
    var line = "  " + head
    for part in parts {
      if columns(line) + 1 + columns(part) > width, columns(line) > margin.count {
        lines.append(line)
        line = margin + part
      } else {
        line += " " + part
      }
    }
    return lines + [line]
  }
}
