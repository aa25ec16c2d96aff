import Apus
import ApusCore
import ApusData
import Testing

@Suite struct RestartsTests {
  /// The training with the lowest validation loss is kept, to the bit: that of its seed alone.
  @Test func best() throws {
    let folder = try TemporaryFolder()
    func configuration(_ seed: UInt64, _ count: Int?) -> RunConfiguration {
      var configuration = RunConfiguration()
      configuration.data.source = "iris"
      configuration.data.seed = 1
      configuration.model.hidden = [2]
      configuration.training.epochs = 4
      configuration.training.seed = seed
      configuration.training.ensemble = count.map { Restarts(count: $0) }
      return configuration
    }
    let kept = try RunPlan(configuration(3, 4), folder: folder.path("restarts")).run()
    let single = try (3...6).map { seed in
      try RunPlan(configuration(seed, nil), folder: folder.path("\(seed)")).run()
    }
    let losses = try single.map { try #require($0.validation["loss"]).value }
    let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
    #expect(Set(losses).count == 4)
    for path in kept.model.parameters.map(\.path) {
      #expect(kept.model[path]! == single[best].model[path]!)
    }
    #expect(kept.members.count == 4 && kept.validation["loss"]?.value == losses[best])
    #expect(kept.kept.rule == .restart && kept.kept.count == 4 && kept.kept.isValidationOptimistic)
    #expect(kept.kept.epoch == single[best].kept.epoch)
    let clause = kept.kept.clause(of: 4)
    #expect(clause.hasPrefix("the best of 4 trainings by the lowest loss"), "\(clause)")
    #expect(try Model(contentsOf: kept.modelFile).parameterCount == single[0].model.parameterCount)
  }

  /// Without validation rows the training loss decides.
  @Test func exclusiveOr() throws {
    let folder = try TemporaryFolder()
    var configuration = RunConfiguration()
    configuration.data.source = "xor"
    configuration.model.hidden = [2]
    configuration.model.activation = Tanh()
    configuration.training.epochs = 300
    let alone = try RunPlan(configuration, folder: folder.path("one")).run()
    configuration.training.ensemble = Restarts(count: 6)
    let kept = try RunPlan(configuration, folder: folder.path("six")).run()
    let (first, best) = (alone.training["loss"]?.value ?? .nan, kept.training["loss"]?.value ?? .nan)
    #expect(best <= first)
  }

  @Test func mistakes() throws {
    let data = try TableDataset(features: [1, 2], inputShape: [1], labels: [0, 1], names: ["a", "b"])
    #expect(throws: ApusError.self) { try Restarts(count: 1).validate() }
    var model = try Model(input: [1]) { Dense(2) }
    #expect(throws: ApusError.self) {
      try model.fit(
        DatasetSplit(training: data, validation: data, test: data), recipe: Recipe(ensemble: Restarts()))
    }
  }
}
