package import ApusCore

/// A network traced once: its input, its output and everything it asked for, as tensors.
package struct TracedNetwork {
  /// `[rows, …]`
  package let input: Tensor
  package let output: Tensor
  /// int32[4]: seed and step.
  package let key: Tensor
  package let parameters: [(specification: ParameterSpecification, tensor: Tensor)]
  package let settings: [(path: String, value: Double, tensor: Tensor)]
  package let layers: [LayerRecord]

  /// - Throws: the first mistake in the shapes, with the layer's path, file and line.
  package init(_ layers: Sequential, input: [Int], mode: TracingMode) throws(ApusError) {
    let trace = Trace(mode: mode)
    self.input = Self.input(input)
    output = layers(self.input, in: Scope(path: "", trace: trace))
    if let error = output.error { throw error }
    key = trace.key
    parameters = trace.parameters
    settings = trace.settings
    self.layers = trace.layers
  }

  /// The data that a graph takes, for samples of a shape.
  static func input(_ shape: [Int]) -> Tensor {
    .input("input", TensorType(TensorShape([.rows] + shape.map { Dimension($0) })))
  }
}
