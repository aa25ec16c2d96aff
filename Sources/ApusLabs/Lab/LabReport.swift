package import ApusViews

/// The results of an experiment: figures with rules, pictures, and what the slides leave out.
///
/// ```swift
/// var report = LabReport()
/// report.judge("steps at rate 1/28", steps, .exactly(1))
/// report.show(LineChart("Distance to the minimum", series))
/// ```
package struct LabReport: Sendable {
  /// Figures and pictures of one question, under a title.
  package struct Part: Sendable {
    package var title: String
    package var figures: [Figure] = []
    package var pictures: [Picture] = []
  }

  package private(set) var parts: [Part] = [Part(title: "")]
  /// Sentences on what the slides leave out or slip on.
  package private(set) var notes: [String] = []

  package init() {}

  /// Begins a part with a title.
  package mutating func part(_ title: String) {
    if parts.last?.figures.isEmpty == true, parts.last?.pictures.isEmpty == true { parts.removeLast() }
    parts.append(Part(title: title))
  }

  /// A figure that the claim stands and falls with.
  ///
  /// - Parameter lecture: what the lecture says; the rule's words when nil.
  package mutating func judge(
    _ name: String, _ value: some Measurable, _ rule: LabRule, lecture: String? = nil, unit: String = ""
  ) {
    add(name, value.measured, .claim, rule, lecture, unit)
  }

  /// A figure that says how far the claim reaches: the slide's own words, taken literally. Where it fails, the claim holds
  /// partly.
  package mutating func test(
    _ name: String, _ value: some Measurable, _ rule: LabRule, lecture: String? = nil, unit: String = ""
  ) {
    add(name, value.measured, .reach, rule, lecture, unit)
  }

  /// A figure that nothing judges: what chance decides.
  package mutating func tell(
    _ name: String, _ value: some Measurable, lecture: String? = nil, unit: String = ""
  ) {
    add(name, value.measured, .told, nil, lecture, unit)
  }

  /// A figure of the clock's, which nothing judges and ``LabResult/json`` leaves out: seconds, rows a second.
  package mutating func time(
    _ name: String, _ value: some Measurable, lecture: String? = nil, unit: String = ""
  ) {
    add(name, value.measured, .timed, nil, lecture, unit)
  }

  private mutating func add(
    _ name: String, _ measured: LabValue, _ role: Figure.Role, _ rule: LabRule?, _ lecture: String?,
    _ unit: String
  ) {
    parts[parts.count - 1].figures.append(
      Figure(name, measured, unit: unit, lecture: lecture, role: role, rule: rule))
  }

  package mutating func show(_ chart: some Chart) { show(Picture(chart)) }

  package mutating func show(_ picture: Picture) { parts[parts.count - 1].pictures.append(picture) }

  /// Adds a sentence on what the slides leave out, or where one slips.
  package mutating func note(_ sentence: String) { notes.append(sentence) }

  package var figures: [Figure] { parts.flatMap(\.figures) }
  package var pictures: [Picture] { parts.flatMap(\.pictures) }

  /// *Does not hold here* where a figure of the claim differs, or none of those that it is judged by holds; *holds partly*
  /// where only its reach goes too far.
  package var verdict: Verdict {
    let judged = figures.filter { $0.holds != nil }
    guard judged.contains(where: { $0.holds == true }),
      !judged.contains(where: { $0.role == .claim && $0.holds == false })
    else { return .doesNotHold }
    return judged.allSatisfy { $0.holds == true } ? .holds : .holdsPartly
  }
}
