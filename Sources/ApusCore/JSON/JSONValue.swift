/// A JSON document (RFC 8259). Objects keep their members' order; numbers keep their digits.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// As it is written, so that 64-bit integers and doubles both survive.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  public static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

  /// - Returns: null for infinities and NaN, which JSON does not know.
  public static func double(_ value: Double) -> JSONValue {
    value.isFinite ? .number(shortText(value)) : .null
  }

  /// The member of an object; nil if there is none, or this is no object.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  public var stringValue: String? { if case .string(let text) = self { text } else { nil } }
  public var arrayValue: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
  public var objectValue: [JSONMember]? { if case .object(let members) = self { members } else { nil } }
  public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var doubleValue: Double? { if case .number(let text) = self { Double(text) } else { nil } }
  /// A number without fraction and exponent that fits.
  public var intValue: Int? { if case .number(let text) = self { Int(text) } else { nil } }

  /// The document as text.
  ///
  /// - Parameters:
  ///   - sortsKeys: members are written in the order of their keys' UTF-8 bytes, so that equal
  ///     documents are equal texts.
  ///   - indents: one member or element a line.
  public func text(sortsKeys: Bool = true, indents: Bool = false) -> String {
    var text = ""
    write(to: &text, sortsKeys, indents ? 0 : nil)
    return text
  }

  private func write(to text: inout String, _ sortsKeys: Bool, _ depth: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let digits): text += digits
    case .string(let string): Self.write(string, to: &text)
    case .array(let values):
      Self.write("[", values, "]", to: &text, depth) { value, text, depth in
        value.write(to: &text, sortsKeys, depth)
      }
    case .object(let members):
      let ordered =
        sortsKeys ? members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : members
      Self.write("{", ordered, "}", to: &text, depth) { member, text, depth in
        Self.write(member.key, to: &text)
        text += depth == nil ? ":" : ": "
        member.value.write(to: &text, sortsKeys, depth)
      }
    }
  }

  private static func write<T>(
    _ opening: String, _ items: [T], _ closing: String, to text: inout String, _ depth: Int?,
    _ write: (T, inout String, Int?) -> Void
  ) {
    text += opening
    for (i, item) in items.enumerated() {
      if i > 0 { text += "," }
      if let depth { text += "\n" + String(repeating: "  ", count: depth + 1) }
      write(item, &text, depth.map { $0 + 1 })
    }
    if let depth, !items.isEmpty { text += "\n" + String(repeating: "  ", count: depth) }
    text += closing
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

/// One member of a JSON object.
public struct JSONMember: Sendable, Equatable {
  public var key: String
  public var value: JSONValue

  public init(_ key: String, _ value: JSONValue) {
    self.key = key
    self.value = value
  }
}

/// A number as short as it reads back the same: `3`, `0.1`, `1e-09`.
package func shortText(_ number: Double) -> String {
  if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
  return "\(number)"
}

/// Within other values a JSON value stands for itself, whatever the coder.
extension JSONValue: Codable {
  public init(from decoder: any Decoder) throws {
    if let decoder = decoder as? ValueDecoder {
      self = decoder.value
    } else if let members = try? decoder.container(keyedBy: AnyKey.self) {
      self = .object(
        try members.allKeys.map {
          JSONMember($0.stringValue, try members.decode(JSONValue.self, forKey: $0))
        })
    } else if var list = try? decoder.unkeyedContainer() {
      var values: [JSONValue] = []
      while !list.isAtEnd { values.append(try list.decode(JSONValue.self)) }
      self = .array(values)
    } else {
      self = try Self.single(decoder.singleValueContainer())
    }
  }

  private static func single(_ container: any SingleValueDecodingContainer) throws -> JSONValue {
    if container.decodeNil() { return .null }
    if let value = try? container.decode(Bool.self) { return .bool(value) }
    if let value = try? container.decode(Int.self) { return .integer(value) }
    if let value = try? container.decode(UInt64.self) { return .integer(value) }
    if let value = try? container.decode(Double.self) { return .double(value) }
    return .string(try container.decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    if let encoder = encoder as? ValueEncoder {
      encoder.target.content = .single(self)
      return
    }
    switch self {
    case .object(let members):
      var container = encoder.container(keyedBy: AnyKey.self)
      for member in members {
        try container.encode(member.value, forKey: AnyKey(stringValue: member.key))
      }
    case .array(let values):
      var container = encoder.unkeyedContainer()
      for value in values { try container.encode(value) }
    default:
      var container = encoder.singleValueContainer()
      switch self {
      case .null: try container.encodeNil()
      case .bool(let value): try container.encode(value)
      case .string(let text): try container.encode(text)
      case .number(let digits):
        if let value = Int(digits) {
          try container.encode(value)
        } else if let value = UInt64(digits) {
          try container.encode(value)
        } else {
          try container.encode(Double(digits))
        }
      case .array, .object: break
      }
    }
  }
}
