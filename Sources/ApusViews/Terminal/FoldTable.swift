package import ApusRuns
import ApusTraining

/// The metrics of a cross-validation: mean ± deviation over the folds, and each fold's.
package struct FoldTable: Sendable {
  private let scores: [CrossValidation.Score]
  private let targetScores: [(name: String, scores: [CrossValidation.Score])]

  package init(_ result: CrossValidation.Result) {
    (scores, targetScores) = (result.scores, result.targetScores)
  }

  package func lines(width: Int = 80) -> [String] {
    var table = TextTable(["", "mean ± deviation", "folds"], [.left, .left, .left])
    table.rows = scores.map { row($0, $0.name) }
    // Of several numbers each has its own.
    for target in targetScores {
      table.rows.append([target.name, "", ""])
      table.rows += target.scores.map { row($0, "  " + $0.name) }
    }
    return table.lines(width: width)
  }

  private func row(_ score: CrossValidation.Score, _ name: String) -> [String] {
    [
      name, "\(shortFigure(score.mean)) ± \(shortFigure(score.deviation, digits: 2))",
      score.values.map { shortFigure($0) }.joined(separator: "  "),
    ]
  }
}
