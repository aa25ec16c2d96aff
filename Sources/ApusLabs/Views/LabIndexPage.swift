import ApusViews

/// `labs.html`: the verdicts of many labs by theme, each with the way to its page.
package struct LabIndexPage {
  private let results: [LabResult]
  private let link: (LabResult) -> String

  /// - Parameter link: where a lab's page lies, seen from this one.
  package init(_ results: [LabResult], link: @escaping (LabResult) -> String) {
    (self.results, self.link) = (results, link)
  }

  package var html: String {
    var page = HTMLPage()
    page.heading("The lectures, measured", level: 1)
    page.paragraph(sentence, style: "lead")
    for theme in LabTheme.allCases {
      let own = results.filter { $0.lab.theme == theme }
      guard !own.isEmpty else { continue }
      page.section(theme.rawValue) { page in
        page.table(
          ["lab", "claim", "verdict", "figures as expected"],
          own.map { result in
            let judged = result.report.figures.filter { $0.holds != nil }
            return [
              .link(result.lab.name, to: link(result)), .text(result.lab.claim),
              .text(
                result.verdict.words
                  + (result.isAsExpected ? "" : " (expected: \(result.lab.expected.words))")),
              .text("\(judged.count { $0.holds == true }) of \(judged.count)"),
            ]
          }, style: "wrap cards")
      }
    }
    page.section("The lectures") { page in
      page.list(Lecture.allCases.map { "lecture \($0.rawValue): \($0.title)" })
    }
    page.paragraph(
      "Run in \(durationFigure(results.reduce(0) { $0 + $1.seconds })), seed \(results.first?.context.seed ?? 1).",
      style: "note")
    return page.document(title: "The lectures, measured")
  }

  /// `60 labs: 38 hold, 21 hold partly, 1 does not hold here.`
  package var sentence: String {
    func count(_ verdict: Verdict) -> Int { results.count { $0.verdict == verdict } }
    let parts: [(count: Int, one: String, many: String)] = [
      (count(.holds), "claim holds", "claims hold"), (count(.holdsPartly), "holds partly", "hold partly"),
      (count(.doesNotHold), "does not hold here", "do not hold here"),
    ]
    let words = parts.filter { $0.count > 0 }.map { "\($0.count) \($0.count == 1 ? $0.one : $0.many)" }
    let differing = results.count { !$0.isAsExpected }
    return "\(results.count) \(results.count == 1 ? "lab" : "labs"): \(words.joined(separator: ", ")); "
      + (differing == 0 ? "all as expected." : "\(differing) not as expected.")
  }
}
