import Apus
import ApusCore
import TestSupport
import Testing

@Suite struct PreparationTests {
  /// Thirty layers of tanh, with weights drawn in some way.
  private func deep(_ initializer: some Initializer, depth: Int = 30, seed: UInt64 = 1) throws -> Model {
    try Model(input: [5], seed: seed) {
      for _ in 0..<depth {
        Dense(16, initializer: initializer)
        Tanh()
      }
      Dense(2, initializer: initializer)
    }
  }

  /// The variance of what each dense layer puts out on a batch.
  private func variances(_ model: Model, _ data: TableDataset) throws -> [Double] {
    let paths = model.summary.filter { $0.name == "dense" }.map(\.path)
    var training = ModelTraining(model, optimizer: .sgd())
    training.mode = .withoutDropout
    let step = try TrainingStep(
      training, loss: .softmaxCrossEntropy, capacity: data.count, taps: paths.map { .layer($0) })
    try step.load(inputs: data.features, labels: data.labels)
    try step.run(rows: data.count, step: 1, rate: 0)
    return try paths.map { path in
      let values = try step.value(of: .layer(path)).values().map { Double($0) }
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }
  }

  @Test func lsuvBringsEveryLayersVarianceToOne() throws {
    let data = try Samples.classes(256)
    let small = try deep(.normal(0.01))
    #expect(try variances(small, data).last! < 1e-20)
    let model = try small.prepared(with: .lsuv, on: data)
    for variance in try variances(model, data) { #expect(abs(variance - 1) < 0.1001, "\(variance)") }
  }

  /// Zeros and small weights stay at ln 2; LSUV's learn, and so do small ones with batch normalization.
  @Test func thirtyLayersTrainWithLSUVOrBatchNorm() throws {
    let data = try TableDataset(
      features: Samples.classes(256).features, inputShape: [5],
      labels: Samples.classes(256).features.enumerated().filter { $0.offset % 5 == 0 }.map {
        $0.element > 0 ? 1 : 0
      },
      names: ["no", "yes"])
    func loss(_ model: Model) throws -> Double {
      var model = model
      return try model.fit(
        data, epochs: 12, batch: 32, optimizer: .momentum(0.01), regularization: Regularization(clipNorm: 1)
      ).epochs.last!.trainingLoss
    }
    #expect(try loss(deep(.zeros)) > 0.66)
    #expect(try loss(deep(.normal(0.01))) > 0.66)
    let trained = try loss(deep(.zeros).prepared(with: .lsuv, on: data))
    #expect(trained < 0.35, "\(trained)")
    let normalized = try loss(
      Model(input: [5], seed: 1) {
        for _ in 0..<30 {
          Dense(16, initializer: .normal(0.01))
          BatchNorm()
          Tanh()
        }
        Dense(2, initializer: .normal(0.01))
      })
    #expect(normalized < 0.5, "\(normalized)")
  }

  @Test func dataDependentCentresEveryUnit() throws {
    let data = try Samples.classes(200)
    let model = try deep(.normal(0.01), depth: 4).prepared(with: .dataDependent, on: data)
    for variance in try variances(model, data) { #expect(abs(variance - 1) < 1e-3, "\(variance)") }
  }

  /// Between layers: the weights of all get to change equally fast, and the network computes what it did.
  @Test func dataDependentBalancesTheLayers() throws {
    let data = try Samples.classes(200)
    var first = try Model(input: [5], seed: 3) {
      Dense(40, initializer: .normal(1))
      ReLU()
      Dense(12, initializer: .normal(0.01))
      ReLU()
      Dense(30, initializer: .normal(0.1))
      ReLU()
      Dense(2, initializer: .normal(1))
    }
    first.objective = Objective(data.targets)
    func spread(_ model: Model) throws -> Double {
      let rates = try LayerPass(model, batch: data.batch(Array(0..<200)), engine: Engine.standard()).rates(
        draws: 5000..<5064)
      return rates.max()! / rates.min()!
    }
    let within = try first.prepared(with: .dataDependent, on: data)
    let between = try first.prepared(with: .dataDependent(iterations: 30), on: data)
    #expect(try spread(within) > 2)
    let balanced = try spread(between)
    #expect(balanced < 1.2, "\(balanced)")
    let (old, new) = try (within.results(on: data), between.results(on: data))
    for (a, b) in zip(old.predictions, new.predictions) { #expect(abs(a - b) < 1e-4) }
  }

  @Test func weightsAreOrthonormal() throws {
    let data = try Samples.classes(256)
    let model = try Model(input: [5], seed: 4) {
      Dense(9)
      Tanh()
      Dense(4)
    }.prepared(with: LSUV(iterations: 0), on: data)
    for (path, rows, columns) in [("0.weight", 5, 9), ("2.weight", 9, 4)] {
      let w = model[path]!.map { Double($0) }
      for i in 0..<min(rows, columns) {
        for j in 0..<min(rows, columns) {
          let product =
            rows >= columns
            ? (0..<rows).reduce(0.0) { $0 + w[$1 * columns + i] * w[$1 * columns + j] }
            : (0..<columns).reduce(0.0) { $0 + w[i * columns + $1] * w[j * columns + $1] }
          #expect(abs(product - (i == j ? 1 : 0)) < 1e-6)
        }
      }
    }
  }

  @Test func theSameBitsOnEveryEngine() throws {
    let data = try Samples.classes(256)
    let models = try everyEngine().map { try deep(.he).prepared(with: .lsuv, on: data, engine: $0).bits }
    for bits in models { #expect(bits == models[0]) }
  }

  /// What NumPy makes of the same weights and inputs.
  @Test(arguments: try PreparationFixture.all())
  func fixtures(_ fixture: PreparationFixture) throws {
    let sizes = fixture.sizes
    var model = try Model(input: [sizes[0]], seed: 1) {
      Dense(sizes[1])
      Tanh()
      Dense(sizes[2])
      Tanh()
      Dense(sizes[3])
    }
    for (index, path) in ["0", "2", "4"].enumerated() {
      try model.set("\(path).weight", to: fixture.weights[index].map { Float($0) })
      try model.set("\(path).bias", to: fixture.biases[index].map { Float($0) })
    }
    let rows = fixture.inputs.count / sizes[0]
    let data = try TableDataset(
      features: fixture.inputs.map { Float($0) }, inputShape: [sizes[0]],
      labels: [Int32](repeating: 0, count: rows), names: ["a", "b", "c"])
    let prepared =
      fixture.name == "lsuv"
      ? try model.prepared(with: LSUV(orthonormal: false), on: data)
      : try model.prepared(with: .dataDependent, on: data)
    for (index, path) in ["0", "2", "4"].enumerated() {
      #expect(relativeError(prepared["\(path).weight"]!, fixture.preparedWeights[index]) < 1e-5)
      #expect(relativeError(prepared["\(path).bias"]!, fixture.preparedBiases[index]) < 1e-5)
    }
  }

  @Test func aConfigurationPreparesItsModel() throws {
    let folder = try TemporaryFolder()
    var configuration = RunConfiguration()
    configuration.data.source = "iris"
    configuration.training.epochs = 1
    let usual = try RunPlan(configuration, folder: folder.path("a"))
    configuration.training.prepare = LSUV()
    let prepared = try RunPlan(configuration, folder: folder.path("b"))
    #expect(usual.model.bits != prepared.model.bits)
    try prepared.run()
    let again = try RunPlan(
      RunConfiguration.load(yaml: folder.path("b/config.yaml")), folder: folder.path("c"))
    #expect(again.model.bits == prepared.model.bits)
    let misspelled = try folder.write("d.yaml", "training: {prepare: lsvu}\n")
    #expect(message { _ = try RunConfiguration.load(yaml: misspelled) }.contains("lsuv"))
  }

  @Test func dataWithoutVarietyIsRefused() throws {
    let same = try TableDataset(
      features: [Float](repeating: 1, count: 50), inputShape: [5], labels: [Int32](repeating: 0, count: 10),
      names: ["a", "b"])
    // One unit puts out one number for all samples.
    let model = try Model(input: [5], seed: 1) { Dense(1) }
    #expect(message { _ = try model.prepared(with: .lsuv, on: same) }.contains("the same for every sample"))
  }
}

/// A case of `preparations.json`.
struct PreparationFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var sizes: [Int]
  var inputs: [Double]
  var weights: [[Double]]
  var biases: [[Double]]
  var preparedWeights: [[Double]]
  var preparedBiases: [[Double]]
  var testDescription: String { name }

  struct Document: Decodable {
    var cases: [PreparationFixture]
  }

  static func all() throws -> [PreparationFixture] {
    try Fixtures.load("preparations", as: Document.self).cases
  }
}
