import ApusCore

/// Any initializer, written as its name and parameters: how layers hold one.
public struct NamedInitializer: Sendable, Codable, Equatable {
  public var value: any Initializer

  public init(_ value: some Initializer) {
    self.value = value
  }

  public init(from decoder: any Decoder) throws {
    value = try Initializers.initializer(JSONValue(from: decoder), in: decoder.vocabulary)
  }

  public func encode(to encoder: any Encoder) throws { try value.encodeDescription(to: encoder) }

  public static func == (left: NamedInitializer, right: NamedInitializer) -> Bool {
    left.value.configuration == right.value.configuration
  }
}
