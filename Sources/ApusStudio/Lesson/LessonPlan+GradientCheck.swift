import ApusCore
import ApusData
import ApusNN
import ApusRuns

extension LessonPlan {
  /// Rows of the check: the reference interpreter computes every element by itself.
  private static let checkedRows = 8
  /// Elements of each parameter that are tried alone, besides a random direction over all of them.
  private static let checkedElements = 3

  /// The gradients of the lesson's loss beside differences of it, parameter by parameter, on a few of its training points.
  ///
  /// - Throws: when the loss does not fit the network.
  func checkGradients(of model: Model, step: Int) throws -> JSONValue {
    let rows = Philox(seed: lesson.seed, path: "gradient check rows").permutation(training.count)
      .prefix(Self.checkedRows).sorted()
    let report = try GradientCheck(
      aimed(model), batch: training.batch(rows), elements: Self.checkedElements
    ).run()
    return .object([
      JSONMember("level", .string(report.level.rawValue)), JSONMember("rows", .integer(rows.count)),
      JSONMember("step", .integer(step)), JSONMember("loss", .double(report.loss)),
      JSONMember("tolerance", .double(GradientCheck.Report.tolerance)),
      JSONMember("worst", report.worst.map { json($0) } ?? .null),
      JSONMember("parameters", .array(report.rows.map { json($0) })),
    ])
  }

  private func json(_ row: GradientCheck.Row) -> JSONValue {
    .object([
      JSONMember("name", .string(title(ofParameter: row.path))), JSONMember("path", .string(row.path)),
      JSONMember("shape", .array(row.shape.map { .integer($0) })), JSONMember("norm", .double(row.norm)),
      JSONMember("error", .double(row.relativeError)), JSONMember("place", .string(row.place)),
      JSONMember("gradient", .double(row.promise)), JSONMember("difference", .double(row.difference)),
    ])
  }
}
