/// An error: what went wrong, where, what was expected, and what to do about it.
///
/// Every error that Apus throws is one of these: bad input ends in such an error,
/// never in a trap.
public struct ApusError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A description of the problem, as one sentence without a full stop.
  public var problem: String
  /// Where: a layer's path, a file with row and column, a key of a configuration.
  public var place: String?
  /// A description of what was expected instead.
  public var expected: String?
  /// A description of what would fix it.
  public var fix: String?
  /// The sort of error, for programs that treat some in a way of their own: the words may change.
  public var kind: Kind

  public enum Kind: Sendable {
    /// Any that has no kind of its own.
    case general
    /// A checkpoint of other settings, another model or other data.
    case foreignCheckpoint
    /// Training paused because it was asked to; the run's folder has a checkpoint.
    case interrupted
    /// The loss or the gradients are not finite any more, or the loss has grown beyond reason.
    case divergence
    /// The machine lacks something, such as space on its disk: another one, or the same one later, may have it.
    case machine
  }

  public init(
    _ problem: String, at place: String? = nil, expected: String? = nil, fix: String? = nil,
    kind: Kind = .general
  ) {
    self.problem = problem
    self.place = place
    self.expected = expected
    self.fix = fix
    self.kind = kind
  }

  /// `PLACE: PROBLEM; expected EXPECTED (FIX)`.
  public var description: String {
    var text = place.map { "\($0): " } ?? ""
    text += problem
    if let expected { text += "; expected \(expected)" }
    if let fix { text += " (\(fix))" }
    return text
  }

  /// The same error at a place, unless it already has one.
  public func at(_ place: @autoclosure () -> String) -> ApusError {
    guard self.place == nil else { return self }
    var error = self
    error.place = place()
    return error
  }
}
