import ApusCore
public import ApusData

/// The layers, units, parameters and work of a network, from its description alone: no parameter is allocated, so that it
/// may be of any size (lecture 4 counts AlexNet and GPT-3).
///
/// ```swift
/// let network = GPT(vocabulary: 50_257, context: 2_048, layers: 96, heads: 96, width: 12_288)
/// let summary = try NetworkSummary(network, input: InputSpecification([2_048], .int32))
/// print(summary.parameterCount)      // 174604259328
/// ```
public struct NetworkSummary: Sendable {
  /// The inputs.
  public let inputs: [InputSpecification]
  /// The layers as traced, composites taken apart.
  public let layers: [Model.LayerSummary]
  /// The number of weights and biases; state such as running statistics isn't counted.
  public let parameterCount: Int

  /// The numbers that all layers output for one sample.
  public var unitCount: Int { layers.reduce(0) { $0 + $1.activationCount } }

  /// - Parameters:
  ///   - input: the network's only input.
  ///   - mode: ``Scope/Mode/training`` counts outputs that only training has, such as GoogLeNet's auxiliary heads.
  /// - Throws: the first mistake in the shapes, with the layer's path.
  public init(_ network: any Network, input: InputSpecification, mode: Scope.Mode = .inference) throws {
    try input.check()
    let traced = try TracedNetwork(network, inputs: [input], mode: mode)
    inputs = [input]
    layers = Model.LayerSummary.make(traced)
    parameterCount = traced.parameters.reduce(0) { sum, parameter in
      sum + (parameter.specification.isState ? 0 : parameter.specification.shape.count())
    }
  }

  /// The summary of a model.
  public init(_ model: Model) {
    (inputs, layers, parameterCount) = (model.inputs, model.summary, model.parameterCount)
  }
}
