package import ApusTraining

/// The confusion matrix as text.
package struct ConfusionTable: Sendable {
  private let matrix: ConfusionMatrix
  /// More classes than this are too many for a table of counts.
  static let mostShown = 12

  package init(_ matrix: ConfusionMatrix) {
    self.matrix = matrix
  }

  /// The counts with recall and precision; for many classes, or a narrow terminal, the most frequent confusions.
  package func lines(width: Int = 80) -> [String] {
    let names = matrix.classNames
    guard names.count > 1 else { return [] }
    if names.count <= Self.mostShown {
      let table = counts.lines(width: Int.max)
      if table.allSatisfy({ columns($0) <= width }) { return ["true ↓  predicted →"] + table }
    }
    return confusions(width: width)
  }

  private var counts: TextTable {
    let names = matrix.classNames
    let cell = names.count > 6 ? 6 : 12
    let decimals = names.count > 6 ? 0 : 1
    let short = names.map { columns($0) > cell ? fitted($0, cell) : $0 }
    var table = TextTable([""] + short + ["recall %"], [.left] + names.map { _ in .right } + [.right])
    table.indent = 2
    table.rows = names.indices.map { truth in
      [columns(names[truth]) > 20 ? fitted(names[truth], 20) : names[truth]]
        + matrix.counts[truth].map { $0 == 0 ? "·" : countFigure($0) } + [
          Self.percent(matrix.recall(truth), decimals)
        ]
    }
    table.totals = ["precision %"] + names.indices.map { Self.percent(matrix.precision($0), decimals) } + [""]
    return table
  }

  private func confusions(width: Int) -> [String] {
    let names = matrix.classNames
    var pairs: [(truth: Int, taken: Int, count: Double)] = []
    for (truth, row) in matrix.counts.enumerated() {
      for (taken, count) in row.enumerated() where taken != truth && count > 0 {
        pairs.append((truth, taken, count))
      }
    }
    guard !pairs.isEmpty else { return ["no class is predicted as another"] }
    let ranked = pairs.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
    var table = TextTable(["true", "predicted", "times", "recall %"], [.left, .left, .right, .right])
    table.indent = 2
    table.rows = ranked.prefix(10).map { pair in
      let (truth, taken, count) = pair.element
      return [names[truth], names[taken], countFigure(count), Self.percent(matrix.recall(truth), 1)]
    }
    return ["most frequent confusions"] + table.lines(width: width)
  }

  /// With many classes, whole percents are as much as fits.
  private static func percent(_ part: Double?, _ decimals: Int) -> String {
    part.map { $0 == 1 ? "100" : fixed($0 * 100, decimals) } ?? "–"
  }
}
