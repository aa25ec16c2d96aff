import ApusCore
import ApusData
import ApusTraining

/// The main metric with its standard error, beside what guessing reaches.
struct HonestResult: Examination {
  static let name = "result ± error"
  static let stage = Examinations.Stage.result
  static let why =
    "A figure without its standard error says little, and one no better than guessing says nothing."
  static let moments = [Examinations.Moment.afterTraining]

  /// A standard error beyond which figures can hardly be compared.
  private static let wide = 0.1

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard let outcome = try examined.outcome() else { return nil }
    let parts = [
      ("test", outcome.test, examined.test), ("validation", outcome.validation, examined.validation),
      ("training", outcome.training, examined.training),
    ]
    guard let (part, metrics, dataset) = parts.first(where: { !$0.1.isEmpty }),
      let score = Score(metrics, rows: dataset?.effectiveCount ?? 0)
    else { return nil }
    let chance = Score.ofGuessing(examined)
    let figure =
      "\(score.name) \(shortFigure(score.value, digits: 3)) ± \(shortFigure(score.error, digits: 1)) on "
      + "\(dataset?.count ?? 0) \(part) rows"
    // Of rare classes a good model may never be sure enough to name them: how it ranks the rows is judged then.
    if score.value - 2 * score.variance.squareRoot() <= chance,
      let ranking = Ranking(metrics, rows: dataset?.effectiveCount ?? 0),
      ranking.isBetterThanGuessing
    {
      return Finding.Result(
        .ok, value: score.value, figure: "\(figure), \(ranking.figure)",
        expected: "above \(shortFigure(chance, digits: 3)), or an area above 0.5")
    }
    let level: Finding.Level =
      score.value - 2 * score.variance.squareRoot() > chance ? (score.error > Self.wide ? .look : .ok) : .bad
    return Finding.Result(
      level, value: score.value,
      figure: figure,
      expected: "above \(shortFigure(chance, digits: 3))",
      fix: level == .look
        ? "judge by more rows: --test 0.3, or several seeds"
        : "nothing has been learned that guessing does not know: look at the classes, the inputs and the rate"
    )
  }
}
