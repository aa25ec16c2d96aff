package import ApusCore

/// A lab that was run: what it measured, and whether that is what was expected.
package struct LabResult: Sendable {
  package let lab: any Lab
  package let context: LabContext
  package let report: LabReport
  package let seconds: Double

  /// Runs a lab.
  ///
  /// - Throws: for data that the lab doesn't take, or that lacks files; what the experiment throws.
  package init(_ lab: any Lab, _ context: LabContext) throws {
    if let path = context.data {
      guard let data = lab.data else {
        throw ApusError(
          "the lab \(lab.name) takes no data of its own: it runs on bundled or generated data",
          at: "--data \(path)", fix: "leave --data out")
      }
      try data.check(path, for: lab.name)
    }
    self.lab = lab
    self.context = context
    let start = Clock.nanoseconds
    report = try lab.run(context)
    seconds = Double(Clock.nanoseconds - start) * 1e-9
  }

  package var verdict: Verdict { report.verdict }

  /// A Boolean value that indicates whether the verdict is the one expected; of a sabotaged lab, another one.
  package var isAsExpected: Bool { (verdict == lab.expected) != context.isSabotaged }

  /// The verdict in a sentence.
  package var sentence: String {
    let judged = report.figures.filter { $0.holds != nil }
    let good = judged.count { $0.holds == true }
    let start = verdict.words.prefix(1).uppercased() + verdict.words.dropFirst()
    let count = "\(good) of \(judged.count) figures as expected"
    if verdict == lab.expected { return "\(start): \(lab.conclusion) (\(count))." }
    let worst = judged.first { $0.holds == false && $0.role == .claim } ?? judged.first { $0.holds == false }
    guard let worst else { return "\(start) (\(count)), and expected: \(lab.expected.words)." }
    return "\(start) (\(count)), and expected: \(lab.expected.words). The first that differs: \(worst.name), "
      + "\(worst.words) against \(worst.lecture)."
  }

  /// The result as one object; figures of the clock's are left out, so that the same seed gives the same text.
  package var json: JSONValue {
    let figures = report.figures.filter { $0.role != .timed }.map { figure -> JSONValue in
      let values = figure.measured.values.map { JSONValue.double($0) }
      return .object([
        JSONMember("name", .string(figure.name)),
        JSONMember("measured", values.count == 1 ? values[0] : .array(values)),
        JSONMember("standardError", figure.measured.standardError.map { .double($0) } ?? .null),
        JSONMember("unit", .string(figure.unit)), JSONMember("lecture", .string(figure.lecture)),
        JSONMember("holds", figure.holds.map { .bool($0) } ?? .null),
      ])
    }
    return .object([
      JSONMember("lab", .string(lab.name)), JSONMember("theme", .string(lab.theme.rawValue)),
      JSONMember("claim", .string(lab.claim)), JSONMember("seed", .integer(context.seed)),
      JSONMember("sabotaged", .bool(context.isSabotaged)),
      JSONMember("verdict", .string(verdict.words)), JSONMember("expected", .string(lab.expected.words)),
      JSONMember("asExpected", .bool(isAsExpected)), JSONMember("sentence", .string(sentence)),
      JSONMember("figures", .array(figures)), JSONMember("notes", .array(report.notes.map { .string($0) })),
    ])
  }
}
