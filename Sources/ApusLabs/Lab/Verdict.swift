/// The outcome of a lab, computed from its figures.
package enum Verdict: String, Sendable, CaseIterable {
  case holds
  case holdsPartly
  case doesNotHold

  /// As it is printed.
  package var words: String {
    switch self {
    case .holds: "holds"
    case .holdsPartly: "holds partly"
    case .doesNotHold: "does not hold here"
    }
  }
}
