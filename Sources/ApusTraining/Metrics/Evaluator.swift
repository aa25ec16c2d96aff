package import ApusCore
package import ApusData
package import ApusNN

/// Predictions and losses of a network on a data set, batch by batch; without dropout unless its samples are asked for.
package final class Evaluator {
  private let executable: Executable
  private let capacity: Int
  private let scale: TargetScale
  private let place: BatchPlace
  private let kind: PredictionKind
  /// Seed and pass, for dropout; nil where the network draws nothing.
  private let key: UnsafeMutablePointer<Int32>?

  /// - Parameters:
  ///   - parameters: the arena to read the weights from, which may change between evaluations.
  ///   - mode: for Monte-Carlo dropout one that samples it.
  package init(
    _ model: Model, parameters: TensorStorage, objective: Objective,
    mode: TracingMode = .inference, capacity: Int = 256, engine: Engine
  ) throws {
    let traced = TracedModel(model, mode: mode)
    let loss = objective.loss
    let input = model.inputs[0].tensor
    let output = traced(input)
    let target = Tensor.input("target", loss.targetType(for: output.shape))
    let graph = try Graph(
      inputs: [input, target] + traced.inputs + [traced.key],
      outputs: [loss.prediction(output), loss(output, target)])
    executable = try engine.compile(graph, rows: capacity)
    traced.binding.bind(executable, from: 2, to: parameters)
    key = executable.input(2 + traced.inputs.count)?.assumingMemoryBound(to: Int32.self)
    key?[0] = Int32(truncatingIfNeeded: model.seed)
    key?[1] = Int32(truncatingIfNeeded: model.seed >> 32)
    self.capacity = capacity
    scale = objective.scale
    place = BatchPlace(executable, loss.classTargets, model)
    kind = loss.predictions
  }

  /// Whether passes differ: whether the network draws random numbers.
  var isRandom: Bool { key != nil }

  /// Predictions and losses on the samples of the data set.
  ///
  /// - Parameters:
  ///   - threshold: of ``EvaluatedSamples/threshold``.
  ///   - pass: what the random numbers of dropout depend on, besides the model's seed.
  package func run(_ dataset: any Dataset, threshold: Double? = nil, pass: Int = 0) -> EvaluatedSamples {
    var batch = dataset.makeBatch(capacity: capacity)
    var predictions: [Float] = []
    var losses: [Float] = []
    var labels: [Int32] = []
    var values: [Float] = []
    let width = place.outputCount / dataset.positions
    var classes: [Int32]? = dataset.positions > 1 ? [] : nil
    if classes == nil { predictions.reserveCapacity(dataset.count * place.outputCount) }
    let all = Array(0..<dataset.count)
    var start = 0
    while start < dataset.count {
      let end = min(start + capacity, dataset.count)
      dataset.gather(all[start..<end], into: &batch)
      // Rows of another batch have masks of their own.
      key?[2] = Int32(truncatingIfNeeded: pass)
      key?[3] = Int32(truncatingIfNeeded: start / capacity)
      place.take(&batch)
      executable.run(rows: batch.count)
      let made = executable.floats(output: 0, rows: batch.count)
      if classes == nil {
        predictions += made
      } else {
        // The probabilities of each position of a long text would be many times the text.
        for position in stride(from: 0, to: made.count, by: width) {
          classes!.append(Self.firstOfLargest(made, position..<(position + width)))
        }
      }
      losses += executable.floats(output: 1, rows: batch.count)
      labels += batch.labels.prefix(batch.count * batch.positions)
      values += batch.values.prefix(batch.count * batch.valueSize)
      start = end
    }
    let areLabels = if case .labels = dataset.targets { true } else { false }
    // In double precision, where numbers are: a target far from 0 beside its deviation has no digits to spare.
    let isScaled = labels.isEmpty && !areLabels
    func original(_ values: [Float]) -> [Double] {
      values.map { isScaled ? scale.original(Double($0)) : Double($0) }
    }
    return EvaluatedSamples(
      width: width, predictions: original(predictions), classes: classes, labels: labels,
      values: original(values), losses: losses,
      kind: kind, isMultiLabel: areLabels, threshold: threshold)
  }
}

extension Evaluator {
  private static func firstOfLargest(_ values: UnsafeMutableBufferPointer<Float>, _ range: Range<Int>)
    -> Int32
  {
    var best = range.lowerBound
    for index in range where values[index] > values[best] { best = index }
    return Int32(best - range.lowerBound)
  }
}
