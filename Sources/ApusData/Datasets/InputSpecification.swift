public import ApusCore

/// The description of one of a model's inputs: a name, and values `[rows, shape…]`.
public struct InputSpecification: Sendable, Hashable, Codable {
  public var name: String
  /// The shape of one sample.
  public var shape: [Int]
  /// float32, or int32 for class numbers such as tokens.
  public var scalar: ScalarType

  public init(_ name: String, _ shape: [Int], _ scalar: ScalarType = .float32) {
    self.name = name
    self.shape = shape
    self.scalar = scalar
  }

  /// The only input of a model of layers.
  public init(_ shape: [Int], _ scalar: ScalarType = .float32) { self.init("input", shape, scalar) }

  /// The numbers of one sample.
  package var size: Int { shape.reduce(1, *) }
}
