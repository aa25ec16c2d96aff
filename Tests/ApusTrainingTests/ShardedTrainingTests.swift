import AllocationCounter
import Apus
import Testing

/// Trainings whose batches are divided into shards: the same bits for any number of processes.
@Suite(.serialized) struct ShardedTrainingTests {
  private static let counts = [2, 3, 4, 7, 8]

  /// One training of a kind, by a number of ranks.
  enum Kind: String, CaseIterable {
    /// A last batch of 9 rows for 16 shards; clipping, early stopping and the area under the ROC curve.
    case dense
    /// Convolutions, batch normalization, dropout and changed images, several batches an update.
    case images
    /// Row weights, some of them 0.
    case weights
    /// A text, several batches an update, a last one of fewer rows than shards.
    case text
    /// A moving average of the weights.
    case average
  }

  private struct Parts {
    var model: Model
    var training: any Dataset
    var validation: (any Dataset)?
    var settings: TrainingSettings

    func session(_ collective: Collective? = nil) throws -> TrainingSession {
      try TrainingSession(
        model, training: training, validation: validation, settings: settings, collective: collective,
        engine: Engine(threads: 1))
    }
  }

  private func parts(_ kind: Kind) throws -> Parts {
    switch kind {
    case .dense, .average:
      let model = try Model(input: [5], seed: 2) {
        Dense(16); ReLU(); Dropout(0.3); Dense(2)
      }
      var settings = TrainingSettings(
        optimizer: .adam(0.05), schedule: .warmup(5).then(.cosine()), epochs: 4, batch: 32,
        regularization: Regularization(l2: 1e-4, clipNorm: 0.5), earlyStopping: 2,
        ensemble: kind == .average ? MovingAverage(decay: 0.9) : nil, seed: 7)
      settings.recipe.shards = 16
      return try Parts(
        model: model, training: Samples.classes(73, flipped: 0.2),
        validation: Samples.classes(600, flipped: 0.2, seed: 5), settings: settings)
    case .images:
      let model = try Model(input: [8, 8, 1], seed: 2) {
        Conv2D(8, 3); BatchNorm(); ReLU(); GlobalAveragePool2D(); Dropout(0.2); Dense(3)
      }
      var settings = TrainingSettings(
        optimizer: .momentum(0.05), epochs: 2, batch: 64, accumulate: 2,
        augmentations: [Shift(1), HorizontalFlip(), Cutout(2)], seed: 7)
      settings.recipe.shards = 8
      let random = Philox(seed: 1, path: "images")
      let images = try ImageDataset(
        bytes: (0..<(201 * 64)).map { UInt8(truncatingIfNeeded: random.bits(UInt64($0))) },
        inputShape: [8, 8, 1], labels: (0..<201).map { UInt8($0 % 3) }, classNames: ["a", "b", "c"])
      return Parts(
        model: model, training: images, validation: images.subset(Array(0..<40)), settings: settings)
    case .weights:
      let plain = try Samples.classes(75)
      let data = try TableDataset(
        features: plain.features, inputShape: [5], labels: plain.labels, names: ["a", "b"],
        weights: (0..<75).map { Float($0 % 5) * 0.7 })
      let model = try Model(input: [5], seed: 2) {
        Dense(8); Tanh(); Dense(2)
      }
      var settings = TrainingSettings(optimizer: .sgd(0.3), epochs: 3, batch: 24, seed: 3)
      settings.recipe.shards = 8
      return Parts(model: model, training: data, settings: settings)
    case .text:
      let split = try Text(String(repeating: "abcd, efgh. ", count: 20), validation: 0.1)
        .split(context: 12, stride: 2)
      let model = try Model(input: [12], seed: 1) {
        GPT(vocabulary: 11, layers: 1, heads: 2, width: 16, dropout: 0.1)
      }
      var settings = TrainingSettings(optimizer: .adamW(1e-2), epochs: 1, batch: 16, accumulate: 3, seed: 1)
      settings.recipe.shards = 8
      return Parts(
        model: model, training: split.training, validation: split.validation, settings: settings)
    }
  }

  private func session(_ kind: Kind, _ collective: Collective?) throws -> TrainingSession {
    try parts(kind).session(collective)
  }

  @Test(arguments: Kind.allCases)
  func anyNumberOfRanksGivesTheBitsOfOne(_ kind: Kind) throws {
    let alone = try session(kind, nil)
    let expected = try alone.finished()
    let model = try alone.result()
    #expect(model.shards == alone.settings.recipe.shards)
    for count in Self.counts {
      let states = try onRanks(count) { collective in
        let session = try session(kind, collective)
        return (try session.finished(), try session.result().bits)
      }
      for (rank, state) in states.enumerated() {
        #expect(state.0 == expected && state.1 == model.bits, "rank \(rank) of \(count)")
      }
    }
  }

  /// A thousand processes more than there are rows in the last batch.
  @Test func aThousandRanks() throws {
    let data = try Samples.classes(2100)
    @Sendable func bits(_ collective: Collective?) throws -> [UInt32] {
      let model = try Model(input: [5], seed: 2) {
        Dense(4); ReLU(); Dense(2)
      }
      var settings = TrainingSettings(optimizer: .adam(0.05), epochs: 2, batch: 2048, seed: 7)
      settings.recipe.shards = 1024
      let session = try TrainingSession(
        model, training: data, settings: settings, collective: collective, engine: Engine(threads: 1))
      return try session.finished().parameters.map(\.bitPattern)
    }
    let expected = try bits(nil)
    #expect(try onRanks(1024) { try bits($0) }.allSatisfy { $0 == expected })
  }

  /// The state of any step, put into sessions of another number of ranks, leads to the same bits.
  @Test(arguments: [Kind.dense, .images, .text])
  func anotherNumberOfRanksGoesOn(_ kind: Kind) throws {
    let whole = try session(kind, nil)
    var states = [whole.state]
    while !whole.isFinished {
      try whole.runStep()
      states.append(whole.state)
    }
    for (place, state) in states.dropLast().enumerated() {
      let ends = try onRanks([3, 1, 8, 2][place % 4]) { collective in
        let session = try session(kind, collective)
        try session.restore(state)
        return try session.finished()
      }
      #expect(ends.allSatisfy { $0 == whole.state }, "step \(state.progress.step)")
    }
  }

  /// Shards change the order of additions and nothing else: the first step is nearly that of the whole batch, and so are the
  /// running statistics, which are means of the shards' own.
  @Test(arguments: [Kind.dense, .images, .weights, .text])
  func aShardedStepIsNearlyThePlainOne(_ kind: Kind) throws {
    var parts = try parts(kind)
    parts.model = parts.model.withoutDropout()
    let shardedSession = try parts.session()
    parts.settings.recipe.shards = nil
    let plain = try parts.session()
    let (a, b) = try (shardedSession.runStep(), plain.runStep())
    // Batch normalization over a shard's rows is another function.
    let tolerance = kind == .images ? 0.1 : 1e-5
    #expect(abs(Double(a) - Double(b)) <= tolerance * Double(b), "\(a), \(b)")
    if kind != .images {
      let norms = (shardedSession.step.gradientNorm, plain.step.gradientNorm)
      #expect(abs(norms.0 - norms.1) <= 1e-4 * norms.1, "\(norms)")
    } else {
      let (mine, whole) = (shardedSession.snapshot(), plain.snapshot())
      let path = try #require(mine.parameters.first { $0.path.hasSuffix("running_mean") }?.path)
      for (a, b) in zip(try #require(mine[path]), try #require(whole[path])) {
        #expect(abs(a - b) <= 1e-4, "\(a), \(b)")
      }
    }
  }

  /// Settings, files and models say how many shards there were.
  @Test func theModelSaysIt() throws {
    let folder = try TemporaryFolder()
    let session = try session(.dense, nil)
    try session.runStep()
    try session.snapshot().save(to: folder.path("m.safetensors"))
    #expect(try Model(contentsOf: folder.path("m.safetensors")).shards == 16)
    #expect(Recipe(shards: 16).json.text().contains("\"shards\":16"))
  }

  /// Where one rank asks for a pause, all pause after the same step, and go on.
  @Test func aPauseIsOneOfAll() throws {
    let expected = try session(.dense, nil).finished()
    let steps = try onRanks(4) { collective in
      let session = try session(.dense, collective)
      let isDone = try session.run { _ in
      } pauses: { step, _ in
        collective.rank == 2 && step >= 3
      }
      let pausedAt = session.progress.step
      let end = try session.finished()
      return (isDone, pausedAt, end == expected)
    }
    #expect(steps.allSatisfy { !$0.0 && $0.1 == 4 && $0.2 })
  }

  /// A value that isn't finite is in one rank's rows; all throw the error of one process.
  @Test func theSameErrorEverywhere() throws {
    @Sendable func step(_ collective: Collective?) throws -> String {
      let plain = try Samples.classes(64)
      var features = plain.features
      features[37 * 5 + 2] = .infinity
      let data = try TableDataset(
        features: features, inputShape: [5], labels: plain.labels, names: ["a", "b"])
      let model = try Model(input: [5], seed: 1) {
        Dense(4); ReLU(); Dense(2)
      }.aimed(at: data)
      let step = try TrainingStep(
        model, batch: 64, shards: 8, collective: collective, engine: Engine(threads: 1))
      let before = step.model.bits
      let text = message { _ = try step.gradients(data.batches(of: 64)[0]) }
      #expect(step.model.bits == before)
      return text
    }
    let expected = try step(nil)
    #expect(expected.contains("row 38 of the input holds inf in feature 3"), "\(expected)")
    #expect(try onRanks(3) { try step($0) } == [expected, expected, expected])
  }

  /// A loop by hand over several models, with tensors.
  @Test func aGANInShards() throws {
    @Sendable func bits(_ collective: Collective?, shards: Int? = 4) throws -> ([UInt32], Float) {
      let generator = try Model(input: [4], seed: 1) {
        Dense(8); ReLU(); Dense(2)
      }
      let critic = try Model(input: [2], seed: 2) {
        Dense(8); ReLU(); Dense(1)
      }
      let step = try TrainingStep(
        ["generator": .init(generator), "critic": .init(critic)], inputs: ["noise": [4], "real": [2]],
        batch: 16, shards: shards, collective: collective, engine: Engine(threads: 1)
      ) { models, inputs in
        let made = models["generator"](inputs["noise"])
        let caught =
          models["critic"](made.stopGradient()).softplus() + (-models["critic"](inputs["real"])).softplus()
        return ["generator": (-models["critic"](made)).softplus().mean(), "critic": caught.mean()]
      }
      var loss: Float = 0
      for turn in 0..<5 {
        let rows = turn == 4 ? 5 : 16
        let random = Philox(seed: 3, path: "turn \(turn)")
        let noise = (0..<(rows * 4)).map { Float(random.normal(UInt64($0))) }
        let real = (0..<(rows * 2)).map { Float(random.normal(UInt64(1000 + $0))) }
        loss = try step.run([
          "noise": Tensor(noise, shape: [Dimension(rows), 4]),
          "real": Tensor(real, shape: [Dimension(rows), 2]),
        ])
        // Once more on the same rows.
        try step.gradients()
        try step.update()
      }
      return (step.models["generator"].bits + step.models["critic"].bits, loss)
    }
    let (expected, loss) = try bits(nil)
    for count in [1, 2, 3, 4] {
      #expect(try onRanks(count) { try bits($0) }.allSatisfy { $0.0 == expected && $0.1 == loss })
    }
    let plain = try bits(nil, shards: nil).1
    #expect(abs(plain - loss) <= 1e-4 * abs(plain), "\(plain), \(loss)")
  }

  /// A model fits in several processes as in one.
  @Test func fit() throws {
    let split = try Samples.classes(200).split(validation: 0.2, seed: 1)
    @Sendable func fitted(_ collective: Collective?) throws -> (bits: [UInt32], history: History) {
      var model = try Model(input: [5], seed: 2) {
        Dense(8); ReLU(); Dense(2)
      }
      let recipe = Recipe(epochs: 3, batch: 40, optimizer: Adam(), shards: 4, seed: 3)
      let history = try model.fit(split, recipe: recipe, collective: collective)
      return (model.bits, history)
    }
    let expected = try fitted(nil)
    let all = try onRanks(3) { try fitted($0) }
    #expect(all.allSatisfy { $0.bits == expected.bits && $0.history == expected.history })
  }

  /// Predictions of several processes are those of one.
  @Test func predictionsAreShared() throws {
    let data = try Samples.classes(1000)
    let model = try Model(input: [5], seed: 2) {
      Dense(8); ReLU(); Dropout(0.5); Dense(2)
    }.aimed(at: data)
    let expected = try model.results(on: data)
    let sampled = try model.sampledResults(on: data, passes: 3)
    for count in [2, 3, 7] {
      let all = try onRanks(count) { collective in
        (
          try model.results(on: data, collective: collective),
          try model.sampledResults(
            on: data, passes: 3, threshold: nil, readsTargets: true, collective: collective, engine: nil)
        )
      }
      for (results, others) in all {
        #expect(results.predictions == expected.predictions && results.losses == expected.losses)
        #expect(results.labels == expected.labels)
        #expect(Metrics.all(results).map(\.value) == Metrics.all(expected).map(\.value))
        #expect(others.deviations == sampled.deviations && others.isRandom)
      }
    }
  }

  /// A step in shards allocates a few small blocks a shard, and never more: of nothing (as a step without shards) there is
  /// still something left.
  @Test(.enabled(if: allocation_counter_is_available() != 0), arguments: [Kind.dense, .weights])
  func aStepAllocatesLittle(_ kind: Kind) throws {
    let parts = try parts(kind)
    let step = try parts.session().step
    let batches = parts.training.batches(of: parts.settings.batch)
    for batch in batches {
      try step.gradients(batch)
      try step.update(rate: 0.1)
    }
    func count() throws -> Int {
      allocation_counter_start()
      let result = Result {
        for batch in batches {
          try step.gradients(batch)
          try step.update(rate: 0.1)
        }
      }
      let count = Int(allocation_counter_stop())
      try result.get()
      return count
    }
    let counts = try (0..<3).map { _ in try count() }
    #expect(counts.allSatisfy { $0 <= 64 }, "\(counts)")
  }
}

extension Model {
  /// The same without the random part of its layers.
  fileprivate func withoutDropout() -> Model {
    var model = self
    for key in model.settings.keys where key.hasSuffix("rate") { model.settings[key] = 0 }
    return model
  }
}
