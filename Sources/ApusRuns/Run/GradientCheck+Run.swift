import ApusCore
import ApusData
public import ApusNN

extension GradientCheck {
  /// Checks the model that a configuration would train, on some of its training rows.
  ///
  /// - Throws: when the data cannot be read or a setting is wrong.
  public init(_ configuration: RunConfiguration, rows: Int, elements: Int) throws {
    let examined = try ExaminedModel(configuration)
    try self.init(examined.model, batch: examined.sample(rows), elements: elements)
  }

  /// Checks a model with its weights, on synthetic samples: normal inputs, as scaled ones are, or characters, and
  /// targets at random. A gradient must be right on any.
  ///
  /// - Throws: when the loss does not fit the model's outputs.
  public init(_ model: Model, rows: Int, elements: Int) throws {
    let random = Philox(seed: model.seed, path: "gradient check samples")
    let outputs = model.outputShape.reduce(1, *)
    let isLabelled = try model.requireObjective().loss.targetType(for: [.rows, 2]).scalar == .int32
    let targets =
      model.objective?.targets
      ?? (isLabelled
        ? .classes(names: (0..<outputs).map { "\($0)" }) : .values(names: (0..<outputs).map { "\($0)" }))
    let isText = if case .text? = model.preprocessing { true } else { false }
    let size = model.inputShape.reduce(1, *)
    let inputs = (0..<(rows * size)).map { index in
      isText
        ? Float(random.integer(UInt64(index), below: targets.outputCount))
        : Float(random.normal(UInt64(index)))
    }
    let start = UInt64(inputs.count)
    let positions = isText ? model.inputShape[0] : 1
    let labels = (0..<(rows * positions)).map {
      Int32(random.integer(start + UInt64($0), below: targets.outputCount))
    }
    let samples: any Dataset
    switch targets {
    case .classes where isText:
      samples = try SequenceSamples(inputs, labels, length: positions, targets: targets)
    case .classes(let names):
      samples = try TableDataset(features: inputs, inputShape: model.inputShape, labels: labels, names: names)
    case .labels(let names):
      samples = try TableDataset(
        features: inputs, inputShape: model.inputShape,
        indicators: (0..<(rows * names.count)).map { Float(random.integer(start + UInt64($0), below: 2)) },
        labels: names)
    case .values(let names):
      samples = try TableDataset(
        features: inputs, inputShape: model.inputShape,
        values: (0..<(rows * names.count)).map { Float(random.normal(start + UInt64($0))) }, names: names)
    }
    try self.init(model, batch: samples.batch(Array(0..<rows)), elements: elements)
  }
}

/// Sequences of classes, each position with a class of its own.
private struct SequenceSamples: Dataset {
  let count: Int
  let positions: Int
  let targets: TargetKind
  private let inputs: [Float]
  private let labels: [Int32]

  init(_ inputs: [Float], _ labels: [Int32], length: Int, targets: TargetKind) throws {
    (self.inputs, self.labels, self.targets) = (inputs, labels, targets)
    positions = length
    count = inputs.count / length
  }

  var inputShape: [Int] { [positions] }

  func gather(_ rows: ArraySlice<Int>, into memory: Batch.Memory) {
    for (place, row) in zip(0..., rows) {
      let range = (row * positions)..<((row + 1) * positions)
      memory.write(inputs[range], at: place)
      if let targets = memory.targetIntegers {
        for (at, index) in zip((place * positions)..., range) { targets[at] = labels[index] }
      }
    }
  }
}
