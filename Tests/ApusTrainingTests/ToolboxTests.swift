import Apus
import ApusCore
import Testing

/// Losses, optimizers and schedules at work in a session.
@Suite struct ToolboxTests {
  private func session(
    _ data: TableDataset, outputs: Int, loss: any Loss, optimizer: OptimizerSetting = .adam(0.02),
    schedule: any Schedule = ConstantRate(), epochs: Int = 30, validation: TableDataset? = nil
  ) throws -> TrainingSession {
    let model = try Model(for: data, seed: 1, loss: loss) {
      Dense(16)
      Tanh()
      Dense(outputs)
    }
    var settings = TrainingSettings(optimizer: optimizer, epochs: epochs, batch: 16)
    settings.schedule = schedule
    return try TrainingSession(model, training: data, validation: validation, settings: settings)
  }

  /// Whatever a loss makes of classes, a network learns them by it.
  @Test(arguments: [
    ("softmaxCrossEntropy", 2), ("binaryCrossEntropy", 1), ("binaryCrossEntropy", 2), ("logistic", 1),
    ("hinge", 1), ("hinge", 2), ("squaredHinge", 1), ("multiclassSVM", 2), ("squaredError", 1),
    ("halfSquaredError", 2),
    ("huber", 1),
  ])
  func classesAreLearntBy(_ name: String, _ outputs: Int) throws {
    let data = try Samples.classes(300)
    let session = try session(data, outputs: outputs, loss: Losses.loss(.string(name)))
    while !session.isFinished { try session.runEpoch() }
    let results = try session.results(on: data)
    #expect(try #require(Accuracy()(results)).value > 0.93, "\(name)")
    #expect(try #require(ROCAUC()(results)).value > 0.97, "\(name)")
  }

  @Test(arguments: Optimizers.table.names)
  func numbersAreLearntBy(_ name: String) throws {
    let optimizer = try Optimizers.optimizer(.string(name))
    let data = try Samples.values(200)
    var setting = OptimizerSetting.sgd()
    setting.optimizer = optimizer
    setting.rate = name == "adagrad" ? 0.1 : optimizer.defaultRate
    let session = try session(data, outputs: 1, loss: SquaredError(), optimizer: setting)
    let first = try session.runStep()
    while !session.isFinished { try session.runEpoch() }
    #expect(try #require(session.progress.history.epochs.last).trainingLoss < 0.1 * Double(first), "\(name)")
  }

  @Test func absoluteErrorsLearnNumbers() throws {
    let data = try Samples.values(200)
    let session = try session(data, outputs: 1, loss: AbsoluteError())
    while !session.isFinished { try session.runEpoch() }
    #expect(try #require(MAE()(session.results(on: data))).value < 0.15)
  }

  /// Several labels of which any may hold: K outputs, each a yes or a no.
  @Test func independentLabels() throws {
    let random = Philox(seed: 1, path: "labels")
    let features = (0..<900).map { Float(random.normal(UInt64($0))) }
    let values = (0..<300).flatMap { row -> [Float] in
      let x = features[(row * 3)..<(row * 3 + 3)].map { $0 }
      return [x[0] > 0 ? 1 : 0, x[1] + x[2] > 0 ? 1 : 0, x[0] > x[2] ? 1 : 0, x[1] < -1 ? 1 : 0]
    }
    let data = try TableDataset(
      features: features, inputShape: [3], indicators: values, labels: ["a", "b", "c", "d"])
    let session = try session(data, outputs: 4, loss: BinaryCrossEntropy())
    #expect(abs(Double(try session.runStep()) - 0.69) < 0.3)
    while !session.isFinished { try session.runEpoch() }
    let results = try session.results(on: data)
    #expect(results.isMultiLabel)
    #expect(try #require(Accuracy()(results)).value > 0.95)
    #expect(F1().ofEachClass(results).count == 4)
    #expect(try #require(F1()(results)).value > 0.9)
    #expect(Metrics.standard(results).map(\.name) == ["loss", "accuracy", "subsetAccuracy", "f1", "microF1"])
  }

  /// Label smoothing and class weights reach the weights.
  @Test func weightsMoveTheBalance() throws {
    let data = try Samples.classes(200, flipped: 0.3)
    func share(_ loss: SoftmaxCrossEntropy) throws -> Double {
      let session = try session(data, outputs: 2, loss: loss, epochs: 5)
      while !session.isFinished { try session.runEpoch() }
      let labels = try session.results(on: data).predictedLabels
      return Double(labels.count { $0 == 1 }) / Double(labels.count)
    }
    #expect(try share(SoftmaxCrossEntropy(classWeights: [1, 20])) > 0.9)
    #expect(try share(SoftmaxCrossEntropy(classWeights: [20, 1])) < 0.1)
  }

  // MARK: Schedules

  @Test func theRateFallsOnAPlateau() throws {
    let data = try Samples.classes(100, flipped: 0.4)
    let session = try session(
      data, outputs: 2, loss: SoftmaxCrossEntropy(), schedule: ReduceOnPlateau(factor: 0.5, patience: 1),
      epochs: 40, validation: Samples.classes(60, flipped: 0.4, seed: 2))
    while !session.isFinished { try session.runEpoch() }
    #expect(session.progress.schedule.reductions > 2)
    let rates = session.progress.history.epochs.map(\.rate)
    #expect(zip(rates, rates.dropFirst()).allSatisfy { $1 == $0 || $1 == $0 / 2 })
  }

  /// From a checkpoint in the middle of the plateaus to the same bits.
  @Test func aPlateauIsResumed() throws {
    let data = try Samples.classes(100, flipped: 0.4)
    func begin() throws -> TrainingSession {
      try session(
        data, outputs: 2, loss: SoftmaxCrossEntropy(),
        optimizer: .momentum(0.1, 0.9, from: 0.5, over: .epochs(8)),
        schedule: Warmup(over: .steps(10)).then(ReduceOnPlateau(factor: 0.5, patience: 0)), epochs: 20)
    }
    let whole = try begin()
    while !whole.isFinished { try whole.runStep() }
    for stop in [3, 40, 77] {
      let first = try begin()
      for _ in 0..<stop { try first.runStep() }
      let folder = try TemporaryFolder()
      let store = CheckpointStore(folder: folder.path, fingerprint: "f")
      try store.save(first.state)
      let second = try begin()
      try second.restore(try #require(try store.latest()).state)
      while !second.isFinished { try second.runStep() }
      #expect(second.snapshot().bits == whole.snapshot().bits)
      #expect(second.progress == whole.progress)
    }
    #expect(whole.progress.schedule.parts.last?.reductions ?? 0 > 0)
  }

  @Test func aNegativeRateIsAnError() throws {
    let session = try session(
      Samples.classes(64), outputs: 2, loss: SoftmaxCrossEntropy(), schedule: Falling())
    try session.runStep()
    try session.runStep()
    try session.runStep()
    let before = session.snapshot().bits
    let text = message { try session.runStep() }
    #expect(text.contains("the learning rate of step 4 is -"))
    #expect(text.contains("training.schedule") && text.contains("falling"))
    #expect(session.snapshot().bits == before)
  }

  // MARK: Weight decay

  /// AdamW decays weights; biases, and groups without decay, stay when there is no gradient.
  @Test func decayIsForWeights() throws {
    var model = try Model(input: [2], seed: 1) {
      Dense(2)
      Dense(1)
    }
    for parameter in model.parameters {
      try model.set(parameter.path, to: Array(repeating: 1, count: parameter.count))
    }
    let step = try TrainingStep(
      model, loss: .squared, optimizer: AdamW(weightDecay: 0.5), capacity: 1,
      groups: [ParameterGroup("1", l2: 0)])
    // The output is right, so that every gradient is 0.
    try step.load(inputs: [1, 1], targets: [7])
    try step.run(rows: 1, step: 1, rate: 0.1)
    let after = step.trained[0].snapshot()
    #expect(after["0.weight"] == [0.95, 0.95, 0.95, 0.95])
    #expect(after["0.bias"] == [1, 1] && after["1.weight"] == [1, 1] && after["1.bias"] == [1])
  }
}

/// A schedule of a program's own, which is in no table, and whose rates fall below 0.
private struct Falling: Schedule {
  static let name = "falling"
  static let formula = "η / (1 − 0.4 t)"

  func rate(step: Int, base: Double, run: RunLength) -> Double {
    InverseTime(k: -0.4).rate(step: step, base: base, run: run)
  }
}
