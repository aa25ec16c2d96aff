import ApusCore
import ApusData
import ApusTraining

/// A comparison of the network's results on the data it was trained on and on the data it was not.
struct GeneralizationGap: Examination {
  static let name = "gap to validation"
  static let stage = Examinations.Stage.result
  static let why =
    "A network much better on the rows it has seen has learned them by heart; one bad on both has not learned."
  static let moments = [Examinations.Moment.afterTraining]

  /// Beyond twice its standard error.
  private static let suspicious = 0.05
  private static let certain = 0.2
  /// The least fraction of the way from guessing to perfect.
  private static let learned = 0.1

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard !examined.isTrained || (try? examined.probe()) != nil, let outcome = try examined.outcome() else {
      return nil
    }
    let judged =
      examined.validation.map { (outcome.validation, $0.effectiveCount, "validation") }
      ?? examined.test.map { (outcome.test, $0.effectiveCount, "test") }
    guard let (metrics, count, part) = judged,
      let training = Score(outcome.training, rows: examined.training.effectiveCount),
      let other = Score(metrics, rows: count)
    else { return nil }
    let gap = training.value - other.value
    let error = (training.variance + other.variance).squareRoot()
    let sure = gap - 2 * error
    let figure =
      "\(training.name) \(shortFigure(training.value, digits: 3)), \(part) \(shortFigure(other.value, digits: 3))"
    let chance = Score.ofGuessing(examined)
    if training.value - chance < Self.learned * (1 - chance),
      Ranking(outcome.training, rows: examined.training.effectiveCount)?.isBetterThanGuessing != true
    {
      return Finding.Result(
        .bad, value: training.value,
        figure: "\(figure): hardly better than \(shortFigure(chance, digits: 3))",
        expected: "better than guessing",
        fix: "it underfits: more units, more epochs, a larger learning rate, less regularization")
    }
    return Finding.Result(
      sure > Self.certain ? .bad : sure > Self.suspicious ? .look : .ok, value: gap, figure: figure,
      expected:
        "gap below \(Self.suspicious) + \(shortFigure(2 * error, digits: 2))",
      fix: "it overfits: more rows, --dropout 0.3, more --l2, --early-stopping 10, or fewer units")
  }
}
