public import ApusCore

/// A section of settings, all of them optional: what is nil is left to whoever reads it.
///
/// Its ``settings`` are the one table from which everything else follows. Sections lie over one another (``overlay(_:)``):
/// a family's defaults, a file, flags, a trial of a search.
public protocol SettingGroup: Sendable, Codable, Equatable, CustomStringConvertible {
  /// The section's name in a file.
  static var section: String { get }
  static var settings: [Setting<Self>] { get }
  /// Nothing given.
  init()
}

extension SettingGroup {
  /// - Parameters:
  ///   - json: values by their keys; null is nothing given.
  ///   - vocabulary: a user's named things, besides those of the tables.
  ///   - place: where a key stands, for errors; the key with its section when nil.
  /// - Throws: when a key is not known, with the nearest one; when a value is of another type or out of its range; when
  ///   two settings are given of which only one may be.
  public init(
    json: JSONValue, in vocabulary: Vocabulary = .standard,
    at place: (String) -> String = { "\(Self.section).\($0)" }
  ) throws(ApusError) {
    self.init()
    if json == .null { return }
    guard case .object(let members) = json else {
      throw ApusError(
        "“\(Self.section)” is a section", expected: Self.settings.map(\.name).joined(separator: ", "))
    }
    for member in members {
      guard let named = Self.settings.first(where: { $0.name == member.key }) else {
        throw Self.unknown(member.key)
      }
      // A list is what a flag is that is given several times.
      let setting = if case .array = member.value { named.whenRepeated ?? named } else { named }
      if setting.name != named.name, members.contains(where: { $0.key == setting.name }) {
        throw ApusError(
          "\(setting.name) is given too", at: place(member.key), expected: "one of the two",
          fix: "leave one of the two out")
      }
      do throws(ApusError) {
        try setting.set(&self, member.value, vocabulary)
      } catch {
        throw error.at(place(member.key))
      }
    }
    try checkTogether(place)
  }

  /// Checks every value's range, and that there is no more than one of those of which one may be given.
  ///
  /// - Parameter place: where a setting was given, by its name, for errors.
  /// - Throws: when one is out of its range, or two are given of which only one may be.
  public func check(at place: (String) -> String = { "\(Self.section).\($0)" }) throws(ApusError) {
    try checkRanges(at: place)
    try checkTogether(place)
  }

  /// Checks every value's range.
  package func checkRanges(at place: (String) -> String = { "\(Self.section).\($0)" }) throws(ApusError) {
    for setting in Self.settings {
      do throws(ApusError) {
        try setting.check(self)
      } catch {
        throw error.at(place(setting.name))
      }
    }
  }

  private func checkTogether(_ place: (String) -> String) throws(ApusError) {
    for setting in Self.given(self) {
      let others = Self.settings.filter { setting.instead.contains($0.path) }
      guard let other = others.first(where: { $0.value(self) != nil }) else { continue }
      // Without the file, which the place names.
      let name = place(other.name).split(separator: ", ").last ?? ""
      throw ApusError(
        "\(name) is given too", at: place(setting.name), expected: "one of the two",
        fix: "leave one of the two out")
    }
  }

  /// The settings that have a value, in the table's order.
  package static func given(_ group: Self) -> [Setting<Self>] {
    settings.filter { $0.value(group) != nil }
  }

  static func unknown(_ name: String) -> ApusError {
    let keys = settings.map(\.key)
    return ApusError(
      "unknown key “\(section).\(name)”", expected: keys.joined(separator: ", "),
      fix: Spelling.suggestion(for: "\(section).\(name)", in: keys))
  }

  /// This with what another says in the place of what this says; what the other leaves open stays.
  public func overlay(_ upper: Self) -> Self {
    var result = self
    let given = Self.given(upper)
    // First what is ended below, so that whatever the layer itself gives beside it stays.
    for setting in given {
      for other in Self.settings
      where setting.instead.contains(other.path) || setting.ends.contains(other.path) {
        other.copy(&result, Self())
      }
    }
    for setting in given { setting.copy(&result, upper) }
    return result
  }

  /// The values by their keys; what is nil is not among them.
  public var json: JSONValue {
    .object(Self.settings.compactMap { setting in setting.value(self).map { JSONMember(setting.name, $0) } })
  }

  /// The values by their keys, as in `learningRate: 0.01, epochs: 50`.
  public var description: String {
    (json.objectValue ?? []).map { "\($0.key): \($0.value.stringValue ?? $0.value.text(sortsKeys: false))" }
      .joined(separator: ", ")
  }

  public static func == (a: Self, b: Self) -> Bool {
    settings.allSatisfy { $0.value(a) == $0.value(b) }
  }

  public init(from decoder: any Decoder) throws {
    try self.init(json: JSONValue(from: decoder), in: decoder.vocabulary)
  }

  public func encode(to encoder: any Encoder) throws {
    try json.encode(to: encoder)
  }

  /// The setting that a property holds.
  package static func setting(_ path: PartialKeyPath<Self>) -> Setting<Self>? {
    settings.first { $0.path == path }
  }
}
