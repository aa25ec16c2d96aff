public import ApusCore

/// Every output is a weighted sum of all inputs.
///
/// y = x · W + b, `[rows, …, inputs] → [rows, …, units]`; W is `[inputs, units]`.
public struct Dense: Layer {
  public static let name = "dense"
  public static let formula = "y = x · W + b"
  public var units: Int
  public var hasBias: Bool
  /// The initial value of every bias.
  public var biasValue: Double
  package var initializer: NamedInitializer

  public init() { self.init(1) }

  public init(_ units: Int, hasBias: Bool = true, biasValue: Double = 0) {
    self.init(units, hasBias: hasBias, biasValue: biasValue, initializer: .xavierUniform)
  }

  public init(_ units: Int, hasBias: Bool = true, biasValue: Double = 0, initializer: some Initializer) {
    self.units = units
    self.hasBias = hasBias
    self.biasValue = biasValue
    self.initializer = NamedInitializer(initializer)
  }

  public func validate() throws(ApusError) {
    try require(biasValue.isFinite, "biasValue", biasValue, "a finite number")
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard units > 0 else {
      return .failed(ApusError("dense with \(units) units", expected: "at least 1"))
    }
    guard input.shape.rank >= 2, !input.shape[-1].isPerRow else {
      return .failed(
        ApusError("dense on \(input.shape)", expected: "[rows, …, inputs]", fix: "put a Flatten before it"))
    }
    let inputs = input.shape[-1].size
    let weight = scope.parameter(
      "weight", [Dimension(inputs), Dimension(units)], initializer.value, layout: layout(of: input, in: scope)
    )
    let product = input.matmul(weight)
    guard hasBias else { return product }
    return product
      + scope.parameter(
        "bias", [Dimension(units)], .constant(biasValue), isDecayed: false)
  }

  private func layout(of input: Tensor, in scope: Scope) -> ParameterLayout {
    guard let image = scope.trace.imageShape(of: input), image.rank == 4 else { return .transposed }
    return .transposedFromImage(height: image[1].size, width: image[2].size, channels: image[3].size)
  }
}
