/// One thing that the doctor looks at (lecture 5, "babysitting the learning process").
///
/// Adding one costs a file with a conforming type, and a line of ``Examinations/table``.
public protocol Examination: Sendable {
  /// The name of what is examined, in a word or two: `initial loss`.
  static var name: String { get }
  static var stage: Examinations.Stage { get }
  /// Why it matters, as one sentence.
  static var why: String { get }
  /// The short forms of `apus train` that it belongs to: it must then be cheap.
  static var moments: [Examinations.Moment] { get }
  init()

  /// - Returns: nil where it does not apply to the examined model.
  /// - Throws: where the model cannot be examined; that is a finding too.
  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result?
}

extension Examination {
  public static var moments: [Examinations.Moment] { [] }
}

public enum Examinations {
  /// The stages of an examination, in the order in which they are shown.
  public enum Stage: String, Sendable, CaseIterable {
    /// The rows, before there is a network.
    case data
    /// The network with its first weights.
    case start
    /// A short training.
    case training
    /// The result of training.
    case result
  }

  /// When a short form runs by itself.
  public enum Moment: Sendable {
    case beforeTraining, afterTraining
  }
}
