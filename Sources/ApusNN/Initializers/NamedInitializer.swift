import ApusCore

/// Any initializer, written as its name and parameters: how layers hold one.
package struct NamedInitializer: Sendable, Codable, Equatable {
  package var value: any Initializer

  package init(_ value: some Initializer) {
    self.value = value
  }

  package init(from decoder: any Decoder) throws {
    value = try Initializers.initializer(JSONValue(from: decoder), in: decoder.vocabulary)
  }

  package func encode(to encoder: any Encoder) throws { try value.encodeDescription(to: encoder) }

  package static func == (left: NamedInitializer, right: NamedInitializer) -> Bool {
    left.value.configuration == right.value.configuration
  }
}
