import ApusCore
public import ApusTraining

/// The losses of a run's epochs, drawn in dots of braille: a solid line for training, a dotted one for validation.
public struct LearningCurve: Sendable {
  /// The most lines and columns that it takes.
  public static let height = 15

  private let training: [Double]
  private let validation: [Double]
  private let bestEpoch: Int?

  public init(_ history: History) {
    training = history.epochs.map(\.trainingLoss)
    let losses = history.epochs.compactMap { $0.validation("loss") }
    validation = losses.count == training.count ? losses : []
    bestEpoch = history.bestEpoch
  }

  /// At most 15 lines of at most 80 columns; none for fewer than two epochs.
  public func lines(_ style: TerminalStyle = .plain) -> [String] {
    let finite = (training + validation).filter(\.isFinite)
    guard training.count > 1, let least = finite.min(), let most = finite.max() else { return [] }
    let axis = Axis(from: least, to: most)
    let labels = axis.labels
    let margin = labels.map { $0.text.count }.max() ?? 0
    let width = max(min(style.width, 80) - margin - 3, 10)
    let rows = Self.height - 3
    var canvas = BrailleCanvas(width: width, height: rows)
    canvas.draw(axis.positions(validation), series: 1, isDotted: true)
    canvas.draw(axis.positions(training), series: 0, isDotted: false)
    var lines = [title(axis, style)]
    for row in 0..<rows {
      let label = labels.first { Int((1 - $0.position) * Double(rows - 1) + 0.5) == row }
      let left = fitted(label?.text ?? "", margin, .right) + (label == nil ? " │" : " ┤")
      lines.append(
        left + canvas.text(row: row) { $0 == 0 ? style.colored($1, .cyan) : style.colored($1, .yellow) })
    }
    lines.append(String(repeating: " ", count: margin) + " └" + String(repeating: "─", count: width))
    let last = "\(training.count)"
    let between = width - 1 - last.count
    let name = "epoch"
    let blanks = (between - name.count) / 2
    lines.append(
      String(repeating: " ", count: margin + 2) + "1" + String(repeating: " ", count: blanks) + name
        + String(repeating: " ", count: max(between - blanks - name.count, 1)) + last)
    return lines
  }

  /// What the lines are; what does not fit is left out.
  private func title(_ axis: Axis, _ style: TerminalStyle) -> String {
    var parts = ["loss" + (axis.isLogarithmic ? " (logarithmic)" : ""), "⠤⠤⠤ training"]
    if !validation.isEmpty {
      parts.append("⠄⠄⠄ validation")
      if let bestEpoch { parts.append("best epoch \(bestEpoch)") }
    }
    while columns(parts.joined(separator: "   ")) > style.width, parts.count > 1 { parts.removeLast() }
    let colors: [TerminalStyle.Color] = [.cyan, .yellow]
    for (index, color) in colors.enumerated() where parts.count > index + 1 {
      parts[index + 1] =
        style.colored(String(parts[index + 1].prefix(3)), color) + parts[index + 1].dropFirst(3)
    }
    return parts.joined(separator: "   ")
  }
}

/// The vertical axis: logarithmic where the values span more than a factor of 30.
struct Axis {
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
