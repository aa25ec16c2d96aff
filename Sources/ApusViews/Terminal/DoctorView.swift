package import ApusCore
import ApusData
package import ApusRuns

/// The doctor's findings, on a terminal.
package struct DoctorView: Sendable {
  private let checks: [Finding]
  private let style: TerminalStyle

  package init(_ checks: [Finding], style: TerminalStyle = .plain) {
    self.checks = checks
    self.style = style
  }

  // MARK: Whole

  /// A line for each finding, under its stage; below what isn't OK, why it matters and what to do.
  ///
  /// - Parameter explains: whether every check has its reason and its table.
  package func lines(explains: Bool = false) -> [String] {
    var lines: [String] = []
    for stage in Examinations.Stage.allCases {
      let own = checks.filter { $0.stage == stage }
      guard !own.isEmpty else { continue }
      lines += lines.isEmpty ? [header(stage)] : ["", title(stage)]
      for check in own { lines += self.lines(check, explains) }
    }
    return lines + ["", summary]
  }

  /// The first title, with what the columns are.
  private func header(_ stage: Examinations.Stage) -> String {
    let name = Self.title(stage)
    let left = String(repeating: " ", count: max(Self.leftWidth + nameWidth - columns(name), 2))
    return title(stage) + style.colored(left + fitted("found", figureWidth) + "  expected", .faint)
  }

  private func title(_ stage: Examinations.Stage) -> String { style.colored(Self.title(stage), .bold) }

  private static func title(_ stage: Examinations.Stage) -> String {
    switch stage {
    case .data: "the data"
    case .start: "before training"
    case .training: "a short training"
    case .result: "what it comes to"
    }
  }

  /// Mark and blanks around a name.
  private static let leftWidth = 13

  /// The width of the expected ranges, which are in a column at the right.
  private var expectedWidth: Int { min(checks.map { columns($0.result.expected) }.max() ?? 0, 24) }

  private var figureWidth: Int {
    max(style.width - Self.leftWidth - nameWidth - expectedWidth - 2, 16)
  }

  private var nameWidth: Int { checks.map { columns($0.name) }.max() ?? 0 }

  private func lines(_ check: Finding, _ explains: Bool) -> [String] {
    let left = "  \(mark(check.level))  \(fitted(check.name, nameWidth))  "
    let indent = Self.leftWidth + nameWidth
    let result = check.result
    let figure = wrapped(result.figure, width: figureWidth)
    let expected = style.colored(result.expected, .faint)
    var lines = [left + figure[0]] + figure.dropFirst().map { String(repeating: " ", count: indent) + $0 }
    lines[0] += String(repeating: " ", count: max(figureWidth - columns(figure[0]), 0) + 2) + expected
    guard check.level != .ok || explains else { return lines }
    lines += wrapped(check.why, width: style.width - 8).map { "        " + style.colored($0, .faint) }
    if let fix = result.fix {
      lines += wrapped("→ " + fix, width: style.width - 10, indent: 2).map { "        " + $0 }
    }
    if let details = result.details, !details.rows.isEmpty { lines += table(details, isWhole: explains) }
    return lines
  }

  /// Rows that a table has at most unless all of them are asked for: the first and the last ones.
  private static let mostRows = 10

  private func table(_ details: FindingDetails, isWhole: Bool) -> [String] {
    // Names to the left, figures to the right.
    let isFigure = details.headers.indices.map { column in
      column > 0 && details.rows.contains { Double($0[column]) != nil }
    }
    var table = TextTable(details.headers, isFigure.map { $0 ? .right : .left })
    table.indent = 10
    table.rows = details.rows
    if !isWhole, details.rows.count > Self.mostRows {
      let half = Self.mostRows / 2
      table.rows =
        details.rows.prefix(half) + [details.headers.map { _ in "…" }] + details.rows.suffix(half)
    }
    return table.lines(width: style.width)
  }

  private func mark(_ level: Finding.Level) -> String {
    style.colored(fitted(level.word, 7), level.color)
  }

  private var summary: String {
    let counts = Finding.Level.allCases.map { level in checks.count { $0.level == level } }
    if counts[1] + counts[2] == 0 {
      return checks.count == 1 ? "the check is OK" : "all \(checks.count) checks are OK"
    }
    var parts: [String] = []
    if counts[2] > 0 { parts.append(style.colored(counted(counts[2], "problem"), .red)) }
    if counts[1] > 0 { parts.append(style.colored("\(counts[1]) to check", .yellow)) }
    return "\(checks.count) checks: " + (parts + ["\(counts[0]) OK"]).joined(separator: ", ")
  }

  // MARK: Short

  /// One line when all is OK, with the figures of some; else one for each finding that is not, with what to do.
  package func shortLines() -> [String] {
    guard !checks.isEmpty else { return [] }
    let ill = checks.filter { $0.level != .ok }
    guard !ill.isEmpty else {
      let shown = checks.filter { Self.telling.contains($0.name) }
        .map { "\($0.name): \($0.result.figure)" }
      return note("doctor: \(counted(checks.count, "check")) OK", shown)
    }
    return ill.flatMap { check in
      note(
        "doctor: \(style.colored(check.level.word, check.level.color)): "
          + "\(check.name): \(check.result.figure)",
        check.result.fix.map { [$0] } ?? [])
    }
  }

  private func note(_ text: String, _ more: [String]) -> [String] {
    wrapped("· " + ([text] + more).joined(separator: "; "), width: style.width - 2, indent: 2).map {
      "  " + $0
    }
  }

  /// The examinations that a short form shows even when they are OK.
  private static let telling: Set<String> = ["initial loss", "gradient flow", "gap to validation"]

  // MARK: Objects

  /// The object that `apus check --json` prints: `{"level","checks":[…]}`, the worst level first.
  package var json: JSONValue {
    .object([
      JSONMember("level", .string((checks.map(\.level).max() ?? .ok).rawValue)),
      JSONMember("checks", .array(checks.map(\.json))),
    ])
  }
}

extension Finding.Level {
  /// As terminal, report and page name it.
  package var word: String {
    switch self {
    case .ok: "OK"
    case .look: "Check"
    case .bad: "Problem"
    }
  }

  fileprivate var color: TerminalStyle.Color {
    switch self {
    case .ok: .green
    case .look: .yellow
    case .bad: .red
    }
  }
}
