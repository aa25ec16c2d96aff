public import ApusCore

/// The origin of a run's setting, and the reason for it: `training.batch 32: the default of mlp for 150 rows`.
public struct Reason: Sendable, Equatable, CustomStringConvertible {
  /// With its section: `training.batch`.
  public let key: String
  public let value: JSONValue
  /// The flag, the file's key, or why it was chosen.
  public let why: String

  public var description: String {
    "\(key) \(value.stringValue ?? value.text(sortsKeys: false)): \(why)"
  }
}
