public import ApusCore

/// The input weighted by the normal distribution below it (Hendrycks and Gimpel 2016): what GPTs use.
///
/// `approximation: "tanh"` is ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), as the first GPTs computed it; the difference
/// is below 5e-4.
public struct GELU: Activation {
  public static let name = "gelu"
  public static let formula = "y = x · Φ(x) = x · (1 + erf(x / √2)) / 2"
  public var approximation: Approximation

  public enum Approximation: String, Sendable, Codable { case none, tanh }

  public init() { self.init(approximation: .none) }
  public init(approximation: Approximation) { self.approximation = approximation }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch approximation {
    case .none:
      return x.gelu()
    case .tanh:
      // (1 + tanh u) / 2 = σ(2u), which does not cancel where x is far below 0.
      let twice = Tensor(2 * (2 / Double.pi).squareRoot())
      return x * (twice * (x + 0.044715 * x * x.square())).sigmoid()
    }
  }
}
