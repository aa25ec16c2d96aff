package import ApusCore

/// The form in which a setting's values are written, on the command line and in a file: what help, articles and forms
/// say of it, and how a flag's text becomes the value that a file would hold.
public struct SettingForm: Sendable {
  public enum Kind: Sendable, Equatable {
    case yesNo, count, number, text, choice
    /// A named thing, or a name with parameters.
    case item
    /// Several of them, one after the other.
    case items
    /// Texts or numbers, separated by commas.
    case list
    /// Anything else, as YAML in brackets.
    case value
  }

  public var kind: Kind
  /// The placeholder for the value in help: `n`, `name`, `file.yaml`.
  public var placeholder: String
  /// A description of valid values, for errors and articles: "a whole number, 1 or more".
  public var expected: String
  /// The names that a value may be; empty where any text may stand.
  public var names: [String] = []
  /// The ends of a number's range, where it has any.
  public var lower: Double?
  public var upper: Double?
  /// A Boolean value that indicates whether text after the flag is the value even where it looks like another flag: a
  /// negative number, a mark.
  public var takesAnyText = false
  /// The extensions of the files whose path is meant; nil where the value isn't a path.
  public var files: [String]?
  /// A function that turns a flag's text, or the texts of a flag that is given several times, into a value.
  package let parse: @Sendable ([String]) throws(ApusError) -> JSONValue

  /// - Parameter parse: how a flag's texts become the value that a file would hold.
  package init(
    _ kind: Kind, _ placeholder: String, expected: String, names: [String] = [],
    parse: @escaping @Sendable ([String]) throws(ApusError) -> JSONValue
  ) {
    (self.kind, self.placeholder, self.expected, self.names) = (kind, placeholder, expected, names)
    self.parse = parse
    takesAnyText = kind == .count || kind == .number
  }
}
