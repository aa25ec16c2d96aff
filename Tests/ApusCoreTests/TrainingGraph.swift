import ApusCore

/// A training step of a multilayer perceptron by hand: dropout after each hidden layer, softmax cross-entropy,
/// gradients and the new parameters.
struct TrainingGraph {
  let widths: [Int]
  let graph: Graph
  private let types: [TensorType]

  init(_ widths: [Int], dropout: Float = 0.2) throws {
    self.widths = widths
    let input = Tensor.input("input", TensorType([.rows, Dimension(widths[0])]))
    let labels = Tensor.input("labels", TensorType([.rows], .int32))
    let key = Tensor.input("key", TensorType([4], .int32))
    let rate = Tensor.input("rate", TensorType([]))
    var parameters: [Tensor] = []
    var output = input
    for (layer, (inputs, units)) in zip(widths, widths.dropFirst()).enumerated() {
      let weight = Tensor.input("weight \(layer)", TensorType([Dimension(inputs), Dimension(units)]))
      let bias = Tensor.input("bias \(layer)", TensorType([Dimension(units)]))
      parameters += [weight, bias]
      output = output.matmul(weight) + bias
      guard layer < widths.count - 2 else { break }
      output = output.relu()
      let kept = Tensor.uniform(output.shape, key: key, stream: UInt64(layer)) .>= Tensor(dropout)
      output = select(kept, output * Tensor(1 / (1 - dropout)), 0)
    }
    let loss = -(output.logSoftmax() * labels.oneHot(widths.last!)).sum(axes: [-1]).mean()
    let derivatives = gradients(of: loss, withRespectTo: parameters)
    let updated = zip(parameters, derivatives).map { $0 - rate * $1 }
    let inputs = [input, labels, key, rate] + parameters
    types = inputs.map(\.type)
    graph = try Graph(inputs: inputs, outputs: [loss] + derivatives + updated)
  }

  /// Values for the inputs.
  func values(rows: Int) -> [[Float]] {
    types.enumerated().map { position, type in
      let random = Philox(seed: 3, stream: UInt64(position))
      let count = type.shape.count(rows: rows)
      switch position {
      case 1: return (0..<count).map { Float(random.integer(UInt64($0), below: widths.last!)) }
      case 2: return [1, 2, 3, 4]
      case 3: return [0.1]
      default:
        let scale = position == 0 ? 1 : 1 / Double(type.shape[0].size).squareRoot()
        return (0..<count).map { Float((random.uniform(UInt64($0)) * 2 - 1) * scale) }
      }
    }
  }
}
