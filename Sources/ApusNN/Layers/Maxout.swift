public import ApusCore

/// The largest of several linear units (Goodfellow et al. 2013): learns its own convex activation.
///
/// yⱼ = maxₖ (x · W + b)ⱼₖ, `[rows, …, inputs] → [rows, …, units]`; W is `[inputs, units · pieces]`, the pieces of a
/// unit side by side. Of equal pieces each has its share of the gradient.
public struct Maxout: Layer {
  public static let name = "maxout"
  public static let formula = "yⱼ = maxₖ (x · W + b)ⱼₖ, k = 1 … pieces"
  public var units: Int
  public var pieces: Int
  package var initializer: NamedInitializer

  public init() { self.init(1) }

  public init(_ units: Int, pieces: Int = 2) {
    self.init(units, pieces: pieces, initializer: .xavierUniform)
  }

  public init(_ units: Int, pieces: Int = 2, initializer: some Initializer) {
    self.units = units
    self.pieces = pieces
    self.initializer = NamedInitializer(initializer)
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard units > 0, pieces > 1 else {
      return .failed(
        ApusError("maxout with \(units) units of \(pieces) pieces", expected: "at least 1 unit of 2 pieces"))
    }
    let (width, overflow) = units.multipliedReportingOverflow(by: pieces)
    guard !overflow else {
      return .failed(ApusError("maxout with \(units) units of \(pieces) pieces", fix: "make it smaller"))
    }
    var dense = Dense(width)
    dense.initializer = initializer
    let linear = dense(input, in: scope)
    guard linear.error == nil else { return linear }
    let shape = TensorShape(linear.shape.dimensions.dropLast() + [Dimension(units), Dimension(pieces)])
    return linear.reshape(shape).max(axes: [-1])
  }
}
