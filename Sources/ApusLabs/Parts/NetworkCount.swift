import ApusCore
package import ApusData
package import ApusNN

/// The parameters and units of a network, counted without a number of it in memory: of networks too large to allocate.
package struct NetworkCount: Sendable {
  package let parameters: Int
  /// The layers with weights of their own, in order: path, kind, parameters, and the shape of the output for one sample.
  package let layers: [(path: String, name: String, parameters: Int, output: [Int])]

  /// - Parameter input: of one sample.
  /// - Throws: the first mistake in the shapes.
  package init(_ network: any Network, input: InputSpecification) throws {
    let traced = try TracedNetwork(network, inputs: [input], mode: .inference)
    var counted: [String: Int] = [:]
    var total = 0
    for (specification, _) in traced.parameters where !specification.isState {
      let count = specification.shape.count()
      total += count
      let path = specification.path.split(separator: ".").dropLast().joined(separator: ".")
      counted[path, default: 0] += count
    }
    parameters = total
    layers = traced.layers.compactMap { layer in
      guard let count = counted.removeValue(forKey: layer.path) else { return nil }
      return (layer.path, layer.name, count, layer.outputShape.dimensions.dropFirst().map(\.size))
    }
  }

  package init(_ network: any Network, input: [Int]) throws {
    try self.init(network, input: InputSpecification(input))
  }
}
