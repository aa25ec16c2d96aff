import Apus
import Testing

/// A model knows what it is for.
@Suite struct ObjectiveTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func split(_ data: some Dataset) throws -> DatasetSplit {
    try data.split(validation: 0.2, test: 0.2, seed: 1)
  }

  @Test func comesFromTheData() throws {
    let classes = try split(Samples.classes(60))
    let model = try Model(for: classes, seed: 1) { Dense(2) }
    let objective = try model.requireObjective()
    #expect(objective.loss is SoftmaxCrossEntropy && objective.targets == .classes(names: ["no", "yes"]))
    let numbers = try Model(for: split(Samples.values(60))) { Dense(1) }
    #expect(try numbers.requireObjective().loss is SquaredError)
    let other = try Model(for: classes, loss: BinaryCrossEntropy()) { Dense(1) }
    #expect(try other.requireObjective().loss is BinaryCrossEntropy)
    // A model without one takes it when it is fitted.
    var plain = try Model(input: [5], seed: 1) { Dense(2) }
    #expect(plain.objective == nil)
    try plain.fit(classes, epochs: 1)
    #expect(try plain.requireObjective().targets == objective.targets)
  }

  @Test func aLastLayerThatDoesNotFit() throws {
    let classes = try split(Samples.classes(60))
    #expect(
      message { _ = try Model(for: classes) { Dense(3) } }
        == "the model has 3 outputs for 2 classes; expected 2 (end it with Dense(2))")
    #expect(message { _ = try Model(for: classes, loss: SquaredError()) { Dense(4) } }.contains("1 or 2"))
    #expect(
      message { _ = try Model(for: split(Samples.values(60)), loss: SoftmaxCrossEntropy()) { Dense(1) } }
        .contains("is for classes, and the targets are numbers"))
    #expect(message { _ = try Model(for: split(Samples.values(60))) { Dense(2) } }.contains("Dense(1)"))
  }

  /// What `fit` does is what a trainer does.
  @Test func fitIsTraining() throws {
    let data = try split(Samples.classes(80, flipped: 0.2))
    func model() throws -> Model {
      try Model(for: data, seed: 3) {
        Dense(6); ReLU(); Dense(2)
      }
    }
    var (one, other) = try (model(), model())
    let history = try one.fit(data, epochs: 6, batch: 8, optimizer: .adam(1e-2), seed: 5)
    let settings = TrainingSettings(optimizer: .adam(1e-2), epochs: 6, batch: 8, seed: 5)
    let expected = try other.fit(data, settings: settings)
    #expect(one.bits == other.bits && history == expected && history.kept?.rule == .bestEpoch)
  }

  @Test func predictionsOfEachKind() throws {
    let classes = try split(Samples.classes(80))
    for (loss, outputs) in [(SoftmaxCrossEntropy() as any Loss, 2), (BinaryCrossEntropy(), 1)] {
      let model = try Model(for: classes, seed: 1, loss: loss) { Dense(outputs) }
      let predictions = try model.predict(on: classes.test)
      let results = try model.results(on: classes.test)
      #expect(predictions.count == 16)
      for (prediction, label) in zip(predictions, results.predictedLabels) {
        #expect(prediction.label == ["no", "yes"][Int(label)])
        #expect(prediction.probabilities.map(\.name) == ["no", "yes"] && prediction.values.isEmpty)
        #expect(abs(prediction.probabilities.reduce(0) { $0 + $1.probability } - 1) < 1e-6)
        #expect(prediction.probability(of: prediction.label!)! >= 0.5)
      }
    }
    let numbers = try split(Samples.values(50))
    let line = try Model(for: numbers, seed: 1) { Dense(1) }
    #expect(try line.predict(on: numbers.test).map(\.value) == line.results(on: numbers.test).predictions)
    let labels = try split(
      TableDataset(
        features: (0..<40).map { Float($0) }, inputShape: [1],
        indicators: (0..<80).map { $0 % 3 == 0 ? 1 : 0 },
        labels: ["a", "b"]))
    let several = try Model(for: labels, seed: 1) { Dense(2) }
    for prediction in try several.predict(on: labels.test) {
      #expect(prediction.label == nil && prediction.probabilities.map(\.name) == ["a", "b"])
      #expect(prediction.labels == prediction.probabilities.filter { $0.probability > 0.5 }.map(\.name))
    }
    #expect(Prediction(label: "cat", probabilities: [("cat", 0.99812)]).description == "cat (0.998)")
    #expect(Prediction(values: [21_400.4]).description == "21400")
  }

  @Test func whatCannotBePredicted() throws {
    let model = try Model(input: [5]) { Dense(2) }
    let data = try Samples.classes(10)
    #expect(message { _ = try model.predict(on: data) }.contains("the model has no objective"))
    guard case .table(let iris) = try DataSource.open("iris").content else { throw ApusError("no table") }
    #expect(message { _ = try model.predict(iris) }.contains("was not trained on a table"))
    #expect(
      message { _ = try model.predict(ImageSet.digits().training) }.contains(
        "was not trained on images"))
  }

  /// Of a model whose objective says what an output must exceed, everything that decides does so by it.
  @Test func thresholdsDecide() throws {
    let classes = try split(Samples.classes(80))
    for (loss, outputs) in [(SoftmaxCrossEntropy() as any Loss, 2), (BinaryCrossEntropy(), 1)] {
      var model = try Model(
        for: classes, seed: 1, loss: loss, objective: .classes(["no", "yes"], threshold: 0.53)
      ) {
        Dense(outputs)
      }
      try model.save(to: folder.path("m.safetensors"))
      #expect(try Model(contentsOf: folder.path("m.safetensors")).objective?.thresholds == [0.53])
      let predictions = try model.predict(on: classes.training)
      for prediction in predictions {
        #expect(prediction.label == (prediction.probability(of: "yes")! > 0.53 ? "yes" : "no"))
      }
      let asked = try model.evaluate(on: classes.training)
      model.objective?.thresholds = []
      let results = try model.results(on: classes.training, threshold: 0.53)
      #expect(asked["accuracy"]?.value == Accuracy()(results)?.value)
    }
    let labels = try TableDataset(
      features: (0..<60).map { Float($0) / 30 - 1 }, inputShape: [1],
      indicators: (0..<120).map { $0 % 3 == 0 ? 1 : 0 }, labels: ["a", "b"])
    let model = try Model(for: labels, objective: .labels(["a", "b"], thresholds: [0.4, 0.6])) { Dense(2) }
    for prediction in try model.predict(on: labels) {
      let probabilities = prediction.probabilities.map(\.probability)
      #expect(
        prediction.labels == (probabilities[0] > 0.4 ? ["a"] : []) + (probabilities[1] > 0.6 ? ["b"] : []))
    }
    var wrong = model
    wrong.objective?.thresholds = [0.4]
    #expect(
      message { try wrong.save(to: folder.path("w.safetensors")) }.contains("1 threshold for 2 labels (a, b)")
    )
  }

  /// Each output has a scale of its own, and its unit is said.
  @Test func numbersInTheirOwnUnits() throws {
    let data = try TableDataset(
      features: (0..<40).map { Float($0) }, inputShape: [1], values: (0..<80).map { Float($0 % 7) },
      names: ["width", "price"])
    let scales = [
      TargetScale(mean: 10, deviation: 2, unit: "cm"), TargetScale(mean: 1e4, deviation: 500, unit: "EUR"),
    ]
    let model = try Model(for: data, objective: .numbers(["width", "price"], scales: scales)) { Dense(2) }
    let raw = try model.compiled(outputs: [.prediction])(data.batch([3]))[.prediction].values()
    let prediction = try model.predict(on: data)[3]
    #expect(prediction.values == zip(raw, scales).map { $1.mean + $1.deviation * Double($0) })
    #expect(prediction.description.contains(" cm, ") && prediction.description.hasSuffix(" EUR"))
    let results = try model.results(on: data)
    #expect(results.values[0] == 10 && results.values[1] == 1e4 + 500)
  }

  /// Numbers that were scaled by other rows are others.
  @Test func dataScaledOtherwise() throws {
    guard case .table(let table) = try DataSource.open("fish").content else { throw ApusError("no table") }
    let task = try table.task(target: "Weight")
    let (one, other) = try (task.split(seed: 1), task.split(seed: 2))
    var model = try Model(for: one, seed: 1) { Dense(1) }
    #expect(try model.requireObjective().scales == one.training.scales)
    #expect(one.training.scales.count == 1 && one.training.scales != other.training.scales)
    #expect(message { try model.fit(other, epochs: 1) }.contains("the data set's numbers are (y − "))
    #expect(message { _ = try model.evaluate(on: other.test) }.contains("as the model's objective has them"))
    let step = try TrainingStep(model, batch: 8)
    #expect(message { try step.gradients(other.training.batch([0, 1])) }.contains("the data set's numbers"))
    try step.gradients(one.training.batch([0, 1]))
    // Of a data set alone, without its split, the scale is known too.
    let alone = try Model(for: one.training, seed: 1) { Dense(1) }
    #expect(alone.objective?.scales == model.objective?.scales)
  }
}
