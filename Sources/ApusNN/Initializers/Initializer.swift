public import ApusCore

/// How the first values of a parameter are drawn (MISSION F).
///
/// Adding one costs a file with a conforming type, and a line of ``Initializers/table``.
public protocol Initializer: Named {
  /// Value number `index` of a parameter.
  ///
  /// - Parameters:
  ///   - fanIn: how many inputs one output adds up.
  ///   - fanOut: how many outputs one input goes to.
  ///   - random: numbers that belong to the parameter's path: they do not change when layers are added elsewhere.
  func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double
}

public enum Initializers {
  public static let table = NameTable(
    "initializer",
    [
      Zeros.self, Ones.self, Normal.self, XavierUniform.self, XavierNormal.self, HeUniform.self,
      HeNormal.self,
    ])
}

/// Any initializer, written as its name and parameters: how layers hold one.
public struct NamedInitializer: Sendable, Codable, Equatable {
  public var value: any Initializer

  public init(_ value: some Initializer) {
    self.value = value
  }

  public init(from decoder: any Decoder) throws {
    let description = try decoder.singleValueContainer().decode(JSONValue.self)
    value = try Initializers.table.item(description) as! any Initializer
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value.configuration)
  }

  public static func == (left: NamedInitializer, right: NamedInitializer) -> Bool {
    left.value.configuration == right.value.configuration
  }
}
