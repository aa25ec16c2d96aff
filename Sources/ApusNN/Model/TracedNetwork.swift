package import ApusCore
package import ApusData

/// A network traced once: its inputs, its outputs and everything it asked for, as tensors.
package struct TracedNetwork {
  package let inputs: NamedTensors
  package let outputs: NamedTensors
  /// int32[4]: seed and step.
  package let key: Tensor
  package let parameters: [(specification: ParameterSpecification, tensor: Tensor)]
  package let settings: [(path: String, value: Double, tensor: Tensor)]
  package let layers: [LayerRecord]

  /// - Throws: the first mistake in the shapes, with the layer's path, file and line.
  package init(_ network: any Network, inputs: [InputSpecification], mode: Scope.Mode) throws(ApusError) {
    let trace = Trace(mode: mode)
    self.inputs = NamedTensors(inputs.map { ($0.name, $0.tensor) })
    outputs = network(self.inputs, in: Scope(path: "", trace: trace))
    if let error = outputs.error { throw error }
    key = trace.key
    parameters = trace.parameters
    settings = trace.settings
    layers = trace.layers
  }
}

/// A network of one input: layers.
extension TracedNetwork {
  package init(_ layers: any Network, input: [Int], mode: Scope.Mode) throws(ApusError) {
    try self.init(layers, inputs: [InputSpecification(input)], mode: mode)
  }

  package var input: Tensor { inputs.tensors[0] }
  /// The main output.
  package var output: Tensor { outputs.tensors[0] }
}
