import ApusCore
import ApusData
package import ApusRuns
import ApusTraining

/// `report.html` of a cross-validation: how well the same settings do on rows that were not trained on, fold by fold.
///
/// As self-contained as ``RunPage``; each fold's folder has a page of its own.
package struct FoldsPage: Sendable {
  private let folds: [RunResult]
  private let scores: [CrossValidation.Score]
  private let targetScores: [(name: String, scores: [CrossValidation.Score])]
  private let folder: String

  /// - Parameter result: of at least two folds.
  package init(_ result: CrossValidation.Result) {
    precondition(result.folds.count > 1, "a cross-validation has two folds at least")
    (folds, scores, folder) = (result.folds, result.scores, result.folder)
    targetScores = result.targetScores
  }

  package var html: String {
    var page = HTMLPage()
    page.heading("How well a network learns \(folds[0].name), over \(folds.count) folds", level: 1)
    page.paragraph(sentence, style: "lead")
    page.list([
      "Each of the \(grouped(rows)) rows was in the test part of one fold, and was not trained on there.",
      "± is the standard deviation over the folds: how much the figure changes with the rows that were trained on.",
    ])
    page.section("Results") { addScores(&$0) }
    page.section("How it learned") { page in
      page.charts(
        HistoryCharts(
          folds.enumerated().map { ("fold \($0 + 1)", $1.history) }, width: RunPage.chartWidth
        ).charts)
    }
    let first = RunPage(folds[0])
    page.section("The data") { page in
      page.paragraph("As the first fold divides it:", style: "note")
      first.addData(&page)
    }
    page.section("The model") { first.addModel(&$0) }
    page.section("To have it again") { page in
      page.paragraph("Each fold alone, to the same bits:")
      page.code(
        folds.indices.map { "apus train --config \(folder)/fold-\($0 + 1)/config.yaml" }.joined(
          separator: "\n"))
    }
    return page.document(title: "\(folds[0].name), \(folds.count) folds: \(sentence)")
  }

  private var rows: Int { folds.reduce(0) { $0 + $1.evaluatedCount } }

  /// One sentence: the metric that says most.
  private var sentence: String {
    let found =
      telling.lazy.compactMap { name in scores.first { $0.name == name } }.first ?? scores.first
    guard let found else { return "Nothing was measured." }
    let figure = "\(shortFigure(found.mean)) ± \(shortFigure(found.deviation, digits: 2))"
    return "\(Self.words[found.name] ?? found.name) \(figure) on rows that the network has not seen."
  }

  /// Of several numbers, whose units may differ, R² says more than an error.
  private var telling: [String] { ["accuracy", "microF1", targetScores.isEmpty ? "rmse" : "r2"] }
  private static let words = [
    "accuracy": "Accuracy", "microF1": "An F1 of", "rmse": "A typical error (root mean square) of",
    "r2": "A mean R² of the targets of",
  ]

  private func addScores(_ page: inout HTMLPage) {
    page.table(
      ["", "mean ± deviation"] + folds.indices.map { "fold \($0 + 1)" },
      scores.map { row($0, $0.name) }
        + targetScores.flatMap { target in target.scores.map { row($0, "\($0.name) of \(target.name)") } })
    if let all = confusion {
      page.charts([ConfusionChart("Confusion matrix (the test parts of all folds)", all)])
    }
    for target in 0..<max(min(targetScores.count, 6), 1) {
      let pairs = folds.map { $0.residuals(ofTarget: target).map { Point($0.truth, $0.prediction) } }
      guard pairs.contains(where: { !$0.isEmpty }) else { continue }
      let whose = targetScores.isEmpty ? "" : " of \(targetScores[target].name)"
      page.charts([
        ScatterChart(
          "Predicted against true\(whose) (the test parts of all folds)",
          pairs.enumerated().map { .init("fold \($0 + 1)", $1) }, xName: "true", yName: "predicted",
          isEqual: true,
          width: RunPage.chartWidth)
      ])
    }
  }

  private func row(_ score: CrossValidation.Score, _ name: String) -> [HTMLPage.Cell] {
    [
      .strong(name), .figure("\(shortFigure(score.mean)) ± \(shortFigure(score.deviation, digits: 2))"),
    ] + score.values.map { .figure(shortFigure($0)) }
  }

  /// All folds' together; nil where a fold has none, or other classes.
  private var confusion: ConfusionMatrix? {
    let all = folds.compactMap(\.confusion)
    guard let first = all.first, all.count == folds.count, first.classNames.count > 1,
      all.allSatisfy({ $0.classNames == first.classNames })
    else { return nil }
    return all.dropFirst().reduce(first) { $0 + $1 }
  }
}
