import ApusTraining

/// The progress of training, as one line of text.
package struct ProgressLine: Sendable {
  package var epoch = 0
  package var epochs = 0
  package var step = 0
  package var steps = 0
  /// Smoothed; 0 until it is known.
  package var stepsPerSecond = 0.0
  package var samplesPerSecond = 0.0
  /// The loss of late.
  package var loss: Double?
  package var validation: (name: String, value: Double)?
  /// Training rows that are mistaken, where that is counted.
  package var mistakes: Int?

  package init() {}

  /// Takes in that some steps took some time: an average that forgets over `smoothing` seconds.
  mutating func observe(steps: Int, seconds: Double, smoothing: Double) {
    let rate = Double(steps) / seconds
    // The part of the old average that is kept: e^(−t/τ) to second order.
    let t = seconds / smoothing
    let kept = stepsPerSecond == 0 ? 0 : 1 / (1 + t + t * t / 2)
    stepsPerSecond = kept * stepsPerSecond + (1 - kept) * rate
  }

  /// Takes in the loss of a batch.
  mutating func observe(loss: Double) {
    guard let old = self.loss else {
      self.loss = loss
      return
    }
    self.loss = 0.9 * old + 0.1 * loss
  }

  /// `12.3k samples/s`, or `1.5 s/it` where a step takes longer than a second.
  var rate: String {
    guard stepsPerSecond > 0 else { return "" }
    return stepsPerSecond < 1
      ? fixed(1 / stepsPerSecond, 1) + " s/it" : prefixedFigure(samplesPerSecond) + " samples/s"
  }

  /// Columns that stay free, for the `^C` that a terminal shows.
  private static let spare = 3

  /// The line, shorter than the terminal is wide; what matters least goes first.
  package func line(_ style: TerminalStyle) -> String {
    let done = steps > 0 ? min(Double(step) / Double(steps), 1) : 0
    let epochText = "epoch \(fitted("\(min(epoch, epochs))", "\(epochs)".count, .right))/\(epochs)"
    let percent = fitted("\(Int(done * 100))", 3, .right) + " %"
    let remaining = stepsPerSecond > 0 ? "ETA \(clock(Double(max(steps - step, 0)) / stepsPerSecond))" : ""
    let lossText =
      [loss.map { "loss \(steadyFigure($0))" }, mistakes.map { "mistakes \($0)" }].compactMap { $0 }
      .joined(separator: "  ")
    let long = validation.map { "validation \($0.name) \(steadyFigure($0.value))" } ?? ""
    let short = validation.map { "val \(steadyFigure($0.value))" } ?? ""
    let choices = [
      [rate, remaining, lossText, long], [rate, remaining, lossText, short], [remaining, lossText, short],
      [remaining, lossText], [lossText], [],
    ]
    for (index, choice) in choices.enumerated() {
      let rest = choice.filter { !$0.isEmpty }.map { "  " + $0 }.joined()
      let room = style.width - Self.spare - columns(epochText) - 2 - columns(percent) - columns(rest)
      guard room >= (index == 0 ? 16 : 8) else { continue }
      let length = min(room, 30)
      return "\(epochText) \(Self.bar(done, length, style)) \(percent)\(rest)"
    }
    return String("\(epochText) \(percent)".prefix(max(style.width - 1, 1)))
  }

  /// A bar that grows in halves of a column.
  static func bar(_ part: Double, _ length: Int, _ style: TerminalStyle) -> String {
    let halves = Int((part * Double(2 * length)).rounded(.down))
    let full = String(repeating: "━", count: halves / 2)
    let isHalf = halves % 2 == 1
    let rest = String(repeating: style.usesColor ? "━" : "─", count: length - halves / 2 - (isHalf ? 1 : 0))
    return style.colored(full + (isHalf ? "╸" : ""), part >= 1 ? .green : .cyan) + style.colored(rest, .faint)
  }

  /// The plain line of a finished epoch.
  func epochLine(_ record: History.Epoch) -> String {
    var parts = ["epoch \(fitted("\(record.epoch)", "\(epochs)".count, .right))/\(epochs)"]
    parts.append("loss \(steadyFigure(record.trainingLoss))")
    if let mistakes = record.mistakes { parts.append("mistakes \(mistakes)") }
    if !record.validation.isEmpty {
      let shown = record.validation.filter { $0.name == "loss" || $0.name == validation?.name }
      parts.append(
        "validation " + shown.map { "\($0.name) \(steadyFigure($0.value))" }.joined(separator: ", "))
    }
    if stepsPerSecond > 0 { parts.append(rate) }
    return parts.joined(separator: "  ")
  }
}
