package import ApusRuns
import ApusTraining

/// The metrics of a cross-validation: mean ± deviation over the folds, and each fold's.
package struct FoldTable: Sendable {
  private let scores: [CrossValidation.Score]

  package init(_ scores: [CrossValidation.Score]) {
    self.scores = scores
  }

  package func lines(width: Int = 80) -> [String] {
    var table = TextTable(["", "mean ± deviation", "folds"], [.left, .left, .left])
    table.rows = scores.map { score in
      [
        score.name, "\(shortFigure(score.mean)) ± \(shortFigure(score.deviation, digits: 2))",
        score.values.map { shortFigure($0) }.joined(separator: "  "),
      ]
    }
    return table.lines(width: width)
  }
}
