/// One family of named things: a prototype of each item, whose values are the defaults.
///
/// ```swift
/// let table = NameTable<any Loss>("loss", [HingeLoss(), HuberLoss()]) named: { $0 }, remake: { try $0.with($1) }
/// ```
public struct NameTable<Item: Sendable>: Sendable {
  /// The kind of item, as errors name it: `"activation"`.
  public let kind: String
  public let prototypes: [Item]
  /// A conversion to what the family's items have in common with those of others: Swift does not let a type parameter
  /// stand for a protocol.
  private let named: @Sendable (Item) -> any Named
  private let remake: @Sendable (Item, ItemParameters) throws(ApusError) -> Item

  /// - Parameters:
  ///   - named: the item, as what it is to every family.
  ///   - remake: an item like another, of its type, with other parameters.
  package init(
    _ kind: String, _ prototypes: [Item], named: @escaping @Sendable (Item) -> any Named,
    remake: @escaping @Sendable (Item, ItemParameters) throws(ApusError) -> Item
  ) {
    self.kind = kind
    self.prototypes = prototypes
    self.named = named
    self.remake = remake
  }

  /// The prototypes, as what they are to every family.
  public var items: [any Named] { prototypes.map(named) }

  public var names: [String] { items.map { type(of: $0).name } }

  /// The prototype of a name, upper and lower case and hyphens apart.
  ///
  /// - Throws: an error with the nearest name; one for a name that the vocabulary and the table have.
  public func prototype(named name: String, in vocabulary: Vocabulary = .standard) throws(ApusError) -> Item {
    if let item = try find(name, vocabulary) { return item }
    if let current = OlderSpellings.current(name, kind: kind), let item = try find(current, vocabulary) {
      return item
    }
    let known = names + vocabulary.prototypes(of: Item.self).map { type(of: named($0)).name }
    throw ApusError(
      "unknown \(kind) “\(name)”", expected: known.joined(separator: ", "),
      fix: Spelling.suggestion(for: name, in: known)
        ?? OlderSpellings.nearest(to: name, kind: kind).map { "did you mean “\($0)”?" })
  }

  private func find(_ name: String, _ vocabulary: Vocabulary) throws(ApusError) -> Item? {
    let wanted = simplified(name)
    func isNamed(_ item: Item) -> Bool {
      let type = type(of: named(item))
      return ([type.name] + type.otherNames).contains { simplified($0) == wanted }
    }
    let found = prototypes.filter(isNamed) + vocabulary.prototypes(of: Item.self).filter(isNamed)
    guard found.count < 2 else {
      throw ApusError(
        "two of the \(kind) names are “\(name)”: \(found.map { "\(type(of: named($0)))" }.joined(separator: " and "))",
        fix: "give your own type another `name`")
    }
    return found.first
  }

  /// An item from its description: `"relu"`, or `{"leakyReLU": {"slope": 0.1}}`; parameters that are not given
  /// have their defaults. `"resnet-20"` is `{"resnet": 20}`.
  ///
  /// - Parameter vocabulary: items of your own, besides those of the table.
  /// - Throws: an error that names an unknown item or parameter, with the nearest name, or a wrong value.
  public func item(_ description: JSONValue, in vocabulary: Vocabulary = .standard) throws(ApusError) -> Item
  {
    switch description {
    case .string(let name):
      if let (known, number) = numbered(name, vocabulary) {
        return try item(known, parameters: .integer(number), in: vocabulary)
      }
      return try prototype(named: name, in: vocabulary)
    case .object(let members) where members.count == 1:
      return try item(members[0].key, parameters: members[0].value, in: vocabulary)
    default:
      throw ApusError(
        "a \(kind) is a name, or a name with its parameters", expected: names.joined(separator: ", "))
    }
  }

  /// A known name and the number behind its hyphen; nil for a name that is known as it is.
  private func numbered(_ name: String, _ vocabulary: Vocabulary) -> (name: String, number: Int)? {
    guard let hyphen = name.lastIndex(of: "-"), let number = Int(name[name.index(after: hyphen)...]),
      (try? prototype(named: name, in: vocabulary)) == nil
    else { return nil }
    let known = String(name[..<hyphen])
    return (try? prototype(named: known, in: vocabulary)).map { _ in (known, number) }
  }

  public func item(
    _ name: String, parameters: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> Item {
    try remake(
      prototype(named: name, in: vocabulary),
      ItemParameters(values: parameters, kind: kind, vocabulary: vocabulary))
  }

  /// Checks an item's parameters.
  ///
  /// - Throws: an error that names the parameter, its value and what was expected.
  public func validate(_ item: Item) throws(ApusError) { try named(item).validate() }

  /// Returns the description that ``item(_:in:)`` reads: the name, with the parameters that differ from the prototype's.
  public func configuration(of item: Item) -> JSONValue { named(item).configuration(beside: items) }

  /// The names of an item's parameters, in the order in which they are declared.
  ///
  /// - Throws: for an unknown item, with the nearest name.
  public func parameterNames(
    of name: String, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> [String] {
    named(try prototype(named: name, in: vocabulary)).parameterNames
  }
}

/// The parameters that a description gives an item.
package struct ItemParameters: Sendable {
  let values: JSONValue
  let kind: String
  let vocabulary: Vocabulary
}
