import ApusCore
import ApusData
import ApusNN

/// Predictions and losses of a network on a data set, batch by batch, without dropout.
final class Evaluator {
  private let executable: Executable
  private let capacity: Int
  private let outputCount: Int
  private let scale: TargetScale
  private let classTargets: ClassTargets
  private let kind: PredictionKind

  /// - Parameters:
  ///   - parameters: the arena to read the weights from, which may change between evaluations.
  ///   - scale: turns regression outputs into original units.
  init(
    _ model: Model, parameters: TensorStorage, loss: any Loss, scale: TargetScale = TargetScale(),
    capacity: Int = 256, engine: Engine
  ) throws {
    let traced = TracedModel(model, mode: .inference)
    let input = model.inputs[0].tensor
    let output = traced(input)
    let target = Tensor.input("target", loss.targetType(for: output.shape))
    let graph = try Graph(
      inputs: [input, target] + traced.inputs, outputs: [loss.prediction(output), loss(output, target)])
    executable = try engine.compile(graph, rows: capacity)
    traced.binding.bind(executable, from: 2, to: parameters)
    self.capacity = capacity
    self.scale = scale
    classTargets = loss.classTargets
    kind = loss.predictions
    outputCount = model.outputShape.reduce(1, *)
  }

  /// Predictions and losses on the samples of the data set.
  func run(_ dataset: any Dataset) -> EvaluatedSamples {
    var batch = dataset.makeBatch(capacity: capacity)
    var predictions: [Float] = []
    var losses: [Float] = []
    var labels: [Int32] = []
    var values: [Float] = []
    predictions.reserveCapacity(dataset.count * outputCount)
    let all = Array(0..<dataset.count)
    var start = 0
    while start < dataset.count {
      let end = min(start + capacity, dataset.count)
      dataset.gather(all[start..<end], into: &batch)
      batch.copy(
        to: executable.memory(input: 0), targets: executable.memory(input: 1), classTargets, outputCount)
      executable.run(rows: batch.count)
      predictions += executable.floats(output: 0, rows: batch.count)
      losses += executable.floats(output: 1, rows: batch.count)
      labels += batch.labels.prefix(batch.count * batch.positions)
      values += batch.values.prefix(batch.count * batch.valueSize)
      start = end
    }
    if labels.isEmpty {
      predictions = predictions.map { scale.original($0) }
      values = values.map { scale.original($0) }
    }
    return EvaluatedSamples(
      width: outputCount / dataset.positions, predictions: predictions, labels: labels, values: values,
      losses: losses, kind: kind)
  }
}

/// What regression targets were scaled by: original = mean + deviation · scaled.
public struct TargetScale: Sendable, Equatable {
  public var mean: Double
  public var deviation: Double

  public init(mean: Double = 0, deviation: Double = 1) {
    self.mean = mean
    self.deviation = deviation
  }

  func original(_ scaled: Float) -> Float { Float(mean + deviation * Double(scaled)) }
}
