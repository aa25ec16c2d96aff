import Apus
import Testing

/// Penalties, limits and accumulation against what they are by definition.
@Suite struct RegularizationTests {
  private let inputs: [Float] = [0.5, -1, 2, 0.25, 1, 1]
  private let targets: [Float] = [3, -2]
  private let start: [Float] = [1, -2, 0.5]
  // As in StepTests: the gradient of the mean squared error of w·x + 0.25 at `start`.
  private let gradient: [Float] = [0.625, 0.25, 2.5]

  private func weights(_ regularization: Regularization, rate: Double = 0.1) throws -> [Float] {
    var model = try Model(input: [3], seed: 1) { Dense(1) }
    try model.set("0.weight", to: start)
    try model.set("0.bias", to: [0.25])
    let step = try TrainingStep(
      model, loss: .squared, optimizer: SGD(), capacity: 2, regularization: regularization)
    try step.run(rows: step.load(inputs: inputs, targets: targets), step: 1, rate: rate)
    return step.trained[0].snapshot()["0.weight"]!
  }

  private func isClose(_ a: [Float], _ b: [Float]) -> Bool {
    zip(a, b).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) }
  }

  @Test func l1AddsItsSign() throws {
    let expected = zip(start, gradient).map { $0 - 0.1 * ($1 + 0.3 * ($0 > 0 ? 1 : -1)) }
    #expect(try isClose(weights(Regularization(l1: 0.3)), expected))
  }

  @Test func elastic() throws {
    let expected = zip(start, gradient).map { $0 - 0.1 * ($1 + 0.2 * $0 + 0.3 * ($0 > 0 ? 1 : -1)) }
    #expect(try isClose(weights(Regularization(l2: 0.2, l1: 0.3)), expected))
  }

  @Test func clippingByValue() throws {
    let expected = zip(start, gradient).map { $0 - 0.1 * max(-0.5, min(0.5, $1)) }
    #expect(try isClose(weights(Regularization(clipValue: 0.5)), expected))
  }

  /// By norm first, then by value.
  @Test func bothClippings() throws {
    let norm = (gradient.reduce(0) { $0 + $1 * $1 } + 1.75 * 1.75).squareRoot()
    let expected = zip(start, gradient).map { $0 - 0.1 * max(-0.4, min(0.4, $1 / norm)) }
    #expect(try isClose(weights(Regularization(clipNorm: 1, clipValue: 0.4)), expected))
  }

  @Test func maxNormHoldsForEachUnit() throws {
    var model = try Model(input: [3], seed: 5) { Dense(4, initializer: .normal(2)) }
    try model.set("0.bias", to: [9, 9, 9, 9])
    let step = try TrainingStep(
      model, loss: .squared, optimizer: SGD(), capacity: 2,
      regularization: Regularization(maxNorm: 1.5))
    try step.load(inputs: inputs, targets: [Float](repeating: 0, count: 8))
    try step.run(rows: 2, step: 1, rate: 0)
    let (before, after) = (model["0.weight"]!, step.trained[0].snapshot())
    func norm(_ weights: [Float], _ unit: Int) -> Float {
      (0..<3).reduce(0) { $0 + weights[$1 * 4 + unit] * weights[$1 * 4 + unit] }.squareRoot()
    }
    #expect((0..<4).contains { norm(before, $0) > 1.6 })
    for unit in 0..<4 {
      let expected = min(norm(before, unit), 1.5)
      #expect(abs(norm(after["0.weight"]!, unit) - expected) < 1e-5)
    }
    #expect(after["0.bias"] == model["0.bias"])
  }

  @Test(arguments: [
    (Regularization(l1: -1), "l1 is -1"), (Regularization(l2: .nan), "l2 is nan"),
    (Regularization(maxNorm: 0), "maxNorm is 0"), (Regularization(clipValue: -0.5), "clipValue is -0.5"),
  ])
  func whatIsOutOfRange(_ regularization: Regularization, _ expected: String) {
    #expect(message { _ = try weights(regularization) }.contains(expected))
  }

  // MARK: Accumulation

  private func session(batch: Int, accumulate: Int, dropout: Double = 0) throws -> TrainingSession {
    let iris = try DataSource.open("iris")
    guard case .table(let table) = iris.content else { throw ApusError("iris is no table") }
    let task = try TableTask(table, target: nil, task: nil, leaveOut: [])
    let split = task.unsplit()
    let data = try task.fit(split.training).apply(to: table).dataset.subset(Array(0..<100))
    let model = try Model(input: [4], seed: 3) {
      Dense(8)
      Tanh()
      Dropout(dropout)
      Dense(3)
    }
    return try TrainingSession(
      model, training: data,
      settings: TrainingSettings(
        optimizer: .sgd(0.5), epochs: 2, batch: batch, accumulate: accumulate,
        seed: 1))
  }

  /// Seven batches of 8 are one of 56, the last ones of an epoch too, up to rounding.
  @Test func accumulatedBatchesAreOneLargeBatch() throws {
    let (small, large) = try (session(batch: 8, accumulate: 7), session(batch: 56, accumulate: 1))
    #expect(small.stepsPerEpoch == 2 && large.stepsPerEpoch == 2)
    for _ in 0..<4 {
      let (a, b) = try (small.runStep(), large.runStep())
      #expect(abs(a - b) < 1e-5)
    }
    let (a, b) = (small.snapshot(), large.snapshot())
    for parameter in a.parameters {
      #expect(zip(a[parameter.path]!, b[parameter.path]!).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    let (first, second) = (small.progress.history.epochs, large.progress.history.epochs)
    #expect(zip(first, second).allSatisfy { abs($0.trainingLoss - $1.trainingLoss) < 1e-5 })
  }

  /// Dropout draws anew for each of the batches.
  @Test func batchesOfAStepHaveTheirOwnRandomNumbers() throws {
    let model = try Model(input: [4], seed: 3) { Dropout(0.5) }
    let step = try TrainingStep(
      ModelTraining(model, optimizer: .sgd()), loss: .squared, capacity: 4, accumulates: true,
      taps: [.layer("0")])
    var outputs: [[Float]] = []
    func load(_ batch: Int) throws -> Int {
      if batch > 0 { outputs.append(try step.value(of: .layer("0")).values()) }
      return try step.load(
        inputs: [Float](repeating: 1, count: 16), targets: [Float](repeating: 0, count: 16))
    }
    _ = try step.gradients(batches: 3, rows: 12, load: load)
    outputs.append(try step.value(of: .layer("0")).values())
    #expect(outputs.count == 3 && Set(outputs).count == 3)
  }

  @Test func resumesWithinAnEpochOfAccumulatedBatches() throws {
    let (whole, first) = try (
      session(batch: 8, accumulate: 3, dropout: 0.3), session(batch: 8, accumulate: 3, dropout: 0.3)
    )
    while !whole.isFinished { try whole.runStep() }
    for _ in 0..<3 { try first.runStep() }
    let second = try session(batch: 8, accumulate: 3, dropout: 0.3)
    try second.restore(first.state)
    while !second.isFinished { try second.runStep() }
    #expect(second.state == whole.state)
  }

  // MARK: The goal

  /// lecture 5's Σ|W − W_old| ≤ goal, the whole set in each step.
  @Test func stopsWhenTheWeightsRest() throws {
    func epochs(goal: Double?) throws -> (epochs: Int, reason: String?) {
      let data = try TableDataset(
        features: [0, 1, 2, 3], inputShape: [1], values: [1, 3, 5, 7], names: ["y"])
      var model = try Model(input: [1], seed: 1) { Dense(1) }
      var reason: String?
      let settings = TrainingSettings(optimizer: .sgd(0.1), epochs: 500, batch: 4, goal: goal)
      let history = try model.fit(data, settings: settings) {
        if case .stopped(let why) = $0 { reason = why }
      }
      return (history.epochs.count, reason)
    }
    #expect(try epochs(goal: nil).epochs == 500)
    let early = try epochs(goal: 1e-3)
    #expect(early.epochs > 10 && early.epochs < 200)
    #expect(early.reason?.contains("the goal is 0.001") == true)
    #expect(try epochs(goal: 1e-2).epochs < early.epochs)
  }

  // MARK: Groups in a configuration

  @Test func groupsFromAConfiguration() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "groups.yaml",
      """
      data: {source: iris}
      model: {hidden: [8]}
      training:
        epochs: 2
        groups:
          - {path: "0", frozen: true}
          - {path: 2.weight, rate: 0.1, l2: 0.5}
      """)
    let configuration = try RunConfiguration.load(yaml: path)
    #expect(
      configuration.training.groups == [.frozen("0"), ParameterGroup("2.weight", rateFactor: 0.1, l2: 0.5)])
    let plan = try RunPlan(configuration, folder: folder.path("run"))
    let model = try Model(contentsOf: plan.run().modelFile)
    #expect(model["0.weight"] == plan.model["0.weight"] && model["2.weight"] != plan.model["2.weight"])
    let again = try RunConfiguration.load(yaml: folder.path("run/config.yaml"))
    #expect(again.training.groups == configuration.training.groups)

    func problem(_ group: String) throws -> String {
      let text = "data: {source: iris}\nmodel: {hidden: [8]}\ntraining: {groups: [\(group)]}"
      let path = try folder.write("bad.yaml", text)
      return message { _ = try RunPlan(RunConfiguration.load(yaml: path), folder: folder.path("bad")).run() }
    }
    #expect(try problem("{path: 2.weigth}").contains("did you mean “2.weight”"))
    #expect(try problem("{path: \"0\", frozn: true}").contains("did you mean “frozen”"))
    #expect(try problem("{path: \"0\", rate: -1}").contains("rate is -1"))
  }
}
