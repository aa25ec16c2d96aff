package import ApusCore
package import ApusData

/// A view of what one should know about data before training on it, cut to the terminal's width.
package struct DescribeView: Sendable {
  private let style: TerminalStyle
  private let summary: [String]

  /// - Parameters: as of ``DataSource/summaryLines(target:labels:task:width:)``; where the text goes to a file, it is 100
  ///   columns wide.
  package init(
    _ source: DataSource, target: String? = nil, labels: LabelRequest? = nil, weights: String? = nil,
    task: LearningTask? = nil, style: TerminalStyle = .plain
  ) throws(ApusError) {
    self.style = style
    summary = try source.summaryLines(
      target: target, labels: labels, weights: weights, task: task, width: style.redraws ? style.width : 100)
  }

  /// Sentences are wrapped, and tables cut, where a terminal is too narrow.
  package func lines() -> [String] {
    guard style.redraws else { return summary }
    return summary.flatMap { line in
      guard columns(line) > style.width else { return [line] }
      let isSentence = line.hasPrefix("  · ") || !line.hasPrefix(" ") && !line.contains("   ")
      if !isSentence { return [fitted(line, style.width)] }
      return wrapped(String(line.drop { $0 == " " }), width: style.width - 2, indent: 2)
        .map { line.hasPrefix("  ") ? "  " + $0 : $0 }
    }
  }
}
