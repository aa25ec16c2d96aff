import Apus
import Testing

/// What a run says of rows that it has not learned from.
@Suite struct HeldOutMetricTests {
  private let folder: TemporaryFolder

  /// 240 rows, of which a third are "yes".
  init() throws {
    folder = try TemporaryFolder()
    let random = Philox(seed: 5, path: "held out")
    let rows = (0..<240).map { row -> String in
      let x = random.normal(UInt64(2 * row)), noise = random.normal(UInt64(2 * row + 1))
      return "\(x),\(noise),\(x + noise > 0.6 ? "yes" : "no"),\(["a", "b", "c"][row % 3])\n"
    }
    try folder.write("t.csv", "x,z,y,kind\n" + rows.joined())
  }

  private func configuration(_ training: String = "", data: String = "target: y") throws -> RunConfiguration {
    let text = """
      data: {source: \(folder.path)/t.csv, \(data)}
      model: {hidden: [4]}
      training: {epochs: 4\(training)}
      """
    return try RunConfiguration.load(yaml: folder.write("x.yaml", text))
  }

  private func run(_ training: String = "", data: String = "target: y") throws -> RunResult {
    try RunPlan(configuration(training, data: data), folder: folder.path("run"), overwrite: true).run()
  }

  private static let ofTwoClasses = [
    "loss", "accuracy", "precision", "recall", "f1", "rocAUC", "logLoss", "brier", "calibrationError",
  ]

  @Test func everyMetricOfEveryPart() throws {
    let result = try run()
    for metrics in [result.training, result.validation, result.test] {
      #expect(metrics.map(\.name) == Self.ofTwoClasses)
    }
    #expect(result.test["f1"]?.title == "f1 of \"yes\"" && result.test["accuracy"]?.title == "accuracy")
    #expect(result.json["positiveClass"] == .string("yes"))
    #expect(result.json["test"]?["rocAUC"]?.doubleValue == result.test["rocAUC"]?.value)
    let header = try FileBytes.text(of: folder.path("run/history.csv")).split(separator: "\n")[0]
    #expect(header.hasSuffix(Self.ofTwoClasses.map { ",validation_\($0)" }.joined()))
    // By hand, from the rows set aside.
    let test = try #require(result.test["brier"])
    let source = try DataSource.open(folder.path("t.csv"))
    let all = try result.model.results(on: result.model.samples(source))
    let rows = try FileBytes.text(of: folder.path("run/split.csv")).split(separator: "\n").dropFirst()
      .filter { $0.hasSuffix(",test") }.map { Int($0.split(separator: ",")[0])! - 1 }
    let sum = rows.reduce(0.0) { sum, row in
      let distance = all.predictions[2 * row + 1] - Double(all.labels[row])
      return sum + distance * distance
    }
    #expect(abs(test.value - sum / Double(rows.count)) < 1e-6)
  }

  @Test func moreThanTwoClasses() throws {
    let result = try run(", metrics: [f1, {topK: 1}, {topK: 2}]", data: "target: kind")
    #expect(result.test.map(\.name) == ["loss", "f1", "top1", "top2"])
    #expect(result.test["f1"]?.positiveClass == nil && result.json["positiveClass"] == nil)
    #expect(result.history.epochs.allSatisfy { $0.validation.map(\.name) == ["loss", "f1", "top1", "top2"] })
    // The sentences don't depend on what was asked for.
    #expect(RunHeadline(result).sentence.contains("correctly for"))
  }

  @Test(arguments: [
    (", metrics: [r2]", "training.metrics: the metric r2 is not defined for 2 classes (no, yes)"),
    (", metrics: [f1, f1]", "f1 is named twice"),
    (
      ", metrics: [logLoss], loss: multiclassSVM", "not defined for 2 classes (no, yes) with a loss of scores"
    ),
    (", metrics: [f2]", "training.metrics: unknown metric “f2”"),
  ])
  func metricsThatCannotBe(_ training: String, _ expected: String) throws {
    let text = message { _ = try RunPlan(configuration(training), folder: folder.path("no")) }
    #expect(text.contains(expected), "\(text)")
  }

  // MARK: Rows that were trained on

  @Test func evaluationSaysWhatWasTrainedOn() throws {
    let result = try run(data: "target: y, test: 0.25, validation: 0.1")
    let saved = try Model(contentsOf: result.modelFile)
    let all = try saved.evaluate(DataSource.open(folder.path("t.csv")))
    #expect(all.trainedOn == result.trainingCount && all.samples == 240)
    #expect(all.notes.contains { $0.contains("\(result.trainingCount) of the 240 rows") })
    #expect(all.unseenMetrics.map(\.name) == all.metrics.map(\.name))
    // In another order, with a column more, a tenth of the rows being new.
    let lines = try FileBytes.text(of: folder.path("t.csv")).split(separator: "\n").map(String.init)
    let parts = try FileBytes.text(of: folder.path("run/split.csv")).split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",")[1] }
    let unseen = parts.indices.filter { parts[$0] != "training" }.map { lines[$0 - parts.startIndex + 1] }
    try folder.write("new.csv", "more,x,z,y,kind\n" + unseen.reversed().map { "1,\($0)\n" }.joined())
    let new = try saved.evaluate(DataSource.open(folder.path("new.csv")))
    #expect(new.trainedOn == 0 && new.unseenMetrics.isEmpty)
    #expect(new.notes.contains("the model was trained on none of the \(unseen.count) rows"))
    #expect(abs(new.metrics[0].value - all.unseenMetrics[0].value) < 1e-6)
  }

  /// More rows than there is room for: an estimate.
  @Test func sketches() throws {
    let random = Philox(seed: 9, path: "sketch")
    func rows(_ range: Range<Int>) throws -> TableDataset {
      try TableDataset(
        features: range.flatMap { row in (0..<2).map { Float(random.normal(UInt64(2 * row + $0))) } },
        inputShape: [2], values: range.map { Float($0 % 7) }, names: ["y"])
    }
    let few = try RowSketch(rows(0..<4000))
    #expect(few.isComplete)
    #expect(try few.count(in: rows(3000..<5000)) == 1000)
    #expect(try few.others(in: rows(3999..<4003)) == [1, 2, 3])
    #expect(try RowSketch(few.text) == few)
    var many = try RowSketch(rows(0..<30_000))
    #expect(!many.isComplete && many.text.count < 42_000)
    #expect(try RowSketch(many.text) == many)
    #expect(try many.count(in: rows(30_000..<40_000)) == 0)
    #expect(try many.count(in: rows(10_000..<20_000)) == 10_000)
    #expect(try abs(many.count(in: rows(15_000..<45_000)) - 15_000) < 1500)
    // A union is what both together would be.
    let whole = many
    many = try RowSketch(rows(0..<12_000))
    many.formUnion(try RowSketch(rows(10_000..<30_000)))
    #expect(many == whole)
    #expect(message { _ = try RowSketch("00000000zz") }.contains("damaged"))
  }

  // MARK: Thresholds

  @Test func automaticThreshold() throws {
    let result = try run(", threshold: auto")
    let threshold = try #require(result.thresholds.first)
    #expect(result.thresholds.count == 1 && threshold.name == "yes")
    let saved = try Model(contentsOf: result.modelFile)
    #expect(try saved.requireObjective().thresholds == [threshold.value])
    // No other threshold finds more on the validation rows.
    let best = try #require(result.validation["f1"]).value
    let rows = try FileBytes.text(of: folder.path("run/split.csv")).split(separator: "\n").dropFirst()
      .filter { $0.hasSuffix(",validation") }.map { Int($0.split(separator: ",")[0])! - 1 }
    let samples = try saved.samples(DataSource.open(folder.path("t.csv"))).subset(rows)
    for part in 0...100 {
      let other = try #require(F1(threshold: Double(part) / 100)(saved.results(on: samples)))
      #expect(other.value <= best + 1e-12)
    }
    #expect(result.json["thresholds"]?["yes"]?.doubleValue == threshold.value)
    // Whatever stands in the model holds for predictions too.
    let table = try saved.predict(DataSource.open(folder.path("t.csv")))
    #expect(
      table.predictions.count { $0 == "yes" }
        == table.predictions.indices.count { table.classProbabilities[2 * $0 + 1] > threshold.value })
  }

  @Test func aThresholdForEachLabel() throws {
    let lines = (0..<200).map { row -> String in
      let x = Double((row * 37) % 100) / 50 - 1
      return "\(x),\(x > 0.8 ? 1 : 0),\(x > -0.8 ? 1 : 0)\n"
    }
    try folder.write("l.csv", "x,rare,often\n" + lines.joined())
    var configuration = try configuration(", threshold: auto")
    configuration.data.target = nil
    (configuration.data.source, configuration.data.targets) = (folder.path("l.csv"), ["rare", "often"])
    let result = try RunPlan(configuration, folder: folder.path("labels")).run()
    #expect(result.thresholds.map(\.name) == ["rare", "often"])
    #expect(result.thresholds[0].value != result.thresholds[1].value)
    configuration.training.threshold = .fixed(0.3)
    let fixed = try RunPlan(configuration, folder: folder.path("fixed")).run()
    #expect(fixed.model.objective?.thresholds == [0.3, 0.3])
  }

  @Test(arguments: [
    (", threshold: 1.5", "target: y", "1.5 is no probability"),
    (", threshold: auto", "target: y, validation: 0", "there are none"),
    (", threshold: 0.4", "target: kind", "the target is 3 classes (a, b, c)"),
    (", threshold: best", "target: y", "expected a number, or auto"),
  ])
  func thresholdsThatCannotBe(_ training: String, _ data: String, _ expected: String) throws {
    let text = message {
      _ = try RunPlan(configuration(training, data: data), folder: folder.path("no"))
    }
    #expect(text.contains("training.threshold: ") && text.contains(expected), "\(text)")
  }

  // MARK: Seeds

  /// The same test rows for other first weights.
  @Test func theDataHasASeedOfItsOwn() throws {
    func split(_ training: String, _ data: String) throws -> (rows: String, bits: [UInt32]) {
      let result = try run(training, data: "target: y\(data)")
      return (try FileBytes.text(of: folder.path("run/split.csv")), result.model.bits)
    }
    let a = try split(", seed: 1", ", seed: 7")
    let b = try split(", seed: 2", ", seed: 7")
    let c = try split(", seed: 7", "")
    #expect(a.rows == b.rows && a.rows == c.rows && a.bits != b.bits)
    #expect(try split(", seed: 1", "").rows != a.rows)
  }

  // MARK: Weights of classes

  /// The same as copies of the rows, whatever the loss.
  @Test(arguments: [
    "", ", loss: binaryCrossEntropy", ", loss: logistic", ", loss: hinge", ", loss: multiclassSVM",
    ", loss: halfSquaredError",
  ])
  func classWeightsCount(_ loss: String) throws {
    // Full batches: the order of rows has no say.
    let common = "\(loss), batch: 100000, keep: last, optimizer: sgd, learningRate: 0.1, schedule: constant"
    func result(_ weights: String) throws -> RunResult { try run(common + weights) }
    let plain = try result("")
    let weighted = try result(", classWeights: {yes: 3}")
    #expect(plain.model.bits != weighted.model.bits)
    let same = try result(", classWeights: {yes: 1, no: 1}")
    for (a, b) in zip(plain.model.parameters, same.model.parameters) {
      for (x, y) in zip(plain.model[a.path]!, same.model[b.path]!) { #expect(abs(x - y) < 1e-5) }
    }
    // More "yes" are predicted, and metrics count each row once.
    let source = try DataSource.open(folder.path("t.csv"))
    let more = try weighted.model.predict(source).predictions.count { $0 == "yes" }
    #expect(try more > plain.model.predict(source).predictions.count { $0 == "yes" })
    let training = try weighted.model.samples(source)
    #expect(training.weights == nil)
  }

  @Test func balancedWeights() throws {
    #expect(
      try Recipe.ClassWeights.balanced.values(["a", "b", "c"], counts: [10, 30, 0]) == [2, 40.0 / 60, 1])
    let text = message {
      _ = try RunPlan(configuration(", classWeights: {yess: 2}"), folder: folder.path("no"))
    }
    #expect(text.contains("there is no class \"yess\"") && text.contains("did you mean “yes”"), "\(text)")
    for (training, data, expected) in [
      (", classWeights: balanced", "target: x", "the target is 1 number (x)"),
      (", classWeights: {yes: 0}", "target: y", "expected a positive number"),
      (", classWeights: balance", "target: y", "did you mean “balanced”"),
    ] {
      let text = message {
        _ = try RunPlan(configuration(training, data: data), folder: folder.path("no"))
      }
      #expect(text.contains("training.classWeights: ") && text.contains(expected), "\(text)")
    }
  }
}
