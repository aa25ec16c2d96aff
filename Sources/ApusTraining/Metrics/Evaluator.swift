package import ApusCore
package import ApusData
package import ApusNN

/// Predictions and losses of a model on a data set, batch by batch; without dropout unless its samples are asked for.
package final class Evaluator {
  private let compiled: CompiledModel
  private let objective: Objective

  /// - Parameters:
  ///   - model: with an objective.
  ///   - parameters: the arena to read the weights from, which may change between evaluations; the model's own when nil.
  ///   - mode: for Monte-Carlo dropout one that samples it.
  package init(
    _ model: Model, parameters: TensorStorage? = nil, mode: Scope.Mode = .inference, capacity: Int = 256,
    engine: Engine
  ) throws {
    objective = try model.requireObjective()
    compiled = try CompiledModel(
      model, arena: parameters, for: mode, outputs: [.prediction, .loss], capacity: capacity, engine: engine)
  }

  /// A Boolean value that indicates whether passes differ: whether the network draws random numbers.
  var isRandom: Bool { compiled.isRandom }

  /// Predictions and losses on the samples of the data set.
  ///
  /// - Parameters:
  ///   - threshold: of ``EvaluatedSamples/threshold``.
  ///   - readsTargets: whether the samples' targets are to be those of the model.
  ///   - pass: what the random numbers of dropout depend on, besides the model's seed.
  ///   - collective: the processes that ask for the same; each computes a part of the batches, and all have the results.
  package func run(
    _ dataset: any Dataset, threshold: Double? = nil, readsTargets: Bool = true, pass: Int = 0,
    collective: Collective? = nil
  ) throws -> EvaluatedSamples {
    try compiled.model.check(dataset, readsTargets: readsTargets)
    var predictions: [Float] = []
    var losses: [Float] = []
    var labels: [Int32] = []
    var values: [Float] = []
    let outputCount = compiled.size(of: .prediction)
    let width = outputCount / dataset.positions
    var classes: [Int32]? = dataset.positions > 1 ? [] : nil
    if classes == nil { predictions.reserveCapacity(dataset.count * outputCount) }
    let batches = dataset.batches(of: compiled.capacity)
    let own = collective.map { $0.part(of: batches.count) } ?? 0..<batches.count
    for (number, batch) in batches.enumerated() {
      let targets = batch.arrays(hasInputs: false)
      labels += targets.labels
      values += targets.values
      guard own.contains(number) else { continue }
      // Rows of another batch have masks of their own.
      try compiled.run(batch, step: pass + number << 32) { outputs in
        if classes == nil {
          predictions += outputs[0]
        } else {
          // The probabilities of each position of a long text would be many times the text.
          for position in stride(from: 0, to: outputs[0].count, by: width) {
            classes!.append(Self.firstOfLargest(outputs[0], position..<(position + width)))
          }
        }
        losses += outputs[1]
      }
    }
    if let collective, collective.count > 1 {
      predictions = try collective.joined(predictions)
      losses = try collective.joined(losses)
      classes = try classes.map { try collective.joined($0) }
    }
    let areLabels = if case .labels = objective.targets { true } else { false }
    // In double precision, where numbers are: a target far from 0 beside its deviation has no digits to spare.
    let isScaled = if case .values = objective.targets { true } else { false }
    let scales = (0..<width).map { objective.scale(of: $0) }
    func original(_ values: [Float]) -> [Double] {
      guard isScaled else { return values.map { Double($0) } }
      return values.enumerated().map { scales[$0 % width].original(Double($1)) }
    }
    var samples = EvaluatedSamples(
      width: width, predictions: original(predictions), classes: classes, labels: labels,
      values: original(values), losses: losses,
      weights: dataset.weights?.map { Double($0) }, kind: objective.loss.predictions, isMultiLabel: areLabels,
      threshold: threshold)
    samples.thresholds = objective.thresholds
    switch objective.targets {
    case .classes(let names): samples.classNames = names
    case .values(let names): samples.targetNames = names
    case .labels: break
    }
    return samples
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

extension Collective {
  /// The part of some pieces that is this process': contiguous, in the order of the ranks.
  fileprivate func part(of pieces: Int) -> Range<Int> {
    (rank * pieces / count)..<((rank + 1) * pieces / count)
  }

  /// The numbers of all processes, one after the other.
  fileprivate func joined<Number: BitwiseCopyable>(_ own: [Number]) throws -> [Number] {
    let all = try gather(own.withUnsafeBytes { Array($0) })
    return all.flatMap { bytes in
      [Number](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Number>.stride) { numbers, count in
        UnsafeMutableRawBufferPointer(numbers).copyBytes(from: bytes)
        count = bytes.count / MemoryLayout<Number>.stride
      }
    }
  }
}
