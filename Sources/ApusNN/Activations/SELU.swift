public import ApusCore

/// An ELU whose constants keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017).
public struct SELU: Activation {
  public static let name = "selu"
  public static let formula = "y = λ x if x > 0, else λ α (eˣ − 1); λ = 1.0507…, α = 1.6732…"
  private static let alpha = 1.6732632423543772848170429916717
  private static let scale = 1.0507009873554804934193349852946

  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor { ELU(alpha: Self.alpha)(x) * Tensor(Self.scale) }
}
