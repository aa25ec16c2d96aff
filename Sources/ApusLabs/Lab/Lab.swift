/// An experiment that measures a claim of the lectures.
///
/// A value of its own type, in a file of its own, and a line of ``Labs/table``, where it is said how to write one.
package protocol Lab: Sendable {
  /// The name on the command line: `learning-rate`.
  var name: String { get }
  var theme: LabTheme { get }
  /// The slides that make the claim.
  var slides: [Slide] { get }
  /// The claim in a sentence.
  var claim: String { get }
  /// Its formula; empty where it has none.
  var formula: String { get }
  /// The verdict that the lab comes to on this engine.
  var expected: Verdict { get }
  /// The meaning of that verdict, in a sentence without a capital and a full stop: "the condition number decides".
  var conclusion: String { get }
  /// The way in which the experiment is broken where it is sabotaged: "shuffled labels".
  var sabotage: String { get }
  /// The command nearest to it.
  var tryIt: String { get }
  /// The title of the playground's lesson that shows it; nil where none does.
  var lesson: String? { get }
  /// The lecture's own data that it can run on; nil where it has none.
  var data: LabData? { get }
  /// A Boolean value that indicates whether it takes about half a second or less, so that the tests run it.
  var isShort: Bool { get }

  func run(_ context: LabContext) throws -> LabReport
}

extension Lab {
  package var formula: String { "" }
  package var lesson: String? { nil }
  package var data: LabData? { nil }
  package var isShort: Bool { true }
}
