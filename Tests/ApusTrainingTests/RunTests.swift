import Apus
import Foundation
import Testing

/// The main job in process: from data to a folder.
@Suite struct RunTests {
  private func configuration(_ source: String, epochs: Int = 6) -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.data.source = source
    configuration.model.hidden = [16, 8]
    configuration.model.dropout = 0.2
    configuration.training.epochs = epochs
    configuration.training.batch = 16
    configuration.training.seed = 3
    return configuration
  }

  private func model(_ folder: TemporaryFolder, _ run: String) throws -> [UInt8] {
    try folder.bytes("\(run)/model.safetensors")
  }

  @Test func leavesEverythingInItsFolder() throws {
    let folder = try TemporaryFolder()
    let plan = try RunPlan(configuration("iris"), folder: folder.path("run"))
    let result = try plan.run()
    #expect(
      try folder.names("run") == [
        "checkpoints", "config.yaml", "history.csv", "model.safetensors", "run.json", "split.csv",
      ])
    #expect(
      result.task == .classification && result.epochs == 6
        && result.model.parameterCount == 16 * 5 + 8 * 17 + 3 * 9)
    #expect(result.modelFile == folder.path("run/model.safetensors"))
    for metrics in [result.training, result.validation, result.test] {
      #expect(
        metrics.map(\.name) == [
          "loss", "accuracy", "precision", "recall", "f1", "rocAUC", "logLoss", "brier", "calibrationError",
        ])
    }
    let json = try StrictJSON.parse(
      String(decoding: folder.bytes("run/run.json"), as: UTF8.self), name: "run.json")
    let keys = [
      "task", "train", "validation", "test", "standardErrors", "epochs", "seconds", "samplesPerSecond",
      "parameters", "model", "kept", "stopReason", "threads", "instructionSet", "bestEpoch", "reasons",
    ]
    #expect(json.objectValue!.map(\.key) == keys.sorted())
    #expect(result.json.objectValue!.map(\.key) == keys)
    #expect(
      json["standardErrors"]?["test"]?["accuracy"]?.doubleValue == result.test["accuracy"]?.standardError)
    #expect(json["reasons"]?["training.epochs"]?.stringValue?.isEmpty == false)
    #expect(result.keptEpoch == result.history.kept?.epoch)
    #expect(try result.model.bits == Model(contentsOf: result.modelFile).bits)
    #expect(json["test"]?["accuracy"]?.doubleValue == result.test[1].value)
    #expect(plan.reasons.lines.contains { $0.contains("rows for training") })
  }

  /// The file `config.yaml` of a run, run again, gives the same bits.
  @Test func theResolvedConfigurationReruns() throws {
    let folder = try TemporaryFolder()
    try folder.write("houses.csv", Samples.csv(90))
    var open = RunConfiguration()
    open.data.source = folder.path("houses.csv")
    open.data.target = "price"
    open.training.epochs = 3
    open.training.schedule = Warmup(over: .steps(4)).then(CosineDecay())
    _ = try RunPlan(open, folder: folder.path("a")).run()
    let again = try RunConfiguration.load(yaml: folder.path("a/config.yaml"))
    _ = try RunPlan(again, folder: folder.path("b")).run()
    #expect(try model(folder, "a") == model(folder, "b"))
    #expect(try folder.bytes("a/config.yaml") == folder.bytes("b/config.yaml"))
    #expect(again.training.learningRate != nil && again.training.batch != nil && again.model.layers != nil)
  }

  /// Nothing in a model file depends on threads, or on the instruction set.
  @Test func threadsAndInstructionSetsChangeNoByte() throws {
    let folder = try TemporaryFolder()
    var files: Set<[UInt8]> = []
    for threads in [1, 2, 3] {
      _ = try RunPlan(configuration("iris"), folder: folder.path("\(threads)"), threads: threads).run()
      files.insert(try model(folder, "\(threads)"))
    }
    #expect(files.count == 1)
  }

  /// A run that is interrupted after any of these steps, and resumed by a new process' worth of objects.
  @Test(arguments: [1, 7, 8, 13, 40])
  func resumesToTheSameBytes(after steps: Int) throws {
    let folder = try TemporaryFolder()
    _ = try RunPlan(configuration("iris"), folder: folder.path("whole")).run()
    let first = try RunPlan(configuration("iris"), folder: folder.path("cut"))
    #expect(try first.isPaused { step, _ in step >= steps })
    #expect(try !folder.names("cut").contains("model.safetensors"))
    let saved = try RunConfiguration.load(yaml: folder.path("cut/config.yaml"))
    let second = try RunPlan(saved, folder: folder.path("cut"), resume: true)
    #expect(second.notes.contains { $0.hasPrefix("resumed after step \(steps) of") })
    _ = try second.run()
    #expect(try model(folder, "cut") == model(folder, "whole"))
    #expect(try folder.bytes("cut/history.csv") == folder.bytes("whole/history.csv"))
  }

  /// A run on a thread of its own: every epoch, and the folder at the end.
  @Test func eventsOfAPlan() async throws {
    let folder = try TemporaryFolder()
    let plan = try RunPlan(configuration("iris"), folder: folder.path("run"))
    var (epochs, isFinished) = (0, false)
    for try await event in plan.events() {
      if case .epoch(let record) = event { epochs = record.epoch }
      if case .finished = event { isFinished = true }
    }
    #expect(epochs == 6 && isFinished)
    #expect(try Model(contentsOf: folder.path("run/model.safetensors")).bits != plan.model.bits)
    // What the run throws, the sequence throws.
    await #expect(throws: ApusError.self) { for try await _ in plan.events() {} }
  }

  /// The rows of the split, and the result's own view of them.
  @Test func everyRowHasAPart() throws {
    let folder = try TemporaryFolder()
    let result = try RunPlan(data: "iris", folder: folder.path("run")).run()
    let lines = String(decoding: try folder.bytes("run/split.csv"), as: UTF8.self).split(separator: "\n")
    let cells = lines.dropFirst().map { $0.split(separator: ",") }
    #expect(lines[0] == "row,part" && cells.compactMap { Int($0[0]) } == Array(1...150))
    let counts = ["training", "validation", "test"].map { part in cells.count { $0[1] == part } }
    #expect(counts == [result.trainingCount, result.validationCount, result.testCount])
    #expect(result.metrics == result.test && result.evaluated == .test)
  }

  @Test func otherSettingsDoNotResume() throws {
    let folder = try TemporaryFolder()
    var configuration = configuration("iris")
    configuration.training.checkpointEvery = 5
    _ = try RunPlan(configuration, folder: folder.path("run")).run()
    configuration.training.l2 = 0.5
    let error = #expect(throws: ApusError.self) {
      try RunPlan(configuration, folder: folder.path("run"), resume: true)
    }
    #expect(error?.kind == .foreignCheckpoint && error?.problem.contains("other settings") == true)
  }

  /// A learning rate that diverges: an error, and the last good epoch in the folder.
  @Test func divergenceKeepsTheLastGoodState() throws {
    let folder = try TemporaryFolder()
    var configuration = configuration("iris", epochs: 50)
    configuration.training.learningRate = 1e6
    configuration.training.optimizer = SGD()
    configuration.training.batch = 256
    let text = message { _ = try RunPlan(configuration, folder: folder.path("run")).run() }
    #expect(text.contains("diverges") || text.contains("no longer finite"))
    #expect(text.contains("the last good state") && text.contains("is kept in"))
    #expect(try Model(contentsOf: folder.path("run/model.safetensors")).bits.isEmpty == false)
  }

  @Test func aFolderThatCannotBeMade() throws {
    let folder = try TemporaryFolder()
    try folder.write("file", "x")
    let text = message { _ = try RunPlan(configuration("iris"), folder: folder.path("file/run")).run() }
    #expect(text.contains("choose another with --out"))
  }

  /// Regression works on scaled targets and reports in original units.
  @Test func regressionInOriginalUnits() throws {
    let folder = try TemporaryFolder()
    try folder.write("houses.csv", Samples.csv(200))
    var configuration = configuration(folder.path("houses.csv"), epochs: 60)
    configuration.model.dropout = 0
    configuration.data.target = "price"
    let result = try RunPlan(configuration, folder: folder.path("run")).run()
    #expect(result.test.map(\.name) == ["loss", "mse", "rmse", "mae", "r2"])
    #expect(result.test.last!.value > 0.9)
    #expect(result.test[2].value > 0.1 && result.test[2].value < 10)
  }
}

/// What configuration files may say, and what they may not.
@Suite struct ConfigurationTests {
  private func load(_ yaml: String) throws -> RunConfiguration {
    let folder = try TemporaryFolder()
    return try RunConfiguration.load(yaml: folder.write("c.yaml", yaml))
  }

  @Test func readsWhatItWrites() throws {
    var configuration = RunConfiguration()
    configuration.data.source = "a: b.csv"
    configuration.data.target = "3"
    configuration.data.leaveOut = ["yes", "no 1"]
    configuration.data.delimiter = ";"
    configuration.model.hidden = [3, 4]
    configuration.model.activation = Tanh()
    configuration.training.learningRate = 1e-5
    configuration.training.seed = .max
    configuration.training.optimizer = Adam(beta1: 0.5)
    #expect(try load(configuration.yaml()) == configuration)
    #expect(try load("") == RunConfiguration())
    #expect(try load("data:\nmodel:\n") == RunConfiguration())
  }

  @Test func unknownKeysGiveTheNearest() {
    #expect(message { _ = try load("training: {epoch: 3}") }.contains("did you mean “training.epochs”?"))
    #expect(message { _ = try load("trainning: {epochs: 3}") }.contains("did you mean “training”?"))
    #expect(message { _ = try load("data: {target: a, sorce: b}") }.contains("“data.source”"))
  }

  @Test func wrongValues() {
    #expect(message { _ = try load("training: {epochs: many}") }.contains("c.yaml"))
    #expect(message { _ = try load("training: 3") }.contains("is a section"))
    #expect(message { _ = try load("- 1") }.contains("data, model, training"))
    #expect(message { _ = try load("data: {source: [}") }.contains("not YAML"))
    #expect(message { _ = try RunConfiguration.load(yaml: "/none/c.yaml") }.contains("No such file"))
  }

  /// A model as layers, residual ones too, and its parameters' names.
  @Test func modelsAsLayers() throws {
    let folder = try TemporaryFolder()
    let configuration = try load(
      """
      data: {source: iris}
      model:
        layers:
          - dense: {units: 8, initializer: heNormal}
          - relu
          - residual:
              - dense: 8
              - dropout: 0.1
              - tanh
          - dense: {units: 3, hasBias: false}
      training: {epochs: 2, seed: 5, schedule: [{warmup: 3 steps}, cosine]}
      """)
    let plan = try RunPlan(configuration, folder: folder.path("run"))
    #expect(
      plan.model.parameters.map(\.path) == ["0.weight", "0.bias", "2.0.weight", "2.0.bias", "3.weight"])
    let result = try plan.run()
    #expect(result.epochs == 2)
    let again = try RunConfiguration.load(yaml: folder.path("run/config.yaml"))
    _ = try RunPlan(again, folder: folder.path("again")).run()
    #expect(try folder.bytes("run/model.safetensors") == folder.bytes("again/model.safetensors"))
  }

  @Test func mistakesInLayers() throws {
    let folder = try TemporaryFolder()
    func problem(_ model: String) -> String {
      message {
        _ = try RunPlan(
          load("data: {source: iris}\nmodel: \(model)"), folder: folder.path("run")
        ).run()
      }
    }
    #expect(problem("{layers: [{dens: 8}]}").contains("did you mean “dense”?"))
    #expect(problem("{layers: [{dense: {unit: 8}}]}").contains("did you mean “units”?"))
    #expect(problem("{layers: [{dense: 3}], hidden: [4]}").contains("one of the two"))
    #expect(problem("{layers: [{dense: 4}]}").contains("4 outputs for 3 classes"))
    #expect(problem("{hidden: [0]}").contains("model.hidden: 0 is out of range"))
    #expect(problem("{activation: rel}").contains("did you mean “relu”?"))
  }
}
