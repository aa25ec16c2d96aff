public import ApusCore

/// A learned vector for each of a number of classes: `[rows, …] → [rows, …, width]` (Bengio et al. 2003).
///
/// The input holds class numbers from 0 on, as int32 or as whole float32 numbers (exact up to 2²⁴). A number that is no
/// class gives NaN, which a training step finds before it reaches a weight.
public struct Embedding: Layer {
  public static let name = "embedding"
  public static let formula = "y = W[x]"
  /// The classes: the length of a vocabulary.
  public var classes: Int
  /// The length of a vector.
  public var width: Int
  package var initializer: NamedInitializer

  public init() { self.init(2, width: 1) }

  public init(_ classes: Int, width: Int) {
    self.init(classes, width: width, initializer: .normal(1))
  }

  public init(_ classes: Int, width: Int, initializer: some Initializer) {
    self.classes = classes
    self.width = width
    self.initializer = NamedInitializer(initializer)
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard classes > 0, width > 0 else {
      return .failed(
        ApusError("embedding of \(classes) classes in \(width) numbers", expected: "at least one of each"))
    }
    return table(in: scope).gather(input.cast(to: .int32))
  }

  /// The vectors themselves, `[classes, width]`: a head that shares them multiplies by their transpose.
  func table(in scope: Scope) -> Tensor {
    scope.parameter(
      "weight", [Dimension(classes), Dimension(width)], initializer.value, fanIn: classes, fanOut: width)
  }
}
