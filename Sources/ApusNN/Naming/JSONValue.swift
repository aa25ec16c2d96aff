import Foundation

/// A value of JSON or YAML: what the parameters of named things are read from and written to.
public enum JSONValue: Hashable, Sendable, Codable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// Any codable value as JSON.
  public init(encoding value: some Encodable) throws {
    // Wrapped: a bare number is not a JSON document for every decoder.
    let data = try JSONEncoder().encode([value])
    self = try JSONDecoder().decode([JSONValue].self, from: data)[0]
  }

  /// A value of a type that this JSON describes.
  public func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try JSONDecoder().decode([T].self, from: JSONEncoder().encode([self]))[0]
  }

  /// The text with sorted keys: the same value gives the same bytes.
  public func text(indented: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = indented ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  public init(text: String) throws {
    do {
      self = try JSONDecoder().decode([JSONValue].self, from: Data("[\(text)]".utf8))[0]
    } catch {
      throw ApusJSON.error(text)
    }
  }

  public subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }
}
