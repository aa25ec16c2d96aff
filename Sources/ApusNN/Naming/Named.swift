public import ApusCore

/// Something that has a name in configuration files, on the command line and in tables: a layer, an activation,
/// a loss, an optimizer, a schedule, an initializer, a metric.
///
/// Its stored properties are its parameters; `init()` gives their defaults. Everything else follows: reading
/// and writing, help, and the refusal of unknown parameters.
public protocol Named: Sendable, Codable, Equatable {
  /// The name, in lower camel case: `"leakyReLU"`.
  static var name: String { get }
  /// The formula, and the paper or MISSION row that it comes from.
  static var formula: String { get }
  /// The defaults.
  init()
  /// The description that ``NameTable/item(_:)`` reads: a name, or a name with the parameters that differ from
  /// their defaults.
  var configuration: JSONValue { get }
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
    if let item = items.first(where: { simplified($0.name) == simplified(name) }) { return item }
    throw ApusError(
      "unknown \(kind) “\(name)”", expected: names.joined(separator: ", "),
      fix: nearest(name, names).map { "did you mean “\($0)”?" })
  }

  /// An item from its description: `"relu"`, or `{"leakyReLU": {"slope": 0.1}}`; parameters that are not given
  /// have their defaults.
  ///
  /// - Throws: an error that names an unknown item or parameter, with the nearest name, or a wrong value.
  public func item(_ description: JSONValue) throws(ApusError) -> any Named {
    switch description {
    case .string(let name):
      return try type(named: name).init()
    case .object(let members) where members.count == 1:
      return try item(members.first!.key, parameters: members.first!.value)
    default:
      throw ApusError("a \(kind) is a name, or a name with its parameters", expected: names.joined(separator: ", "))
    }
  }

  public func item(_ name: String, parameters: JSONValue) throws(ApusError) -> any Named {
    try make(type(named: name), parameters)
  }

  private func make<Item: Named>(_ type: Item.Type, _ parameters: JSONValue) throws(ApusError) -> Item {
    let defaults = Item.defaults
    var merged = defaults
    switch parameters {
    case .null: break
    case .object(let given):
      for (key, value) in given {
        guard defaults[key] != nil || type.optionalParameters.contains(key) else {
          let known = defaults.keys.sorted()
          throw ApusError(
            "\(kind) \(type.name) has no parameter “\(key)”",
            expected: known.isEmpty ? "no parameters" : known.joined(separator: ", "),
            fix: nearest(key, known).map { "did you mean “\($0)”?" })
        }
        merged[key] = value
      }
    default:
      // A single value is the only or the first parameter.
      guard let key = type.positionalParameters.first ?? (defaults.count == 1 ? defaults.keys.first : nil) else {
        throw ApusError("the parameters of \(kind) \(type.name) need names", expected: defaults.keys.sorted().joined(separator: ", "))
      }
      merged[key] = parameters
    }
    do {
      return try JSONValue.object(merged).decode(type)
    } catch let error as ApusError {
      throw error
    } catch {
      throw ApusError(
        "the parameters of \(kind) \(type.name) do not fit: \((try? parameters.text()) ?? "")",
        expected: defaults.sorted { $0.key < $1.key }.map { "\($0.key): \((try? $0.value.text()) ?? "")" }
          .joined(separator: ", "))
    }
  }
}

extension Named {
  /// The parameters' names and default values.
  public static var defaults: [String: JSONValue] {
    guard case .object(let members)? = try? JSONValue(encoding: Self()) else { return [:] }
    return members
  }

  /// Parameters that are nil by default, which `defaults` therefore lacks.
  public static var optionalParameters: Set<String> {
    Set(Mirror(reflecting: Self()).children.compactMap(\.label))
  }

  /// The parameters in the order in which they are declared: `step(100, 0.5)`.
  public static var positionalParameters: [String] {
    Mirror(reflecting: Self()).children.compactMap(\.label)
  }

  public var configuration: JSONValue {
    guard case .object(let members)? = try? JSONValue(encoding: self) else { return .string(Self.name) }
    let changed = members.filter { Self.defaults[$0.key] != $0.value }
    return changed.isEmpty ? .string(Self.name) : .object([Self.name: .object(changed)])
  }
}

private func simplified(_ name: String) -> String {
  String(name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " })
}

/// The candidate with the smallest edit distance, unless it is far off.
public func nearest(_ name: String, _ candidates: [String]) -> String? {
  let scored = candidates.map { ($0, editDistance(simplified(name), simplified($0))) }
  guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(2, name.count / 2) else { return nil }
  return best.0
}

/// Insertions, deletions and replacements that turn one text into the other (Levenshtein).
private func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let substitution = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}

enum ApusJSON {
  static func error(_ text: String) -> ApusError {
    ApusError("not JSON: “\(text.prefix(60))\(text.count > 60 ? "…" : "")”")
  }
}
