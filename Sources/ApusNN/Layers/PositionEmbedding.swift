public import ApusCore

/// A learned vector added at each position of a sequence (Gehring et al. 2017).
///
/// `[rows, length, width] → [rows, length, width]`, for sequences of at most ``length`` positions.
public struct PositionEmbedding: Layer {
  public static let name = "positionEmbedding"
  public static let formula = "y = x + W, a row of W for each position"
  /// The most positions.
  public var length: Int
  package var initializer: NamedInitializer

  public init() { self.init(1) }

  public init(_ length: Int) { self.init(length, initializer: .normal(1)) }

  public init(_ length: Int, initializer: some Initializer) {
    self.length = length
    self.initializer = NamedInitializer(initializer)
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    if let error = positionError(input, Self.name) { return .failed(error) }
    let (positions, width) = (input.shape[1].size, input.shape[2])
    guard positions <= length else {
      return .failed(
        ApusError(
          "positionEmbedding for \(length) positions on \(input.shape)",
          expected: "at most \(length) positions",
          fix: "shorten the input or give the layer more positions"))
    }
    let weight = scope.parameter(
      "weight", [Dimension(length), width], initializer.value, fanIn: length, fanOut: width.size)
    if let position = scope.position { return input + weight.gather(position) }
    return input + (positions == length ? weight : weight.slice(axis: 0, 0..<positions))
  }
}

/// Waves of wavelengths from 2π to 20,000π added along a sequence (Vaswani et al. 2017):
/// element 2i of position p gets sin(p / 10000^(2i/width)), element 2i + 1 the cosine.
///
/// `[rows, length, width] → [rows, length, width]`
public struct SinusoidalPositions: Layer {
  public static let name = "sinusoidalPositions"
  public static let formula =
    "y₂ᵢ = x₂ᵢ + sin(p / 10000^(2i/width)), y₂ᵢ₊₁ = x₂ᵢ₊₁ + cos(p / 10000^(2i/width))"

  public init() {}

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    if let error = positionError(input, Self.name) { return .failed(error) }
    let (length, width) = (scope.mode.positions.window ?? input.shape[1].size, input.shape[2].size)
    let waves = (0..<length).flatMap { position in
      (0..<width).map { element -> Float in
        let angle = Double(position) / Mathematics.pow(10_000, Double(element / 2 * 2) / Double(width))
        return Float(element % 2 == 0 ? Mathematics.sin(angle) : Mathematics.cos(angle))
      }
    }
    let table = Tensor(waves, shape: [Dimension(length), Dimension(width)])
    if let position = scope.position { return input + table.gather(position) }
    let positions = input.shape[1].size
    return input + (positions == length ? table : table.slice(axis: 0, 0..<positions))
  }
}

private func positionError(_ input: Tensor, _ name: String) -> ApusError? {
  guard input.shape.rank == 3, !input.shape[1].isPerRow, !input.shape[2].isPerRow else {
    return ApusError("\(name) on \(input.shape)", expected: "[rows, length, width]")
  }
  return nil
}
