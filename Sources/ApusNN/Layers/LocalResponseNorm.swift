public import ApusCore

/// Each channel divided by what its neighbors come to (Krizhevsky et al. 2012, AlexNet).
///
/// yᵢ = xᵢ / (k + α/size · Σⱼ xⱼ²)^β over the `size` channels around i, zeros beyond the first and the last:
/// `[rows, …, channels] → [rows, …, channels]`. As PyTorch has it: α is divided by the size, which the paper does not.
public struct LocalResponseNorm: Layer {
  public static let name = "localResponseNorm"
  public static let formula = "y = x / (k + α/size · Σ x²)^β, over size channels around"
  /// Channels that are added up.
  public var size: Int
  public var alpha: Double
  public var beta: Double
  public var k: Double

  public init() { self.init(5) }

  public init(_ size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.k = k
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard size > 0, alpha >= 0, k > 0 else {
      return .failed(
        ApusError(
          "localResponseNorm over \(size) channels with α = \(alpha) and k = \(k)",
          expected: "a size of at least 1, α ≥ 0 and k > 0"))
    }
    guard input.shape.rank >= 2, !input.shape[-1].isPerRow else {
      return .failed(ApusError("localResponseNorm on \(input.shape)", expected: "[rows, …, channels]"))
    }
    let sums = input.square().windowSum(before: size / 2, after: (size - 1) / 2)
    let base = sums * Tensor(alpha / Double(size)) + Tensor(k)
    return input * power(base, Tensor(-beta))
  }
}
