import ApusCore
package import ApusTraining

/// The losses of the epochs of a run, or of several runs, drawn in dots of braille: of one run a solid line for training
/// and a dotted one for validation, of several a line for each one's validation, or training where there is none.
package struct LearningCurve: Sendable {
  /// The most lines and columns that it takes.
  package static let height = 15

  private struct Series {
    var name: String
    var values: [Double]
    var isDotted: Bool
  }

  private let series: [Series]
  /// The subject of the lines; nil where they say it themselves.
  private let subject: String?
  /// The epoch that is pointed out.
  private let mark: String?
  private static let colors: [TerminalStyle.Color] = [.cyan, .yellow, .green, .red, .blue]

  package init(_ history: History) { self.init([("", history)]) }

  package init(_ runs: [(name: String, history: History)]) {
    func validation(_ history: History) -> [Double]? {
      let losses = history.epochs.compactMap { $0.validation("loss") }
      return losses.isEmpty || losses.count != history.epochs.count ? nil : losses
    }
    if runs.count == 1 {
      let history = runs[0].history
      let found = validation(history)
      series =
        [Series(name: "training", values: history.epochs.map(\.trainingLoss), isDotted: false)]
        + (found.map { [Series(name: "validation", values: $0, isDotted: true)] } ?? [])
      mark = history.mark?.label
      subject = nil
    } else {
      let areValidated = runs.allSatisfy { validation($0.history) != nil }
      series = runs.enumerated().map { number, run in
        Series(
          name: run.name,
          values: areValidated ? validation(run.history)! : run.history.epochs.map(\.trainingLoss),
          isDotted: number % 2 == 1)
      }
      mark = nil
      subject = areValidated ? "validation" : "training"
    }
  }

  /// At most 15 lines of at most 80 columns; none for fewer than two epochs.
  package func lines(_ style: TerminalStyle = .plain) -> [String] {
    let finite = series.flatMap(\.values).filter(\.isFinite)
    let epochs = series.map(\.values.count).max() ?? 0
    guard epochs > 1, let least = finite.min(), let most = finite.max() else { return [] }
    let axis = CurveAxis(from: least, to: most)
    let labels = axis.labels
    let margin = labels.map { $0.text.count }.max() ?? 0
    let width = max(min(style.width, 80) - margin - 3, 10)
    let rows = Self.height - 3
    var canvas = BrailleCanvas(width: width, height: rows)
    for (number, own) in series.enumerated().reversed() {
      // A shorter run ends where its epochs do.
      let rest = [Double?](repeating: nil, count: epochs - own.values.count)
      canvas.draw(axis.positions(own.values) + rest, series: number, isDotted: own.isDotted)
    }
    var lines = [title(axis, style)]
    for row in 0..<rows {
      let label = labels.first { Int((1 - $0.position) * Double(rows - 1) + 0.5) == row }
      let left = fitted(label?.text ?? "", margin, .right) + (label == nil ? " │" : " ┤")
      lines.append(
        left + canvas.text(row: row) { style.colored($1, Self.colors[$0 % Self.colors.count]) })
    }
    lines.append(String(repeating: " ", count: margin) + " └" + String(repeating: "─", count: width))
    let last = "\(epochs)"
    let between = width - 1 - last.count
    let name = "epoch"
    let blanks = (between - name.count) / 2
    lines.append(
      String(repeating: " ", count: margin + 2) + "1" + String(repeating: " ", count: blanks) + name
        + String(repeating: " ", count: max(between - blanks - name.count, 1)) + last)
    return lines
  }

  /// Returns the title of the lines; what does not fit is left out.
  private func title(_ axis: CurveAxis, _ style: TerminalStyle) -> String {
    var parts = [
      (subject.map { "\($0) loss" } ?? "loss") + (axis.isLogarithmic ? " (logarithmic)" : "")
    ]
    parts += series.map { ($0.isDotted ? "⠄⠄⠄ " : "⠤⠤⠤ ") + $0.name }
    if let mark { parts.append(mark) }
    while columns(parts.joined(separator: "   ")) > style.width, parts.count > 1 { parts.removeLast() }
    for index in series.indices where parts.count > index + 1 {
      parts[index + 1] =
        style.colored(String(parts[index + 1].prefix(3)), Self.colors[index % Self.colors.count])
        + parts[index + 1].dropFirst(3)
    }
    return parts.joined(separator: "   ")
  }
}

/// The vertical axis: logarithmic where the values span more than a factor of 30.
struct CurveAxis {
  let isLogarithmic: Bool
  private let low: Double
  private let high: Double

  init(from least: Double, to most: Double) {
    isLogarithmic = least > 0 && most / least > 30
    let (a, b) = isLogarithmic ? (Mathematics.log(least), Mathematics.log(most)) : (least, most)
    // A flat line lies in the middle.
    let pad = b > a ? 0 : max(abs(a) * 0.1, 1e-3)
    (low, high) = (a - pad, b + pad)
  }

  /// Places from 0 to 1; nil where a value is not finite.
  func positions(_ values: [Double]) -> [Double?] {
    values.map { value in
      guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
      return ((isLogarithmic ? Mathematics.log(value) : value) - low) / (high - low)
    }
  }

  /// Four labels at even distances.
  var labels: [(position: Double, text: String)] {
    stride(from: 0, through: 3, by: 1).map { index in
      let position = Double(index) / 3
      let value = low + position * (high - low)
      let figure = isLogarithmic ? Mathematics.exp(value) : value
      return (position, shortFigure(figure, digits: 3))
    }
  }
}
