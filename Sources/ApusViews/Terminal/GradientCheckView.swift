package import ApusCore
package import ApusRuns
import ApusTraining

/// A gradient check: the relative error of each parameter.
package struct GradientCheckView: Sendable {
  private let report: GradientCheck.Report
  private let style: TerminalStyle

  package init(_ report: GradientCheck.Report, style: TerminalStyle = .plain) {
    self.report = report
    self.style = style
  }

  package func lines() -> [String] {
    var table = TextTable(
      ["parameter", "shape", "‖gradient‖", "relative error", "worst"], [.left, .left, .right, .right, .left])
    table.rows = report.rows.map { row in
      [
        row.path, row.shape.map(String.init).joined(separator: " × "), shortFigure(row.norm, digits: 3),
        shortFigure(row.relativeError, digits: 2), row.place,
      ]
    }
    return table.lines(width: style.width) + ["", conclusion]
  }

  private var conclusion: String {
    guard let worst = report.worst else { return "the model has no parameters" }
    let error = shortFigure(worst.relativeError, digits: 2)
    switch report.level {
    case .ok:
      return style.colored("ok", .green)
        + ": the gradients are those of the loss; worst \(error) in \(worst.path)"
    case .look, .bad:
      let level = style.colored(report.level.rawValue, report.level == .bad ? .red : .yellow)
      return "\(level): \(worst.path), \(worst.place): the gradient says \(shortFigure(worst.promise)), "
        + "differences say \(shortFigure(worst.difference))"
    }
  }

  /// The object that `apus gradcheck --json` prints: `{"level","loss","worst","parameters":[…]}`.
  package var json: JSONValue {
    .object([
      JSONMember("level", .string(report.level.rawValue)), JSONMember("loss", .double(report.loss)),
      JSONMember("worst", report.worst.map { .string($0.path) } ?? .null),
      JSONMember(
        "parameters",
        .array(
          report.rows.map { row in
            .object([
              JSONMember("path", .string(row.path)),
              JSONMember("shape", .array(row.shape.map { .integer($0) })),
              JSONMember("norm", .double(row.norm)),
              JSONMember("relativeError", .double(row.relativeError)),
              JSONMember("place", .string(row.place)),
              JSONMember("gradient", .double(row.promise)), JSONMember("difference", .double(row.difference)),
            ])
          })),
    ])
  }
}
