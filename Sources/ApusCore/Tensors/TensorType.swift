/// The type of a tensor's elements.
public enum ScalarType: String, Hashable, Sendable, Codable, CaseIterable {
  case float32, float64, int32, bool

  package var isFloat: Bool { self == .float32 || self == .float64 }
}

/// A tensor's type: its shape and what its elements are.
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
  public var shape: TensorShape
  public var scalar: ScalarType

  public init(_ shape: TensorShape, _ scalar: ScalarType = .float32) {
    self.shape = shape
    self.scalar = scalar
  }

  public var description: String { "\(scalar.rawValue)\(shape)" }
}
