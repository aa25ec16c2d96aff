/// Something that has a name in configuration files, on the command line and in tables: a layer, an activation,
/// a loss, an optimizer, a schedule, an initializer, a metric.
///
/// Its stored properties are its parameters; `init()` gives their defaults. Everything else follows: reading
/// and writing, help, and the refusal of unknown parameters.
public protocol Named: Sendable, Codable, Equatable {
  /// The name, in lower camel case: `"leakyReLU"`.
  static var name: String { get }
  /// Other names that are read as this one: `["silu"]`.
  static var otherNames: [String] { get }
  /// The formula, and the paper or MISSION row that it comes from.
  static var formula: String { get }
  /// The defaults.
  init()
  /// The description that ``NameTable/item(_:)`` reads: a name, or a name with the parameters that differ from
  /// their defaults.
  var configuration: JSONValue { get }
  /// Whether the parameters make sense; descriptions that are read are checked.
  ///
  /// - Throws: an error that names the parameter, its value and what was expected.
  func validate() throws(ApusError)
}

extension Named {
  public static var otherNames: [String] { [] }
  public func validate() throws(ApusError) {}

  /// Refuses a parameter that is outside its range.
  package func require(_ holds: Bool, _ parameter: String, _ value: some Any, _ expected: String)
    throws(ApusError)
  {
    guard !holds else { return }
    throw ApusError("\(parameter) of \(Self.name) is \(value)", expected: expected)
  }
}

/// One family of named things, as its table lists them.
public struct NameTable: Sendable {
  /// What one is called in errors: `"activation"`.
  public let kind: String
  public let items: [any Named.Type]

  public init(_ kind: String, _ items: [any Named.Type]) {
    self.kind = kind
    self.items = items
  }

  public var names: [String] { items.map { $0.name } }

  /// The type with a name, upper and lower case and hyphens apart.
  ///
  /// - Throws: an error with the nearest name.
  public func type(named name: String) throws(ApusError) -> any Named.Type {
    if let item = item(named: name) { return item }
    if let current = OlderSpellings.current(name, kind: kind), let item = item(named: current) { return item }
    throw ApusError(
      "unknown \(kind) “\(name)”", expected: names.joined(separator: ", "),
      fix: Spelling.suggestion(for: name, in: names)
        ?? OlderSpellings.nearest(to: name, kind: kind).map { "did you mean “\($0)”?" })
  }

  private func item(named name: String) -> (any Named.Type)? {
    let wanted = simplified(name)
    return items.first { ([$0.name] + $0.otherNames).contains { simplified($0) == wanted } }
  }

  /// An item from its description: `"relu"`, or `{"leakyReLU": {"slope": 0.1}}`; parameters that are not given
  /// have their defaults. `"resnet-20"` is `{"resnet": 20}`.
  ///
  /// - Throws: an error that names an unknown item or parameter, with the nearest name, or a wrong value.
  public func item(_ description: JSONValue) throws(ApusError) -> any Named {
    switch description {
    case .string(let name):
      if let (known, number) = numbered(name) { return try item(known, parameters: .integer(number)) }
      return try type(named: name).init()
    case .object(let members) where members.count == 1:
      return try item(members[0].key, parameters: members[0].value)
    default:
      throw ApusError(
        "a \(kind) is a name, or a name with its parameters", expected: names.joined(separator: ", "))
    }
  }

  /// A known name and the number behind its hyphen; nil for a name that is known as it is.
  private func numbered(_ name: String) -> (name: String, number: Int)? {
    guard let hyphen = name.lastIndex(of: "-"), let number = Int(name[name.index(after: hyphen)...]),
      (try? type(named: name)) == nil
    else { return nil }
    let known = String(name[..<hyphen])
    return (try? type(named: known)).map { _ in (known, number) }
  }

  public func item(_ name: String, parameters: JSONValue) throws(ApusError) -> any Named {
    try make(type(named: name), parameters)
  }

  private func make<Item: Named>(_ type: Item.Type, _ parameters: JSONValue) throws(ApusError) -> Item {
    let known = type.parameterNames
    var given: [String: JSONValue] = [:]
    switch parameters {
    case .null: break
    case .object(let members):
      for member in members {
        guard known.contains(member.key) else {
          throw ApusError(
            "\(kind) \(type.name) has no parameter “\(member.key)”",
            expected: known.isEmpty ? "no parameters" : known.joined(separator: ", "),
            fix: Spelling.suggestion(for: member.key, in: known))
        }
        given[member.key] = member.value
      }
    default:
      // A single value is the first parameter.
      guard let first = known.first else {
        throw ApusError("\(kind) \(type.name) has no parameters", expected: "its name alone")
      }
      given[first] = parameters
    }
    let defaults = Item().parameters
    let merged = known.compactMap { key in
      (given[key] ?? defaults[key]).map { JSONMember(key, $0) }
    }
    let item = try JSONCoding.decode(type, from: .object(merged), name: "\(kind) \(type.name)")
    try item.validate()
    return item
  }
}

extension Named {
  /// The parameters' names in the order in which they are declared: `step(100, 0.5)`.
  public static var parameterNames: [String] {
    Mirror(reflecting: Self()).children.compactMap(\.label)
  }

  /// The parameters by name; those that are nil are not among them.
  public var parameters: [String: JSONValue] {
    guard case .object(let members)? = try? JSONCoding.encode(self) else { return [:] }
    return Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
  }

  public var configuration: JSONValue {
    let (parameters, defaults) = (parameters, Self().parameters)
    let named = Self.parameterNames.compactMap { name in
      parameters[name].flatMap {
        $0 == defaults[name] && !CompleteDescription.isAsked ? nil : JSONMember(name, $0)
      }
    }
    return named.isEmpty ? .string(Self.name) : .object([JSONMember(Self.name, .object(named))])
  }

  /// The description with every parameter, at any depth: what files hold, so that a default of a later version changes no
  /// old model.
  package var completeConfiguration: JSONValue {
    CompleteDescription.$isAsked.withValue(true) { configuration }
  }
}

/// Items within items describe themselves through their coding, which has no place for a parameter.
private enum CompleteDescription {
  @TaskLocal static var isAsked = false
}

func simplified(_ name: String) -> String {
  String(name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " })
}
