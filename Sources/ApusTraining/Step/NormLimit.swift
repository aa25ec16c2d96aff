import ApusCore
import ApusNN

/// Scales the weights into each unit down to a norm, in place: w ← w · min(1, c / ‖w‖), the norm over all axes but the
/// last.
final class NormLimit {
  private let graph: CompiledGraph

  init(_ parameter: Model.Parameter, _ limit: Double, parameters: TensorStorage, engine: Engine) throws {
    let weight = Tensor.input("weight", TensorType(parameter.specification.shape))
    let norm = weight.square().sum(axes: Array(0..<(parameter.shape.count - 1)), keepDimensions: true).sqrt()
    // A norm of 0 needs no scaling; the smallest normal number keeps the quotient finite or infinite, never NaN.
    let scale = minimum(1, Tensor(Float(limit)) / maximum(norm, Tensor(Float.leastNormalMagnitude)))
    graph = try CompiledGraph(
      inputs: ["weight": weight], outputs: ["weight": weight * scale], inPlace: ["weight"], engine: engine)
    graph.bind(input: "weight", to: parameters.pointer + parameter.offset * 4)
  }

  func run() { graph.run() }

  /// Limits for the weights of a model that are trained; biases have none.
  static func all(_ training: ModelTraining, parameters: TensorStorage, engine: Engine) throws -> [NormLimit]
  {
    guard let limit = training.regularization.maxNorm else { return [] }
    return try training.model.parameters
      .filter {
        $0.specification.isDecayed && !$0.specification.isState && $0.shape.count > 1
          && training.group(of: $0.path)?.rateFactor != 0
      }
      .map { try NormLimit($0, limit, parameters: parameters, engine: engine) }
  }
}
