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
  let userInfo: [CodingUserInfoKey: Any]

  init(
    target: EncodingTarget = EncodingTarget(), codingPath: [any CodingKey],
    userInfo: [CodingUserInfoKey: Any]
  ) {
    self.target = target
    self.codingPath = codingPath
    self.userInfo = userInfo
  }

  /// The encoder of a part of the value.
  fileprivate func part(_ target: EncodingTarget, _ path: [any CodingKey]) -> ValueEncoder {
    ValueEncoder(target: target, codingPath: path, userInfo: userInfo)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .nothing = target.content { target.content = .object([]) }
    return KeyedEncodingContainer(Keyed(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .nothing = target.content { target.content = .array([]) }
    return Unkeyed(encoder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    Single(encoder: self)
  }

  /// Writes what JSON holds directly; everything else encodes itself.
  fileprivate func write(_ value: some Encodable) throws {
    switch value {
    case let value as Bool: target.content = .single(.bool(value))
    case let value as String: target.content = .single(.string(value))
    case let value as any BinaryInteger: target.content = .single(.number("\(value)"))
    case let value as Double: target.content = .single(try number(value, "\(value)"))
    case let value as Float: target.content = .single(try number(Double(value), "\(value)"))
    default: try value.encode(to: self)
    }
  }

  private func number(_ value: Double, _ text: String) throws -> JSONValue {
    guard value.isFinite else {
      throw ApusError(
        "\(value) cannot be written as JSON", at: codingPath.map(\.stringValue).joined(separator: "."))
    }
    // Minus zero keeps its sign.
    return .number(value == value.rounded() && abs(value) < 1e15 && value != 0 ? shortText(value) : text)
  }

  private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    private func member(_ key: some CodingKey) -> ValueEncoder {
      encoder.part(encoder.target.child(key.stringValue), codingPath + [key])
    }

    mutating func encodeNil(forKey key: Key) { member(key).target.content = .single(.null) }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try member(key).write(value) }

    mutating func nestedContainer<NestedKey: CodingKey>(
      keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> { member(key).container(keyedBy: keyType) }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      member(key).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { member(AnyKey(stringValue: "super")) }

    mutating func superEncoder(forKey key: Key) -> any Encoder { member(key) }
  }

  private struct Unkeyed: UnkeyedEncodingContainer {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.target.count }

    private func next() -> ValueEncoder {
      let path = codingPath + [AnyKey(intValue: count)]
      return encoder.part(encoder.target.child(), path)
    }

    mutating func encodeNil() { next().target.content = .single(.null) }

    mutating func encode<T: Encodable>(_ value: T) throws { try next().write(value) }

    mutating func nestedContainer<NestedKey: CodingKey>(
      keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> { next().container(keyedBy: keyType) }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }

    mutating func superEncoder() -> any Encoder { next() }
  }

  private struct Single: SingleValueEncodingContainer {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    mutating func encodeNil() { encoder.target.content = .single(.null) }

    mutating func encode<T: Encodable>(_ value: T) throws { try encoder.write(value) }
  }
}
