public import ApusCore

/// A layer made of others:
///
/// ```swift
/// struct Block: CompositeLayer {
///   var units = 64
///   var body: some Layer { Residual { Dense(units); ReLU(); Dense(units) } }
/// }
/// ```
///
/// It is saved as what it consists of, so that it loads where its type is not known.
public protocol CompositeLayer: Layer {
  associatedtype Body: Layer
  @Sequential.Builder var body: Body { get }
}

extension CompositeLayer {
  public static var formula: String { "the layers of its body" }
  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor { body(input, in: scope) }
  public var expanded: any Layer { body.expanded }
}
