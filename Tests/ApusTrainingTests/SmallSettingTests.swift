import Apus
import Testing

/// Settings that are a word or a number more.
@Suite struct SmallSettingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ yaml: String) throws -> RunResult {
    let configuration = try RunConfiguration.load(yaml: folder.write("x.yaml", yaml))
    return try RunPlan(configuration, folder: folder.path("run"), overwrite: true).run()
  }

  @Test func allRowsInAStep() throws {
    func result(_ batch: String) throws -> RunResult {
      try run("data: {source: iris}\nmodel: {hidden: [4]}\ntraining: {epochs: 3, batch: \(batch)}")
    }
    let all = try result("all")
    #expect(all.configuration.training.batch == all.trainingCount)
    #expect(try all.model.bits == result("\(all.trainingCount)").model.bits)
    #expect(all.notes.allSatisfy { !$0.contains("batch") })
    let text = message { _ = try result("most") }
    #expect(text.contains("training.batch") && text.contains("or all"), "\(text)")
  }

  @Test(arguments: ["prelu", "{prelu: {perChannel: true}}", "maxout", "{maxout: {pieces: 3}}"])
  func activationsThatLearn(_ activation: String) throws {
    let result = try run(
      "data: {source: iris}\nmodel: {hidden: [6, 5], activation: \(activation)}\ntraining: {epochs: 60, batch: 16}"
    )
    #expect(result.test["accuracy"]?.value ?? 0 > 0.8)
    let layers = result.model.summary.map(\.name)
    if activation.contains("maxout") {
      #expect(layers.filter { $0 == "maxout" }.count == 2)
      #expect(result.model.outputShape == [3])
    } else {
      #expect(layers.filter { $0 == "prelu" }.count == 2 && layers.filter { $0 == "dense" }.count == 3)
    }
    #expect(try Model(contentsOf: result.modelFile).bits == result.model.bits)
  }

  @Test func unknownActivationsAreNamed() throws {
    let text = message {
      _ = try run("data: {source: iris}\nmodel: {activation: prellu}\ntraining: {epochs: 1}")
    }
    #expect(text.contains("unknown activation “prellu”") && text.contains("did you mean “prelu”"), "\(text)")
  }

  /// Biases of a layer begin with a number.
  @Test func biasConstants() throws {
    let model = try Model(input: [4, 4, 1], seed: 1) {
      Conv2D(2, 3, biasValue: 0.1)
      Flatten()
      Dense(3, biasValue: -1.5)
      Dense(2)
    }
    #expect(
      model["0.bias"] == [0.1, 0.1] && model["2.bias"] == [-1.5, -1.5, -1.5] && model["3.bias"] == [0, 0])
    let result = try run(
      "data: {source: iris}\nmodel: {layers: [{dense: {units: 4, biasValue: 0.5}}, relu, {dense: 3}]}\n"
        + "training: {epochs: 0}")
    #expect(result.model["0.bias"] == [0.5, 0.5, 0.5, 0.5])
    #expect(try Model(contentsOf: result.modelFile).bits == result.model.bits)
  }
}
