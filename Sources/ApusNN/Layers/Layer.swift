public import ApusCore

/// A pure description of a computation: it holds hyper-parameters, never weights.
///
/// ```swift
/// struct Scale: Layer {
///   static let name = "scale"
///   static let formula = "y = a · x"
///   func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
///     input * scope.parameter("a", [input.shape[-1]], .ones)
///   }
/// }
/// ```
///
/// Shapes are inferred while tracing. A mistake in them needs no handling: the tensor carries the error, and
/// whoever builds the model gets it with the layer's path, file and line.
public protocol Layer: Network {
  /// The output for an input `[rows, …]`.
  func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor

  /// The layers that the layer consists of, when it is a composite; itself otherwise.
  var expanded: any Layer { get }

  /// The layers that a list of layers is read from.
  static var table: NameTable<any Layer> { get }
}

extension Layer {
  public var expanded: any Layer { self }
}
