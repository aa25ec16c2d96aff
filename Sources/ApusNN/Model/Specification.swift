package import ApusCore
package import ApusData

extension InputSpecification {
  /// The data that a graph takes.
  package var tensor: Tensor {
    .input(name, TensorType(TensorShape([.rows] + shape.map { Dimension($0) }), scalar))
  }

  func check() throws(ApusError) {
    guard shape.allSatisfy({ $0 > 0 }) else {
      throw ApusError("a model for the input “\(name)” of \(shape)", expected: "lengths of at least 1")
    }
    guard TensorShape(shape).count() <= 1 << 34 else {
      throw ApusError("a model for the input “\(name)” of \(shape)", expected: "at most 2³⁴ numbers a sample")
    }
    guard scalar == .float32 || scalar == .int32 else {
      throw ApusError("the input “\(name)” is \(scalar.rawValue)", expected: "float32 or int32")
    }
  }
}

extension Model {
  /// The description of one of a model's outputs: a name, and values `[rows, shape…]`.
  public struct OutputSpecification: Sendable, Hashable {
    public let name: String
    /// For one sample.
    public let shape: [Int]

    init(_ name: String, _ tensor: Tensor) throws(ApusError) {
      guard tensor.shape.rank > 0, tensor.shape[0] == .rows else {
        throw ApusError(
          "the output “\(name)” has the shape \(tensor.shape)", expected: "the rows of the batch first")
      }
      self.name = name
      shape = tensor.shape.dimensions.dropFirst().map(\.size)
    }

    /// The numbers of one sample.
    package var size: Int { shape.reduce(1, *) }
  }
}
