/// Something that has a name in configuration files, on the command line and in tables: a layer, an activation,
/// a loss, an optimizer, a schedule, an initializer, a metric.
///
/// Its stored properties are its parameters; everything else follows: reading and writing, help, and the refusal of
/// unknown parameters. The parameters' defaults are those of a prototype, which stands in the family's ``NameTable`` or in a
/// user's ``Vocabulary``.
public protocol Named: Sendable, Codable, Equatable {
  /// The name, in lower camel case: `"leakyReLU"`; that of the type with a small first letter unless given.
  static var name: String { get }
  /// Other names that are read as this one: `["silu"]`.
  static var otherNames: [String] { get }
  /// The formula, and the paper that it comes from; empty unless given.
  static var formula: String { get }
  /// The items of the family's table, whose values are the defaults.
  static var prototypes: [any Named] { get }
  /// A Boolean value that indicates whether an item is written as the list that it encodes itself as, without its name.
  static var isList: Bool { get }
  /// Checks that the parameters make sense; descriptions that are read are checked.
  ///
  /// - Throws: an error that names the parameter, its value and what was expected.
  func validate() throws(ApusError)
}

extension Named {
  public static var name: String {
    let type = "\(Self.self)"
    return type.prefix(1).lowercased() + type.dropFirst()
  }
  public static var otherNames: [String] { [] }
  public static var formula: String { "" }
  public static var prototypes: [any Named] { [] }
  public static var isList: Bool { false }
  public func validate() throws(ApusError) {}

  /// Compares names and parameters: what holds items of any type need not write it.
  public static func == (left: Self, right: Self) -> Bool { left.configuration == right.configuration }

  /// Refuses a parameter that is outside its range.
  package func require(_ holds: Bool, _ parameter: String, _ value: some Any, _ expected: String)
    throws(ApusError)
  {
    guard !holds else { return }
    throw ApusError("\(parameter) of \(Self.name) is \(value)", expected: expected)
  }
}

extension Named {
  /// The parameters' names in the order in which they are declared: `step(100, 0.5)`.
  public var parameterNames: [String] { Mirror(reflecting: self).children.compactMap(\.label) }

  /// The parameters by name; those that are nil are not among them.
  public var parameters: [String: JSONValue] {
    guard case .object(let members)? = try? encoded(leavesOutDefaults: true) else { return [:] }
    return Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
  }

  /// The description that a table reads: the name, with the parameters that differ from their defaults.
  public var configuration: JSONValue {
    configuration(beside: Self.prototypes)
  }

  /// Returns the description with the parameters that differ from those of the prototype of the same type.
  func configuration(beside prototypes: [any Named]) -> JSONValue {
    let defaults = prototypes.first { type(of: $0) == Self.self }?.parameters ?? [:]
    return (try? description(leavesOutDefaults: true, defaults)) ?? .string(Self.name)
  }

  /// The description with every parameter, at any depth: what files hold, so that a default of a later version changes no
  /// old model.
  ///
  /// - Throws: for a parameter that is infinite or not a number.
  package func completeConfiguration() throws(ApusError) -> JSONValue {
    try description(leavesOutDefaults: false, [:])
  }

  /// Writes the name and the parameters: how an item stands within another one. All parameters are written unless the
  /// encoder's `userInfo` says that defaults are left out.
  ///
  /// - Throws: what the coder throws, and for a parameter that is infinite or not a number.
  public func encodeDescription(to encoder: any Encoder) throws {
    let leavesOut = encoder.userInfo[.leavesOutDefaults] as? Bool ?? false
    let description = leavesOut ? configuration : try completeConfiguration()
    try description.encode(to: encoder)
  }

  private func encoded(leavesOutDefaults: Bool) throws(ApusError) -> JSONValue {
    try JSONCoding.encode(self, userInfo: [.leavesOutDefaults: leavesOutDefaults])
  }

  private func description(
    leavesOutDefaults: Bool, _ defaults: [String: JSONValue]
  ) throws(ApusError) -> JSONValue {
    let value = try encoded(leavesOutDefaults: leavesOutDefaults)
    guard case .object(let members) = value else {
      return Self.isList ? value : .object([JSONMember(Self.name, value)])
    }
    let named = members.filter { $0.value != defaults[$0.key] }
    return named.isEmpty ? .string(Self.name) : .object([JSONMember(Self.name, .object(named))])
  }

  /// Returns an item like this one with the parameters that a description gives.
  ///
  /// - Throws: for an unknown parameter, with the nearest name, or a wrong value.
  package func with(_ parameters: ItemParameters) throws(ApusError) -> Self {
    let (given, kind) = (parameters.values, parameters.kind)
    var whole = given
    // An item that is coded as a list of others has no parameters with names.
    if case .object(let defaults) = try JSONCoding.encode(self) {
      whole = .object(try merged(given, into: defaults, kind))
    }
    let item = try JSONCoding.decode(
      Self.self, from: whole, name: "\(kind) \(Self.name)", userInfo: [.vocabulary: parameters.vocabulary])
    try item.validate()
    return item
  }

  private func merged(
    _ given: JSONValue, into defaults: [JSONMember], _ kind: String
  ) throws(ApusError) -> [JSONMember] {
    let known = parameterNames
    var values = Dictionary(defaults.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    switch given {
    case .null: break
    case .object(let members):
      for member in members {
        let key = OlderSpellings.parameter(member.key, among: known) ?? member.key
        guard known.contains(key) else {
          throw ApusError(
            "\(kind) \(Self.name) has no parameter “\(member.key)”",
            expected: known.isEmpty ? "no parameters" : known.joined(separator: ", "),
            fix: Spelling.suggestion(for: member.key, in: known))
        }
        values[key] = member.value
      }
    default:
      // A single value is the first parameter.
      guard let first = known.first else {
        throw ApusError("\(kind) \(Self.name) has no parameters", expected: "its name alone")
      }
      values[first] = given
    }
    return known.compactMap { key in values[key].map { JSONMember(key, $0) } }
  }
}

extension CodingUserInfoKey {
  /// A key that indicates whether named items within others are written without the parameters that have their
  /// defaults.
  static let leavesOutDefaults = CodingUserInfoKey(rawValue: "apus.leavesOutDefaults")!
}

func simplified(_ name: String) -> String {
  String(name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " })
}
