/// A measured number of a lab beside what the lecture says, and what that decides.
package struct Figure: Sendable {
  /// The part of a figure in the verdict.
  package enum Role: Sendable {
    /// The claim stands and falls with it.
    case claim
    /// Says how far the claim reaches: where it fails, the claim holds partly.
    case reach
    /// Is only told.
    case told
    /// Is only told, and another one each time: what a clock says.
    case timed
  }

  package let name: String
  package let measured: LabValue
  package let unit: String
  /// The lecture's value, or the closed form.
  package let lecture: String
  package let role: Role
  /// A Boolean value that indicates whether it is as the rule says; nil where nothing judges it.
  package let holds: Bool?

  init(_ name: String, _ measured: LabValue, unit: String, lecture: String?, role: Role, rule: LabRule?) {
    (self.name, self.measured, self.unit, self.role) = (name, measured, unit, role)
    self.lecture = lecture ?? rule?.words ?? "–"
    holds = rule?.holds(for: measured)
  }

  /// The measured number with its unit.
  package var words: String { measured.words + (unit.isEmpty ? "" : " \(unit)") }

  /// The text in the column "judged".
  package var judged: String {
    switch holds {
    case true?: "holds"
    case false?: role == .reach ? "goes too far" : "differs"
    case nil: "–"
    }
  }
}
