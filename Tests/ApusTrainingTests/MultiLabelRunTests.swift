import Apus
import Foundation
import Testing

/// Independent labels from a table to predictions (A7).
@Suite struct MultiLabelRunTests {
  /// Three labels of two numbers: above one half, above each other, both small.
  private static func rows(_ count: Int) -> [(a: Double, b: Double, labels: [Bool])] {
    let random = Philox(seed: 5, path: "labels")
    return (0..<count).map { row in
      let a = (random.uniform(UInt64(2 * row)) * 1000).rounded() / 1000
      let b = (random.uniform(UInt64(2 * row + 1)) * 1000).rounded() / 1000
      return (a, b, [a > 0.5, a > b, a + b < 0.7])
    }
  }

  private static func columns(_ count: Int) -> String {
    "a,b,high,first,small\n"
      + rows(count).map { "\($0.a),\($0.b)," + $0.labels.map { $0 ? "1" : "0" }.joined(separator: ",") }
      .joined(separator: "\n") + "\n"
  }

  private static func lists(_ count: Int) -> String {
    "a,b,tags\n"
      + rows(count).map { row in
        let tags = zip(["high", "first", "small"], row.labels).filter(\.1).map(\.0)
        return "\(row.a),\(row.b),\(tags.joined(separator: "|"))"
      }.joined(separator: "\n") + "\n"
  }

  private func trained(_ csv: String, _ data: String, _ folder: TemporaryFolder) throws -> RunResult {
    try folder.write("x.csv", csv)
    let yaml =
      "data: {source: \(folder.path("x.csv")), \(data)}\nmodel: {hidden: [16]}\ntraining: {epochs: 60}\n"
    let configuration = try RunConfiguration.load(yaml: folder.write("c.yaml", yaml))
    return try RunPlan(configuration, folder: folder.path("run")).run()
  }

  @Test func columnsAndListsAreLearnt() throws {
    for (csv, data) in [
      (Self.columns(400), "targets: [high, first, small]"), (Self.lists(400), "target: tags"),
    ] {
      let folder = try TemporaryFolder()
      let result = try trained(csv, data, folder)
      #expect(result.task == .multiLabel)
      #expect(
        result.test.map(\.name) == [
          "loss", "accuracy", "subsetAccuracy", "precision", "recall", "f1", "microF1", "rocAUC", "logLoss",
          "brier", "calibrationError",
        ])
      for name in ["accuracy", "subsetAccuracy", "f1", "microF1"] {
        #expect(result.test[name]?.value ?? 0 > 0.85, "\(result.test)")
      }
      #expect(result.labels.map(\.name).sorted() == ["first", "high", "small"])
      #expect(result.labels.allSatisfy { $0.found + $0.missed + $0.wrong + $0.absent == 80 })
      // The macro F1 is the mean of the labels' own.
      let macro = result.labels.compactMap(\.f1).reduce(0, +) / 3
      #expect(abs(macro - (result.test["f1"]?.value ?? 0)) < 1e-12)
      #expect(result.json["labels"]?.arrayValue?.count == 3)
      let again = try RunConfiguration.load(yaml: folder.path("run/config.yaml"))
      _ = try RunPlan(again, folder: folder.path("again")).run()
      #expect(try folder.bytes("again/model.safetensors") == folder.bytes("run/model.safetensors"))
    }
  }

  @Test func predictionsAndThresholds() throws {
    let folder = try TemporaryFolder()
    _ = try trained(Self.columns(300), "targets: [high, first, small]", folder)
    let saved = try Model(contentsOf: folder.path("run/model.safetensors"))
    let source = try DataSource.open(folder.path("x.csv"), format: saved.tableFormat)
    let usual = try saved.predict(source)
    let lines = usual.csv(allClasses: true).split(separator: "\n")
    #expect(lines[0] == "high,first,small,probability_high,probability_first,probability_small")
    #expect(usual.csv().hasPrefix("high,first,small\n") && lines.count == 301)
    for line in lines.dropFirst() {
      let fields = line.split(separator: ",")
      for label in 0..<3 { #expect((fields[label] == "1") == (Double(fields[label + 3])! > 0.5)) }
    }
    let all = try saved.predict(source, threshold: 0)
    #expect(all.decisions.allSatisfy { $0 } && all.predictions[0] == "high|first|small")
    let evaluation = try saved.evaluate(source, threshold: 1)
    #expect(evaluation.task == .multiLabel && evaluation.labels.allSatisfy { $0.found == 0 && $0.wrong == 0 })
    let names = try saved.evaluate(source).metrics.map(\.name)
    #expect(
      Set(names).isSuperset(of: ["accuracy", "subsetAccuracy", "f1", "microF1", "rocAUC", "precision"]))
    // One of the targets is not there.
    try folder.write("y.csv", "a,b,high,first\n0.1,0.2,1,0\n")
    let text = message { _ = try saved.evaluate(DataSource.open(folder.path("y.csv"))) }
    #expect(text.contains("the columns “high”, “first”, “small”"))
  }

  @Test func mistakes() throws {
    let folder = try TemporaryFolder()
    func problem(_ data: String) -> String { message { _ = try trained(Self.columns(50), data, folder) } }
    #expect(problem("targets: [high, frist]").contains("did you mean \"first\"?"))
    #expect(problem("target: high, targets: [first, small]").contains("data.targets is given too"))
    #expect(problem("targets: [high, first], task: classification").contains("several targets are named"))
    try folder.write("x.csv", Self.columns(50))
    var configuration = RunConfiguration()
    configuration.data.source = folder.path("x.csv")
    configuration.data.targets = ["high", "first"]
    configuration.training.loss = SoftmaxCrossEntropy()
    let text = message { _ = try RunPlan(configuration, folder: folder.path("run")).run() }
    #expect(text.contains("independent labels") && text.contains("binaryCrossEntropy"))
    configuration.training.loss = nil
    configuration.model.family = SoftmaxRegression()
    #expect(
      message { _ = try RunPlan(configuration, folder: folder.path("run")).run() }
        .contains("this is multi-label"))
  }

  /// Test rows of another file with a label that training never saw: its row and its name.
  @Test func aNewLabelInTheTestData() throws {
    let folder = try TemporaryFolder()
    try folder.write("t.csv", "a,b,tags\n0.1,0.2,high\n0.3,0.4,high|tall\n")
    let text = message {
      _ = try trained(Self.lists(60), "target: tags, testData: \(folder.path("t.csv"))", folder)
    }
    #expect(text.contains("\"tall\"") && text.contains("row 2"))
  }
}
