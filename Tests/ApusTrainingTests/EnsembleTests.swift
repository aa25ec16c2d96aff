import Apus
import Foundation
import Testing

/// Averages of models are what they are by definition, and one file holds them.
@Suite struct EnsembleTests {
  private func models(_ count: Int, outputs: Int = 3) throws -> [Model] {
    try (0..<count).map { seed in
      try Model(input: [4], seed: UInt64(seed)) {
        Dense(6)
        Tanh()
        Dense(outputs)
      }
    }
  }
  private let inputs = (0..<20).map { Float(Philox(seed: 3).uniform(UInt64($0))) * 8 - 4 }

  private func check(_ loss: some Loss, outputs: Int) throws {
    var members = try models(3, outputs: outputs)
    let names = (0..<outputs).map { "\($0)" }
    let objective =
      loss.classTargets == .numbers ? Objective.classes(names, loss: loss) : .numbers(names, loss: loss)
    for index in members.indices { members[index].objective = objective }
    let ensemble = try Model.ensemble(of: members)
    #expect(ensemble.objective?.targets == objective.targets)
    let own = try Predictor(ensemble).predict(inputs)
    let all = try members.map { try Predictor($0).predict(inputs) }
    for index in own.indices {
      let mean = all.reduce(0.0) { $0 + Double($1[index]) } / 3
      #expect(abs(Double(own[index]) - mean) < 1e-6)
    }
  }

  @Test func probabilitiesAreAveraged() throws {
    try check(SoftmaxCrossEntropy(), outputs: 3)
    try check(BinaryCrossEntropy(), outputs: 2)
    try check(SquaredError(), outputs: 1)
  }

  @Test func extremeLogitsStayFinite() throws {
    var members = try models(2)
    for index in members.indices {
      members[index].objective = .classes(["a", "b", "c"])
      try members[index].set("2.bias", to: index == 0 ? [1000, -1000, 0] : [-1000, 1000, 0])
    }
    let ensemble = try Model.ensemble(of: members)
    let predictions = try Predictor(ensemble).predict([0, 0, 0, 0])
    #expect(zip(predictions, [0.5, 0.5, 0]).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func weightsAreAveraged() throws {
    let members = try models(4)
    let average = try Model.average(of: members)
    for parameter in average.parameters {
      let all = members.map { $0[parameter.path]! }
      for (index, value) in average[parameter.path]!.enumerated() {
        #expect(abs(value - all.reduce(0) { $0 + $1[index] } / 4) < 1e-6)
      }
    }
  }

  @Test func whatCannotBeAveraged() throws {
    let other = try Model(input: [4]) { Dense(3) }
    #expect(message { _ = try Model.average(of: models(1) + [other]) }.contains("different architectures"))
    #expect(message { _ = try Model.ensemble(of: []) }.contains("no models"))
    #expect(message { _ = try Model.ensemble(of: models(2)) }.contains("no objective"))
  }

  // MARK: Methods

  @Test func methodsKeepWhatTheySay() throws {
    func moment(_ step: Int, _ epoch: Int, end: Bool = true) -> EnsembleMoment {
      EnsembleMoment(step: step, isEpochEnd: end, epoch: epoch, epochs: 6)
    }
    func kept(_ method: any EnsembleMethod, stepsPerEpoch: Int = 1) -> [[Float]] {
      var kept: [[Float]] = []
      for epoch in 1...6 {
        for step in 1...stepsPerEpoch {
          let isEnd = step == stepsPerEpoch
          [Float(epoch)].withUnsafeBufferPointer {
            method.observe(
              moment((epoch - 1) * stepsPerEpoch + step, isEnd ? epoch : epoch - 1, end: isEnd), weights: $0,
              kept: &kept)
          }
        }
      }
      return kept
    }
    #expect(kept(SnapshotEnsemble(count: 3), stepsPerEpoch: 4) == [[2], [4], [6]])
    #expect(kept(CheckpointAverage(count: 2), stepsPerEpoch: 4) == [[5], [6]])
    #expect(kept(SeedEnsemble(count: 2)) == [])
    // a ← a + (1 − d)(w − a), d = (1 + t) / (10 + t) while that is below 0.9.
    var expected: Float = 1
    for step in 2...6 { expected += Float(9 / Double(10 + step)) * (Float(step) - expected) }
    #expect(abs(kept(MovingAverage(decay: 0.9))[0][0] - expected) < 1e-5)
  }

  // MARK: Runs

  private func configuration(_ ensemble: String, epochs: Int = 8) throws -> RunConfiguration {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "e.yaml",
      """
      data: {source: iris}
      model: {hidden: [6]}
      training: {epochs: \(epochs), batch: 16, seed: 5, ensemble: \(ensemble)}
      """)
    return try RunConfiguration.load(yaml: path)
  }

  @Test func seedsAreTrainingsOfTheirOwn() throws {
    let folder = try TemporaryFolder()
    let plan = try RunPlan(configuration("{seeds: 3}"), folder: folder.path("a"))
    let result = try plan.run()
    let saved = try Model(contentsOf: result.modelFile)
    #expect(
      saved.parameterCount == 3 * (5 * 6 + 7 * 3) && result.model.parameterCount == saved.parameterCount)
    // The first member is the run without an ensemble.
    var single = try configuration("{seeds: 3}")
    single.training.ensemble = nil
    let alone = try Model(
      contentsOf: RunPlan(single, folder: folder.path("alone")).run().modelFile)
    #expect(saved["0.0.0.weight"] == alone["0.weight"])
    #expect(saved["0.1.0.weight"] != alone["0.weight"])
    // The result is that of the averaged predictions, on the same rows.
    let evaluation = try saved.evaluate(.open("iris"))
    #expect(evaluation.samples == 150 && !evaluation.metrics.isEmpty)
    #expect(try saved.predict(.open("iris")).predictions.count == 150)
    // Each member has its epochs, in the result and in the folder.
    #expect(result.members.count == 3 && result.kept.rule == .ensemble && result.kept.epoch == nil)
    let histories = try History.all(ofRun: folder.path("a"))
    #expect(histories.map(\.csv) == result.members.map(\.history.csv))
    #expect(histories.map(\.kept) == result.members.map(\.history.kept))
    #expect(Set(histories.map { $0.epochs[0].trainingLoss }).count == 3)
    #expect(result.json["members"]?.arrayValue?.count == 3)
    // The resolved configuration reruns to the same bits.
    let again = try RunConfiguration.load(yaml: folder.path("a/config.yaml"))
    _ = try RunPlan(again, folder: folder.path("b")).run()
    #expect(try folder.bytes("a/model.safetensors") == folder.bytes("b/model.safetensors"))
  }

  /// The mean of the members' log-losses is never below the ensemble's (Jensen's inequality).
  @Test func anEnsembleLosesLessThanItsMembersDo() throws {
    let folder = try TemporaryFolder()
    let result = try RunPlan(configuration("{seeds: 4}", epochs: 3), folder: folder.path("a")).run()
    let ensemble = try Model(contentsOf: result.modelFile)
    let data = try DataSource.open("iris")
    func loss(_ model: Model) throws -> Double {
      try model.evaluate(data).metrics.first { $0.name == "loss" }!.value
    }
    let last = try (1...3).map { try Model(contentsOf: folder.path("a/members/\($0).safetensors")) }
    let members = try last.map { try loss($0) }
    // The last member is not kept by itself: its weights are in the ensemble.
    var fourth = last[0]
    for parameter in fourth.parameters {
      try fourth.set(parameter.path, to: ensemble["0.3.\(parameter.path)"]!)
    }
    let mean = try (members + [loss(fourth)]).reduce(0, +) / 4
    #expect(try loss(ensemble) < mean)
  }

  @Test(arguments: ["{seeds: 2}", "{snapshots: 3}", "{checkpoints: 3}", "{movingAverage: 0.95}"])
  func interruptedRunsEndTheSame(_ ensemble: String) throws {
    let folder = try TemporaryFolder()
    let whole = try RunPlan(configuration(ensemble), folder: folder.path("whole")).run()
    var rounds = 0
    while rounds < 100 {
      let plan = try RunPlan(configuration(ensemble), folder: folder.path("parts"), resume: rounds > 0)
      rounds += 1
      var left = 17
      let isPaused = try plan.isPaused { _, _ in
        left -= 1
        return left <= 0
      }
      if !isPaused { break }
    }
    #expect(rounds > 2)
    #expect(try folder.bytes("parts/model.safetensors") == folder.bytes("whole/model.safetensors"))
    #expect(!whole.validation.isEmpty)
  }

  /// Members of an earlier run in the same folder are not those of a new one that is interrupted and resumed.
  @Test func membersOfAnEarlierRunAreNotTaken() throws {
    let folder = try TemporaryFolder()
    _ = try RunPlan(configuration("{seeds: 3}", epochs: 2), folder: folder.path("a")).run()
    let whole = try RunPlan(configuration("{seeds: 3}"), folder: folder.path("whole")).run()
    let first = try RunPlan(configuration("{seeds: 3}"), folder: folder.path("a"), overwrite: true)
    #expect(try first.isPaused { _, epoch in epoch >= 3 })
    let rest = try RunPlan(configuration("{seeds: 3}"), folder: folder.path("a"), resume: true).run()
    #expect(rest.validation == whole.validation)
    #expect(try folder.bytes("a/model.safetensors") == folder.bytes("whole/model.safetensors"))
  }

  @Test(arguments: [
    ("{sedes: 3}", "did you mean “seeds”"), ("{seeds: 1}", "from 2 to 1000"),
    ("{movingAverage: 1}", "below 1"), ("{snapshots: {cont: 2}}", "did you mean “count”"),
  ])
  func mistakesAreNamed(_ ensemble: String, _ expected: String) throws {
    let text = message { _ = try RunPlan(configuration(ensemble), folder: TemporaryFolder().path("x")).run() }
    #expect(text.contains(expected), "\(text)")
  }
}
