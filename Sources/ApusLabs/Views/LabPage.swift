import ApusViews

/// `lab.html`: the claim, what was measured beside what the lecture says, and the pictures, as one page.
package struct LabPage {
  private let result: LabResult

  package init(_ result: LabResult) { self.result = result }

  package var html: String {
    let lab = result.lab
    var page = HTMLPage()
    page.heading(lab.name, level: 1)
    page.paragraph("\(lab.theme.rawValue) · \(lab.slides.words)", style: "muted")
    page.paragraph(lab.claim, style: "lead")
    if !lab.formula.isEmpty { page.paragraph(lab.formula, style: "note") }
    page.element("div", style: "finding \(result.verdict.style)") { page in
      page.paragraph(result.sentence)
      if result.context.isSabotaged { page.paragraph("Sabotaged: \(lab.sabotage).", style: "note") }
    }
    for part in result.report.parts { add(part, to: &page) }
    if !result.report.notes.isEmpty {
      page.section("What the slides leave out") { $0.list(result.report.notes) }
    }
    page.section("Try it yourself") { page in
      page.code(lab.tryIt)
      if let lesson = lab.lesson { page.paragraph("In the playground: the lesson “\(lesson)”.") }
      page.paragraph("This page once more, to the same figures:")
      page.code(command)
      page.paragraph(
        "A rule that can't fail measures nothing: with --sabotage the experiment is broken on purpose (\(lab.sabotage)), "
          + "and its verdict must be another one.", style: "note")
      page.paragraph("± is the standard error. Run in \(durationFigure(result.seconds)).", style: "note")
    }
    return page.document(title: "apus lab \(lab.name)")
  }

  private func add(_ part: LabReport.Part, to page: inout HTMLPage) {
    guard !part.figures.isEmpty || !part.pictures.isEmpty else { return }
    page.section(part.title.isEmpty ? "Measured" : part.title) { page in
      page.table(
        ["", "measured", "lecture", "judged"],
        part.figures.map { figure in
          [.strong(figure.name), .text(figure.words), .text(figure.lecture), .text(figure.judged)]
        }, style: "wrap figures")
      page.charts(part.pictures.map(\.chart))
    }
  }

  private var command: String {
    let context = result.context
    return "apus lab \(result.lab.name) --seed \(context.seed)" + (context.data.map { " --data \($0)" } ?? "")
      + (context.isFull ? " --full" : "") + (context.isSabotaged ? " --sabotage" : "")
  }
}

extension Verdict {
  /// The class of its mark on a page.
  var style: String {
    switch self {
    case .holds: "ok"
    case .holdsPartly: "look"
    case .doesNotHold: "bad"
    }
  }
}
