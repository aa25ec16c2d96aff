import ApusCore
import ApusNN
import ApusTraining

/// A check of whether the gradients are those of the loss.
struct GradientCorrectness: Examination {
  static let name = "gradient check"
  static let stage = Examinations.Stage.start
  static let why =
    "A wrong gradient trains worse without a word: a layer of one's own must be compared with differences."

  /// Rows, of which the reference interpreter computes every element by itself.
  private static let rows = 2
  /// Floating-point operations of a forward pass beyond which it takes too long here.
  private static let mostWork = 4e6

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard (try? examined.probe()) != nil else { return nil }
    let work = examined.stepWork(rows: Self.rows) / 3
    guard work <= Self.mostWork else {
      return Finding.Result(
        .ok, figure: "not made: \(shortFigure(work / 1e6, digits: 2)) MFLOP a pass",
        expected: "up to \(shortFigure(Self.mostWork / 1e6, digits: 2)); apus gradcheck takes its time")
    }
    let report = try GradientCheck(
      examined.model, batch: examined.sample(Self.rows), elements: 0
    ).run()
    guard let worst = report.worst else { return nil }
    return Finding.Result(
      report.level, value: worst.relativeError,
      figure: "\(shortFigure(worst.relativeError, digits: 2)) in \(examined.names.parameter(worst.path))",
      expected: "below \(shortFigure(GradientCheck.Report.tolerance))",
      fix: "look for what stops or changes a gradient in \(examined.names.parameter(worst.path))",
      details: report.details(examined.names))
  }
}
