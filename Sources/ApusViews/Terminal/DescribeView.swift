public import ApusCore
public import ApusData

/// What one should know about data before training on it, cut to the terminal's width.
public struct DescribeView: Sendable {
  private let summary: [String]

  /// - Parameters: as of ``DataSource/summaryLines(target:task:)``.
  public init(_ source: DataSource, target: String? = nil, task: LearningTask? = nil) throws(ApusError) {
    summary = try source.summaryLines(target: target, task: task)
  }

  /// Sentences are wrapped, tables cut; where the text goes to a file, nothing is.
  public func lines(_ style: TerminalStyle = .plain) -> [String] {
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
