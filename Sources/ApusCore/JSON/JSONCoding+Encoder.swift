/// A value that is being built.
final class EncodingTarget {
  enum Content {
    case nothing
    case single(JSONValue)
    case array([EncodingTarget])
    case object([(key: String, target: EncodingTarget)])
  }

  var content = Content.nothing

  var value: JSONValue {
    switch content {
    case .nothing: .object([])
    case .single(let value): value
    case .array(let targets): .array(targets.map(\.value))
    case .object(let members): .object(members.map { JSONMember($0.key, $0.target.value) })
    }
  }

  func child(_ key: String) -> EncodingTarget {
    var members: [(key: String, target: EncodingTarget)] = []
    if case .object(let present) = content { members = present }
    // Held once, the array grows in place: else each of many children would copy those before it.
    content = .nothing
    let child = EncodingTarget()
    members.removeAll { $0.key == key }
    members.append((key, child))
    content = .object(members)
    return child
  }

  func child() -> EncodingTarget {
    var targets: [EncodingTarget] = []
    if case .array(let present) = content { targets = present }
    content = .nothing
    let child = EncodingTarget()
    targets.append(child)
    content = .array(targets)
    return child
  }

  var count: Int { if case .array(let targets) = content { targets.count } else { 0 } }
}

struct ValueEncoder: Encoder {
  let target: EncodingTarget
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(target: EncodingTarget = EncodingTarget(), codingPath: [any CodingKey]) {
    self.target = target
    self.codingPath = codingPath
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .nothing = target.content { target.content = .object([]) }
    return KeyedEncodingContainer(Keyed(target: target, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .nothing = target.content { target.content = .array([]) }
    return Unkeyed(target: target, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    Single(target: target, codingPath: codingPath)
  }

  /// What JSON writes directly; everything else encodes itself.
  static func encode(_ value: some Encodable, to target: EncodingTarget, _ path: [any CodingKey]) throws {
    switch value {
    case let value as Bool: target.content = .single(.bool(value))
    case let value as String: target.content = .single(.string(value))
    case let value as any BinaryInteger: target.content = .single(.number("\(value)"))
    case let value as Double: target.content = .single(try number(value, "\(value)", path))
    case let value as Float: target.content = .single(try number(Double(value), "\(value)", path))
    default: try value.encode(to: ValueEncoder(target: target, codingPath: path))
    }
  }

  private static func number(_ value: Double, _ text: String, _ path: [any CodingKey]) throws -> JSONValue {
    guard value.isFinite else {
      throw ApusError(
        "\(value) cannot be written as JSON", at: path.map(\.stringValue).joined(separator: "."))
    }
    // Minus zero keeps its sign.
    return .number(value == value.rounded() && abs(value) < 1e15 && value != 0 ? shortText(value) : text)
  }

  private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let target: EncodingTarget
    let codingPath: [any CodingKey]

    mutating func encodeNil(forKey key: Key) { target.child(key.stringValue).content = .single(.null) }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
      try ValueEncoder.encode(value, to: target.child(key.stringValue), codingPath + [key])
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
      keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
      ValueEncoder(target: target.child(key.stringValue), codingPath: codingPath + [key])
        .container(keyedBy: keyType)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      ValueEncoder(target: target.child(key.stringValue), codingPath: codingPath + [key]).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
      ValueEncoder(target: target.child("super"), codingPath: codingPath)
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
      ValueEncoder(target: target.child(key.stringValue), codingPath: codingPath + [key])
    }
  }

  private struct Unkeyed: UnkeyedEncodingContainer {
    let target: EncodingTarget
    let codingPath: [any CodingKey]
    var count: Int { target.count }

    private func next() -> ValueEncoder {
      let path = codingPath + [AnyKey(intValue: target.count)]
      return ValueEncoder(target: target.child(), codingPath: path)
    }

    mutating func encodeNil() { next().target.content = .single(.null) }

    mutating func encode<T: Encodable>(_ value: T) throws {
      let encoder = next()
      try ValueEncoder.encode(value, to: encoder.target, encoder.codingPath)
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
      keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> { next().container(keyedBy: keyType) }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }

    mutating func superEncoder() -> any Encoder { next() }
  }

  private struct Single: SingleValueEncodingContainer {
    let target: EncodingTarget
    let codingPath: [any CodingKey]

    mutating func encodeNil() { target.content = .single(.null) }

    mutating func encode<T: Encodable>(_ value: T) throws {
      try ValueEncoder.encode(value, to: target, codingPath)
    }
  }
}
