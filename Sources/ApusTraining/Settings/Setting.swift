package import ApusCore

/// A setting, once: what flags, help, keys of files, articles, forms and checks say of it.
public struct Setting<Group: SettingGroup>: Sendable {
  /// Its key in a file, as in `learningRate`.
  public let name: String
  /// A description of what it sets, as a sentence.
  public let help: String
  /// The value that holds unless one is given, as in "chosen from the number of rows"; empty where none does.
  public let unlessGiven: String
  public let form: SettingForm
  /// The property that holds it.
  public let path: any PartialKeyPath<Group> & Sendable
  /// Settings of which only one may be given: this one takes their place.
  let instead: [any PartialKeyPath<Group> & Sendable]
  /// Settings of layers below that this one ends, though they may be given beside it.
  let ends: [any PartialKeyPath<Group> & Sendable]
  private let ownFlag: String?
  private let severally: (any PartialKeyPath<Group> & Sendable)?

  /// The value as a file holds it; nil where it isn't given.
  package let value: @Sendable (Group) -> JSONValue?
  /// - Throws: when the value is of another type or out of its range.
  let set: @Sendable (inout Group, JSONValue, Vocabulary) throws(ApusError) -> Void
  /// - Throws: when a program's value is out of its range.
  let check: @Sendable (Group) throws(ApusError) -> Void
  /// Takes the other's value, nil too.
  let copy: @Sendable (inout Group, Group) -> Void

  /// - Parameters:
  ///   - flag: where the flag is not called like the key; empty where there is none.
  ///   - instead: settings of which only one may be given.
  ///   - ends: settings of layers below that this one ends.
  ///   - severally: the setting that is meant where the flag is given several times.
  public init<Value>(
    _ name: String, _ path: any WritableKeyPath<Group, Value?> & Sendable, _ kind: SettingKind<Value>,
    _ help: String, unlessGiven: String = "", flag: String? = nil,
    instead: [any PartialKeyPath<Group> & Sendable] = [], ends: [any PartialKeyPath<Group> & Sendable] = [],
    severally: (any PartialKeyPath<Group> & Sendable)? = nil
  ) {
    (self.name, self.help, self.unlessGiven) = (name, help, unlessGiven)
    (self.form, self.path, ownFlag) = (kind.form, path, flag)
    (self.instead, self.ends, self.severally) = (instead, ends, severally)
    value = { group in group[keyPath: path].map(kind.write) }
    set = { (group, json, vocabulary) throws(ApusError) in
      group[keyPath: path] = json == .null ? nil : try kind.read(json, vocabulary)
    }
    check = { (group) throws(ApusError) in
      if let value = group[keyPath: path] { try kind.check(value) }
    }
    copy = { group, other in group[keyPath: path] = other[keyPath: path] }
  }

  /// The key with its section: `training.learningRate`.
  public var key: String { "\(Group.section).\(name)" }

  /// The flag's name without its hyphens, as in `learning-rate`; nil where there is none.
  public var flag: String? {
    if let ownFlag { return ownFlag.isEmpty ? nil : ownFlag }
    return name.reduce(into: "") { text, letter in
      text += letter.isUppercase ? "-\(letter.lowercased())" : "\(letter)"
    }
  }

  /// The setting that is meant where the flag is given several times, if it is another.
  package var whenRepeated: Setting? { severally.flatMap { Group.setting($0) } }

  /// The title in a form: `Learning rate`.
  public var title: String {
    let words = name.reduce(into: "") { text, letter in
      text += letter.isUppercase ? " \(letter.lowercased())" : "\(letter)"
    }
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
