import Apus
import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import TestSupport
import Testing

/// Batches are values: which rows; and a loop of one's own over them is what `fit` does.
@Suite struct BatchTests {
  private func model(_ data: any Dataset, dropout: Double = 0) throws -> Model {
    try Model(for: data, seed: 2) {
      Dense(8); ReLU(); Dropout(dropout); Dense(2)
    }
  }

  @Test func batchesOfAnEpoch() throws {
    let data = try Samples.classes(25)
    let plain = data.batches(of: 10)
    #expect(plain.count == 3 && plain.map(\.count) == [10, 10, 5])
    #expect(Array(plain[2].rows) == [20, 21, 22, 23, 24])
    #expect(plain[0].columns == ["input", "target"] && plain[0]["input"].shape == [10, 5])
    #expect(plain[0]["weights"].error?.description.contains("did you mean") != nil)
    #expect(try plain[1]["target"].integers() == Array(data.labels[10..<20]))
    let first = data.batches(of: 10, shuffledBy: 3, epoch: 0).flatMap { Array($0.rows) }
    #expect(first.sorted() == Array(0..<25) && first != Array(0..<25))
    #expect(data.batches(of: 7, shuffledBy: 3, epoch: 0).flatMap { Array($0.rows) } == first)
    #expect(data.batches(of: 10, shuffledBy: 3, epoch: 1).flatMap { Array($0.rows) } != first)
    // Of a subset, the rows of the whole.
    let part = data.subset([4, 9, 2])
    #expect(Array(part.batches(of: 2)[0].rows) == [4, 9] && part.batches(of: 2).count == 2)
    #expect(message { _ = try data.batch([25]) }.contains("no sample 25"))
  }

  /// Gradients and update by hand: the bits of `fit`, dropout and schedule included.
  @Test func aLoopByHandIsFit() throws {
    let data = try Samples.classes(70)
    let model = try model(data, dropout: 0.3)
    var fitted = model
    try fitted.fit(data, epochs: 3, batch: 16, optimizer: .adamW(5e-3), schedule: .cosine, seed: 9)
    let step = try TrainingStep(model, optimizer: .adamW(5e-3), schedule: .cosine, batch: 16, steps: 15)
    for epoch in 0..<3 {
      for batch in data.batches(of: 16, shuffledBy: 9, epoch: epoch) {
        try step.gradients(batch)
        try step.update()
      }
    }
    #expect(step.count == 15 && step.updates == 15)
    #expect(step.model.bits == fitted.bits)
  }

  @Test func aSkippedStepAdvancesTheRandomNumbersAlone() throws {
    let data = try Samples.classes(16)
    let model = try model(data, dropout: 0.5)
    let step = try TrainingStep(model, batch: 16)
    let batch = data.batches(of: 16)[0]
    let first = try step.gradients(batch)
    let second = try step.gradients(batch)
    #expect(first != second && step.count == 2 && step.updates == 0)
    #expect(step.model.bits == model.bits && step.gradientNorm > 0)
    try step.update()
    #expect(step.updates == 1 && step.model.bits != model.bits)
    #expect(message { try step.update() }.contains("without new gradients"))
  }

  @Test func mistakesAreNamed() throws {
    let data = try Samples.classes(40)
    let model = try model(data)
    let step = try TrainingStep(model, batch: 16)
    #expect(message { try step.gradients(data.batches(of: 17)[0]) }.contains("17 rows; expected at most 16"))
    #expect(message { try step.gradients(data.batch([])) }.contains("without rows"))
    #expect(
      message { try step.gradients(Samples.values(20).batches(of: 4)[0]) }.contains("[2]; expected [5]"))
    let others = try TableDataset(
      features: Array(data.features[..<20]), inputShape: [5], labels: [0, 1, 0, 1], names: ["left", "right"])
    #expect(message { try step.gradients(others.batches(of: 4)[0]) }.contains("2 classes (left, right)"))
    let numbers = try TableDataset(
      features: Array(data.features[..<20]), inputShape: [5], values: [1, 2, 3, 4], names: ["y"])
    #expect(message { try step.gradients(numbers.batches(of: 4)[0]) }.contains("1 number (y)"))
    #expect(message { try step.update(rate: -1) }.contains("0 or more") || step.updates == 0)
    #expect(
      message { _ = try TrainingStep(Model(input: [5]) { Dense(2) }, batch: 4) }.contains("no objective"))
    #expect(step[gradient: "0.wait"].error?.description.contains("no parameter") == true)
    #expect(step.value(of: .layer("0")).error?.description.contains("was not asked for") == true)
    let cosine = try TrainingStep(model, schedule: .cosine, batch: 16)
    try cosine.gradients(data.batches(of: 16)[0])
    #expect(message { try cosine.update() }.contains("give steps: to the step"))
    #expect(cosine.model.bits == model.bits && cosine.rate == nil)
    try cosine.update(rate: 1e-3)
    let epochs = try TrainingStep(model, schedule: .step(every: .epochs(2)), batch: 16, steps: 100)
    try epochs.gradients(data.batches(of: 16)[0])
    #expect(message { try epochs.update() }.contains("give stepsPerEpoch:"))
  }

  @Test func namedModelsThatAreNotThere() throws {
    let model = try Model(input: [1], seed: 1) { Dense(1) }
    func step(_ loss: String, _ called: String) throws -> TrainingStep {
      try TrainingStep(["generator": .init(model)], inputs: ["x": [1]], batch: 2) { models, inputs in
        [loss: models[called](inputs["x"]).mean()]
      }
    }
    #expect(message { _ = try step("generator", "generater") }.contains("did you mean “generator”"))
    #expect(message { _ = try step("critic", "generator") }.contains("no model \"critic\""))
    let right = try step("generator", "generator")
    #expect(message { try right.run(["z": Tensor([[1]])]) }.contains("no input \"z\""))
    #expect(message { try right.run(["x": Tensor([[1], [2], [3]])]) }.contains("3 rows"))
    #expect(message { try right.run(["x": Tensor([[1, 2]])]) }.contains("expected [rows, 1]"))
    #expect(
      message { try right.gradients(Samples.values(2).batches(of: 1)[0]) }.contains("tensors by name: x"))
    let missing = right.models["critic"]
    #expect(missing(Tensor([[1]])).error?.description.contains("no model \"critic\"") == true)
    #expect(message { try missing.save(to: "/nowhere/x.safetensors") }.contains("no model \"critic\""))
  }
}

/// Rows that count more than others, in the loss and its gradients.
@Suite struct WeightedTrainingTests {
  private func data(_ weights: [Float]?) throws -> TableDataset {
    let plain = try Samples.classes(12)
    return try TableDataset(
      features: plain.features, inputShape: [5], labels: plain.labels, names: ["a", "b"], weights: weights)
  }

  private func trained(_ data: TableDataset, batch: Int, accumulate: Int = 1) throws -> (Model, History) {
    var model = try Model(for: data, seed: 3) {
      Dense(4); Tanh(); Dense(2)
    }
    let settings = TrainingSettings(
      optimizer: .sgd(0.5), epochs: 4, batch: batch, accumulate: accumulate, seed: 1)
    let history = try model.fit(data, settings: settings)
    return (model, history)
  }

  private func areClose(_ a: Model, _ b: Model) -> Bool {
    a.parameters.allSatisfy { parameter in
      zip(a[parameter.path]!, b[parameter.path]!).allSatisfy { abs($0 - $1) < 2e-6 }
    }
  }

  /// Whole weights are copies of rows, where all rows are one batch.
  @Test func weightsAreCopies() throws {
    let weights: [Float] = [1, 2, 0, 3, 1, 1, 2, 0, 1, 1, 4, 1]
    let (weighted, history) = try trained(data(weights), batch: 12)
    let plain = try data(nil)
    let rows = weights.enumerated().flatMap { [Int](repeating: $0, count: Int($1)) }
    let copies = try TableDataset(
      features: rows.flatMap { plain.features[($0 * 5)..<($0 * 5 + 5)] }, inputShape: [5],
      labels: rows.map { plain.labels[$0] }, names: ["a", "b"])
    let (copied, copiedHistory) = try trained(copies, batch: copies.count)
    #expect(areClose(weighted, copied))
    for (a, b) in zip(history.epochs, copiedHistory.epochs) {
      #expect(abs(a.trainingLoss - b.trainingLoss) < 1e-5)
    }
    // And so do metrics count them.
    let (one, other) = try (weighted.evaluate(on: data(weights)), weighted.evaluate(on: copies))
    #expect(abs(one["accuracy"]!.value - other["accuracy"]!.value) < 1e-9)
    #expect(abs(one["loss"]!.value - other["loss"]!.value) < 1e-6)
  }

  /// Equal weights are none, small batches too.
  @Test func equalWeightsAreNone() throws {
    let (weighted, history) = try trained(data([Float](repeating: 2, count: 12)), batch: 5)
    let (plain, plainHistory) = try trained(data(nil), batch: 5)
    #expect(areClose(weighted, plain))
    #expect(abs(history.epochs.last!.trainingLoss - plainHistory.epochs.last!.trainingLoss) < 1e-6)
  }

  /// Batches that accumulate are one large batch, by their weights.
  @Test func accumulatedByWeight() throws {
    let weights: [Float] = [1, 2, 0, 3, 1, 1, 2, 0, 1, 1, 4, 1]
    let (small, _) = try trained(data(weights), batch: 4, accumulate: 3)
    let (large, _) = try trained(data(weights), batch: 12)
    #expect(areClose(small, large))
  }

  /// A batch that counts nothing changes nothing.
  @Test func batchesOfNoWeight() throws {
    let data = try data([0, 0, 0] + [Float](repeating: 1, count: 9))
    let model = try Model(for: data, seed: 3) { Dense(2) }
    let step = try TrainingStep(model, optimizer: .sgd(1), batch: 3, isWeighted: true)
    #expect(try step.gradients(data.batch([0, 1, 2])) == 0)
    try step.update()
    #expect(step.model.bits == model.bits)
    let plain = try TrainingStep(model, batch: 3)
    #expect(message { try plain.gradients(data.batch([3])) }.contains("isWeighted: true"))
  }

  @Test func gradientsByWeight() throws {
    let data = try data([1, 2, 0, 3, 1, 1, 2, 0, 1, 1, 4, 1])
    let model = try Model(for: data, seed: 3) {
      Dense(4); Tanh(); Dense(2)
    }
    let report = try GradientCheck(model, batch: data.batches(of: 12)[0]).run()
    #expect(report.level == .ok && report.worst!.relativeError < 1e-7, "\(report.worst!)")
  }
}

/// Several inputs, and new last layers, through the same `fit`.
@Suite struct ColumnSetTests {
  private struct Sum: Network {
    static let name = "sumOfTwo"
    static let formula = "dense(left) + dense(right)"
    func callAsFunction(_ inputs: NamedTensors, in scope: Scope) -> NamedTensors {
      [
        "y": scope.call(Dense(1), inputs["left"], named: "left")
          + scope.call(Dense(1), inputs["right"], named: "right")
      ]
    }
  }

  private func rows(_ count: Int) throws -> ColumnSet {
    let random = Philox(seed: 8, path: "columns")
    let left = (0..<count).map { row in (0..<2).map { Float(random.normal(UInt64(row * 5 + $0))) } }
    let right = (0..<count).map { row in (0..<3).map { Float(random.normal(UInt64(row * 5 + 2 + $0))) } }
    return try ColumnSet(
      ["left": .numbers(left), "right": .numbers(right)],
      target: .numbers(zip(left, right).map { $0[0] - 2 * $0[1] + 3 * $1[2] + 1 }))
  }

  @Test func severalInputsThroughFit() throws {
    let data = try rows(200)
    let split = try data.split(validation: 0.1, test: 0.2, seed: 1)
    var model = try Model(for: split, seed: 1, network: Sum())
    try model.fit(split, epochs: 60, batch: 16, optimizer: .adam(2e-2))
    #expect(try model.evaluate(on: split.test)["r2"]!.value > 0.999)
    let weights = try #require(model["left.weight"]) + #require(model["right.weight"])
    #expect(zip(weights, [1, -2, 0, 0, 3] as [Float]).allSatisfy { abs($0 - $1) < 0.05 }, "\(weights)")
    let batch = split.test.batches(of: 4)[0]
    #expect(
      batch["left"].shape == [4, 2] && batch["right"].shape == [4, 3] && batch["target"].shape == [4, 1])
    let predicted = try model.compiled(batch: 3)(["left": batch["left"], "right": batch["right"]])
    #expect(
      areSameBits(try predicted[.prediction].values(), try model.compiled()(batch)[.prediction].values()))
  }

  @Test func mistakesAreNamed() throws {
    #expect(
      message { _ = try ColumnSet(["a": .numbers([[1], [2]])], target: .numbers([1])) }.contains(
        "column \"a\""))
    #expect(
      message { _ = try ColumnSet(["a": .numbers([[1], [2, 3]])], target: .numbers([1, 2])) }.contains(
        "row 2"))
    #expect(
      message { _ = try ColumnSet(["a": .numbers([[1]])], target: .numbers([1]), weights: [-1]) }.contains(
        "0 or more"))
    #expect(
      message { _ = try ColumnSet(["a": .numbers([[1]])], target: .classes([2], names: ["x"])) }.contains(
        "0 … 0"))
    #expect(message { _ = try Model(for: rows(4), network: Sequential([Dense(1)])) }.contains("2 tensors"))
  }

  @Test func newLastLayers() throws {
    let data = try Samples.classes(60)
    var model = try Model(for: data, seed: 1) {
      Dense(6); ReLU(); Dense(2)
    }
    try model.fit(data, epochs: 2)
    let other = try TableDataset(
      features: data.features, inputShape: [5], labels: (0..<60).map { Int32($0 % 4) },
      names: ["a", "b", "c", "d"])
    var replaced = try model.replacingOutput(for: other)
    #expect(replaced.outputShape == [4] && replaced["0.weight"] == model["0.weight"])
    let before = replaced
    try replaced.fit(other, epochs: 2, frozen: .allButOutput)
    #expect(replaced["0.weight"] == before["0.weight"] && replaced["2.weight"] != before["2.weight"])
    try replaced.fit(other, epochs: 1)
    #expect(replaced["0.weight"] != before["0.weight"])
    #expect(message { _ = try model.replacingOutput(for: Samples.values(4)) }.contains("[2]; expected [5]"))
    // Classes of other names are other classes.
    let renamed = try TableDataset(
      features: data.features, inputShape: [5], labels: data.labels, names: ["x", "y"])
    #expect(message { try model.fit(renamed, epochs: 1) }.contains("2 classes (x, y)"))
  }
}
