package import ApusCore
package import ApusViews

/// A lab's result in a terminal: the claim, what was measured beside what the lecture says, the verdict.
package struct LabView {
  private let result: LabResult
  private let style: TerminalStyle
  private let width: Int

  package init(_ result: LabResult, style: TerminalStyle = .plain) {
    self.result = result
    self.style = style
    width = min(max(style.width, 60), 100)
  }

  package var lines: [String] {
    let lab = result.lab
    var lines = wrapped("\(style.colored(lab.name, .bold)) · \(lab.slides.words)", width: width, indent: 2)
    lines += wrapped(lab.claim, width: width)
    if !lab.formula.isEmpty { lines += wrapped(lab.formula, width: width).map { style.colored($0, .faint) } }
    if result.context.isSabotaged { lines += wrapped("sabotaged: \(lab.sabotage)", width: width) }
    for part in result.report.parts where !part.figures.isEmpty {
      lines.append("")
      lines += table(part)
    }
    lines.append("")
    lines += wrapped(style.colored(result.sentence, color), width: width)
    lines += wrapped("try it yourself: \(lab.tryIt)", width: width, indent: 2)
    if let lesson = lab.lesson {
      lines += wrapped("in the playground: the lesson \"\(lesson)\"", width: width, indent: 2)
    }
    return lines
  }

  /// One line, for a list of many.
  package var summary: [String] {
    let name = result.lab.name + String(repeating: " ", count: max(20 - result.lab.name.count, 1))
    let time = String(repeating: " ", count: 7) + durationFigure(result.seconds)
    return [
      name + style.colored(result.verdict.words, color)
        + String(repeating: " ", count: max(20 - result.verdict.words.count, 1)) + time.suffix(7)
        + (result.isAsExpected ? "" : "  expected: \(result.lab.expected.words)")
    ]
  }

  private var color: TerminalStyle.Color {
    switch result.verdict {
    case .holds: .green
    case .holdsPartly: .yellow
    case .doesNotHold: .red
    }
  }

  /// Every cell whole: what is wide goes on below.
  private func table(_ part: LabReport.Part) -> [String] {
    let rows = part.figures.map { [$0.name, $0.words, $0.lecture, $0.judged] }
    let header = [part.title, "measured", "lecture", "judged"]
    func widest(_ column: Int, _ limit: Int) -> Int {
      min(([header] + rows).map { $0[column].count }.max() ?? 0, limit)
    }
    let judged = widest(3, 12)
    let middle = (width - judged - 6) / 3
    var widths = [0, widest(1, middle), widest(2, middle), judged]
    widths[0] = widest(0, width - widths.dropFirst().reduce(6, +))
    return ([header] + rows).flatMap { row -> [String] in
      let cells = zip(row, widths).map { wrapped($0, width: $1) }
      return (0..<(cells.map(\.count).max() ?? 0)).map { line in
        var text = ""
        for (column, cell) in cells.enumerated() {
          let words = line < cell.count ? cell[line] : ""
          text +=
            (column > 0 ? "  " : "") + words
            + String(repeating: " ", count: max(widths[column] - words.count, 0))
        }
        while text.last == " " { text.removeLast() }
        return text
      }
    }
  }
}

/// The labs by theme, as `apus lab` lists them.
package struct LabListing {
  private let style: TerminalStyle

  package init(style: TerminalStyle = .plain) { self.style = style }

  /// An object for each lab.
  package var json: JSONValue {
    .array(
      Labs.table.map { lab in
        .object([
          JSONMember("lab", .string(lab.name)), JSONMember("theme", .string(lab.theme.rawValue)),
          JSONMember("slides", .string(lab.slides.words)), JSONMember("claim", .string(lab.claim)),
          JSONMember("expected", .string(lab.expected.words)), JSONMember("tryIt", .string(lab.tryIt)),
          JSONMember("lesson", lab.lesson.map { .string($0) } ?? .null),
          JSONMember("data", lab.data.map { .string($0.name) } ?? .null),
        ])
      })
  }

  package var lines: [String] {
    var lines: [String] = []
    let labs = Labs.table
    let name = labs.map(\.name.count).max() ?? 0
    for (theme, labs) in Labs.byTheme {
      lines += (lines.isEmpty ? [] : [""]) + [style.colored(theme.rawValue, .bold)]
      for lab in labs {
        let start = "  " + lab.name + String(repeating: " ", count: name - lab.name.count + 2)
        let words = wrapped(lab.claim, width: max(style.width, 60) - start.count)
        lines += words.enumerated().map { line, text in
          (line == 0 ? start : String(repeating: " ", count: start.count)) + text
        }
      }
    }
    let lectures = Lecture.allCases.map { "lecture \($0.rawValue): \($0.title)" }
    return lines + [""] + lectures
  }
}
