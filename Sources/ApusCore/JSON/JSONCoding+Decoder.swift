struct ValueDecoder: Decoder {
  let value: JSONValue
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any]

  /// The decoder of a part of the value.
  private func part(_ value: JSONValue, _ path: [any CodingKey]) -> ValueDecoder {
    ValueDecoder(value: value, codingPath: path, userInfo: userInfo)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = value else { throw mismatch([String: JSONValue].self, "an object") }
    return KeyedDecodingContainer(Keyed(members: members, whole: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let values) = value else { throw mismatch([JSONValue].self, "an array") }
    return Unkeyed(values: values, whole: self)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer {
    Single(decoder: self)
  }

  private func mismatch(_ type: any Any.Type, _ expected: String) -> DecodingError {
    let text = value.text()
    return .typeMismatch(
      type,
      DecodingError.Context(
        codingPath: codingPath,
        debugDescription: "\(text.count > 40 ? text.prefix(40) + "…" : text) is not \(expected)"))
  }

  /// Decodes what JSON holds directly; everything else decodes itself.
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    switch type {
    case is Bool.Type:
      guard case .bool(let value) = value else { throw mismatch(type, "true or false") }
      return value as! T
    case is String.Type:
      guard case .string(let value) = value else { throw mismatch(type, "a text") }
      return value as! T
    case is Double.Type:
      guard let value = value.doubleValue, value.isFinite else { throw mismatch(type, "a number") }
      return value as! T
    case is Float.Type:
      guard case .number(let text) = value, let value = Float(text), value.isFinite else {
        throw mismatch(type, "a number")
      }
      return value as! T
    case let integer as any FixedWidthInteger.Type:
      guard case .number(let text) = value, let value = Self.integer(integer, text) else {
        throw mismatch(type, "a whole number that fits")
      }
      return value as! T
    default:
      return try T(from: self)
    }
  }

  private static func integer<I: FixedWidthInteger>(_ type: I.Type, _ text: String) -> (
    any FixedWidthInteger
  )? {
    I(text)
  }

  private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [JSONMember]
    let whole: ValueDecoder
    var codingPath: [any CodingKey] { whole.codingPath }

    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { members.contains { $0.key == key.stringValue } }

    private func decoder(_ key: Key) throws -> ValueDecoder {
      guard let member = members.first(where: { $0.key == key.stringValue }) else {
        throw DecodingError.keyNotFound(
          key, DecodingError.Context(codingPath: codingPath, debugDescription: "is missing"))
      }
      return whole.part(member.value, codingPath + [key])
    }

    func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).value == .null }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try decoder(key).decode(type) }

    func nestedContainer<NestedKey: CodingKey>(
      keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> { try decoder(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
      let value = members.first { $0.key == "super" }?.value ?? .null
      return whole.part(value, codingPath)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
  }

  private struct Unkeyed: UnkeyedDecodingContainer {
    let values: [JSONValue]
    let whole: ValueDecoder
    var currentIndex = 0
    var codingPath: [any CodingKey] { whole.codingPath }

    init(values: [JSONValue], whole: ValueDecoder) {
      self.values = values
      self.whole = whole
    }

    var count: Int? { values.count }
    var isAtEnd: Bool { currentIndex >= values.count }

    private mutating func next() throws -> ValueDecoder {
      let path = codingPath + [AnyKey(intValue: currentIndex)]
      guard !isAtEnd else {
        throw DecodingError.valueNotFound(
          JSONValue.self,
          DecodingError.Context(
            codingPath: path, debugDescription: "the array has only \(values.count) elements"))
      }
      defer { currentIndex += 1 }
      return whole.part(values[currentIndex], path)
    }

    mutating func decodeNil() throws -> Bool {
      guard !isAtEnd, values[currentIndex] == .null else { return false }
      currentIndex += 1
      return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().decode(type) }

    mutating func nestedContainer<NestedKey: CodingKey>(
      keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> { try next().container(keyedBy: type) }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
      try next().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try next() }
  }

  private struct Single: SingleValueDecodingContainer {
    let decoder: ValueDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.value == .null }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
  }
}
