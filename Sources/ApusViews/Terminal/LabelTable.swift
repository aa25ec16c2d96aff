package import ApusTraining

/// A table of how well each of several independent labels is recognized.
package struct LabelTable: Sendable {
  private let labels: [EvaluatedSamples.LabelCounts]
  /// More labels than this are too many: those that are recognized worst are shown.
  static let mostShown = 40

  package init(_ labels: [EvaluatedSamples.LabelCounts]) {
    self.labels = labels
  }

  /// The confusion of each label, as counts and percents.
  package func lines(width: Int = 80) -> [String] {
    guard !labels.isEmpty else { return [] }
    var table = TextTable(
      ["label", "found", "missed", "wrong", "absent", "accuracy %", "recall %", "precision %", "F1"],
      [.left] + Array(repeating: .right, count: 8))
    table.indent = 2
    var shown = labels
    if labels.count > Self.mostShown {
      let ranked = labels.enumerated().sorted {
        ($0.element.f1 ?? 2, $0.offset) < ($1.element.f1 ?? 2, $1.offset)
      }
      shown = ranked.prefix(Self.mostShown).map(\.element)
    }
    table.rows = shown.map { label in
      [label.name]
        + [label.found, label.missed, label.wrong, label.absent].map { $0 == 0 ? "·" : countFigure($0) }
        + [label.accuracy, label.recall, label.precision].map { percent($0) }
        + [label.f1.map { fixed($0, 3) } ?? "–"]
    }
    let title =
      labels.count > Self.mostShown
      ? "the \(Self.mostShown) of \(labels.count) labels that are recognized worst" : "each label"
    return [title] + table.lines(width: width)
  }

  private func percent(_ part: Double?) -> String {
    part.map { $0 == 1 ? "100" : fixed($0 * 100, 1) } ?? "–"
  }
}
