public import ApusCore

/// A function applied to each element, or to each row.
///
/// Adding one costs a file with a conforming type, and a line of ``Activations/table``.
public protocol Activation: Layer {
  func callAsFunction(_ x: Tensor) -> Tensor
}

extension Activation {
  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor { self(input) }
}
