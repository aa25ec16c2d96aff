import ApusCore
package import ApusRuns

/// A search's trials, the best first, and what mattered.
package struct SearchTable: Sendable {
  private let report: Search.Report
  /// Trials beyond these are counted only.
  private let shown: Int

  package init(_ report: Search.Report, shown: Int = 12) {
    self.report = report
    self.shown = shown
  }

  package func lines(_ style: TerminalStyle) -> [String] {
    // Keys by their last part, unless two share it.
    let short = report.keys.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
    let names = short.indices.map { position in
      short.count { $0 == short[position] } > 1 ? report.keys[position] : short[position]
    }
    let areSteps = report.trials.contains { $0.steps != nil }
    var table = TextTable(
      ["trial", report.metric, areSteps ? "steps" : "epochs"] + names + [""],
      [.right, .right, .right] + names.map { _ in .right } + [.left])
    for trial in report.trials.prefix(shown) {
      table.rows.append(
        [
          "\(trial.number)", trial.score.map { steadyFigure($0) } ?? "–",
          Self.length(areSteps ? trial.steps ?? 0 : trial.epochs),
        ] + trial.values.map { $0.stringValue ?? $0.text() } + [Self.state(trial)])
    }
    var lines = table.lines(width: style.width)
    if report.trials.count > shown {
      lines.append("… and \(report.trials.count - shown) more in \(report.folder)/search.json")
    }
    return lines + importance(style)
  }

  private static func length(_ count: Int) -> String { count > 0 ? "\(count)" : "–" }

  private static func state(_ trial: Search.Trial) -> String {
    switch trial.status {
    case .finished: ""
    case .stopped: "stopped early"
    case .waiting, .running: "not done"
    case .failed: "failed: \(trial.problem ?? "")"
    }
  }

  private func importance(_ style: TerminalStyle) -> [String] {
    guard !report.importance.isEmpty else { return [] }
    let width = report.importance.map { columns($0.key) }.max() ?? 0
    let bars = max(min(40, style.width - width - 12), 8)
    return ["", "What mattered: the share of the scores' spread that a key explains"]
      + report.importance.map { item in
        let filled = Int((item.share * Double(bars)).rounded())
        let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: bars - filled)
        let percent = fitted("\(Int((item.share * 100).rounded())) %", 5, .right)
        return "  " + fitted(item.key, width) + "  " + bar + " " + percent
      }
  }
}
