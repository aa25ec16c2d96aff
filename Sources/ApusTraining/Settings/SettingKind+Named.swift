public import ApusCore

extension SettingForm {
  /// One item of a table, or several.
  static func named<Item>(_ kind: Kind, _ table: NameTable<Item>) -> SettingForm {
    named(kind, table.kind, names: table.names) { (name) throws(ApusError) in
      try table.parameterNames(of: name)
    }
  }

  /// - Parameter parameters: of a name, in their order.
  static func named(
    _ kind: Kind, _ what: String, names: [String],
    parameters: @escaping @Sendable (String) throws(ApusError) -> [String]
  ) -> SettingForm {
    SettingForm(
      kind, kind == .item ? "name" : "names", expected: kind == .item ? "one \(what)" : "\(what)s",
      names: names
    ) { (texts) throws(ApusError) in
      let items = try CallSyntax.parse(texts.joined(separator: ", "), parameters: parameters)
      guard let first = items.first else {
        throw ApusError("a \(what) is missing", expected: names.joined(separator: ", "))
      }
      if kind == .items { return items.count == 1 && first.arrayValue != nil ? first : .array(items) }
      guard items.count == 1 else {
        throw ApusError("\(items.count) \(what)s", expected: "one of \(names.joined(separator: ", "))")
      }
      return first
    }
  }
}

extension SettingKind {
  /// An item of a table.
  public static func item(_ table: NameTable<Value>) -> SettingKind {
    SettingKind(
      .named(.item, table),
      read: { (json, vocabulary) throws(ApusError) in try table.item(json, in: vocabulary) },
      write: { table.configuration(of: $0) },
      // A program's own item is in no table.
      check: { (value) throws(ApusError) in try table.validate(value) })
  }

  /// Several items of a table, one after the other.
  public static func items<Item>(_ table: NameTable<Item>) -> SettingKind where Value == [Item] {
    let item = SettingKind<Item>.item(table)
    return SettingKind(
      .named(.items, table),
      read: { (json, vocabulary) throws(ApusError) in
        var items: [Item] = []
        for value in json.arrayValue ?? [json] { items.append(try item.read(value, vocabulary)) }
        return items
      },
      write: { .array($0.map(item.write)) },
      check: { (items) throws(ApusError) in for value in items { try item.check(value) } })
  }

  /// Several of a family, one after the other, as one value: a schedule, a network. A single one stands for itself.
  ///
  /// - Parameters:
  ///   - what: what one is called, as in "layer".
  ///   - names: those that help lists.
  ///   - named: the value, as what it is to every family.
  public static func sequence(
    _ what: String, _ names: [String],
    read: @escaping @Sendable (JSONValue, Vocabulary) throws(ApusError) -> Value,
    named: @escaping @Sendable (Value) -> any Named
  ) -> SettingKind {
    let list = SettingForm.named(.items, what, names: names) { (name) throws(ApusError) in
      named(try read(.string(name), .standard)).parameterNames
    }
    return SettingKind(
      SettingForm(.items, list.placeholder, expected: list.expected, names: names) {
        (texts) throws(ApusError) in
        let items = try list.parse(texts)
        return items.arrayValue?.count == 1 ? items.arrayValue![0] : items
      },
      read: read, write: { named($0).configuration },
      check: { (value) throws(ApusError) in try named(value).validate() })
  }

  /// Anything that reads and writes itself, as YAML in brackets.
  public static func value(
    _ placeholder: String, expected: String,
    check: @escaping @Sendable (Value) throws(ApusError) -> Void = { (_) throws(ApusError) in }
  ) -> SettingKind where Value: Codable {
    SettingKind(
      SettingForm(.value, placeholder, expected: expected) { (texts) throws(ApusError) in
        try CallSyntax.value(texts.last ?? "")
      },
      read: { json throws(ApusError) in
        let value: Value
        do throws(ApusError) {
          value = try JSONCoding.decode(Value.self, from: json, name: "")
        } catch {
          // The setting's own place is better than one within the value.
          throw ApusError(error.problem, expected: error.expected ?? expected, fix: error.fix)
        }
        try check(value)
        return value
      },
      write: { (try? JSONCoding.encode($0)) ?? .null })
  }
}
