/// A layer around a list of others, written as that list: `{residual: [{dense: 64}, relu, {dense: 64}]}`.
package protocol ContainerLayer: Layer {
  init(list: Sequential)
  /// The layers that it is around.
  var list: Sequential { get }
}

extension ContainerLayer {
  public init(from decoder: any Decoder) throws { self.init(list: try Sequential(from: decoder)) }
  public func encode(to encoder: any Encoder) throws { try list.encode(to: encoder) }
  public var expanded: any Layer { Self(list: list.expandedList) }
}
