import Apus
import Testing

@Suite struct AugmentedTrainingTests {
  private static let augmentations: [any Augmentation] = [Shift(1), HorizontalFlip(), Affine(), Cutout(2)]

  private func images(_ count: Int, seed: UInt64) throws -> ImageDataset {
    let random = Philox(seed: seed, path: "images")
    return try ImageDataset(
      bytes: (0..<(count * 64)).map { UInt8(truncatingIfNeeded: random.bits(UInt64($0))) },
      inputShape: [8, 8, 1], labels: (0..<count).map { UInt8($0 % 3) }, classNames: ["a", "b", "c"])
  }

  private func session(
    threads: Int = 2, accumulate: Int = 1, augmentations: [any Augmentation] = Self.augmentations
  ) throws -> TrainingSession {
    let model = try Model(input: [8, 8, 1], seed: 2) {
      Conv2D(8, 3); BatchNorm(); ReLU(); GlobalAveragePool2D(); Dense(3)
    }
    let settings = TrainingSettings(
      optimizer: .adam(0.01), epochs: 3, batch: 16, accumulate: accumulate,
      augmentations: augmentations, seed: 7)
    return try TrainingSession(
      model, training: images(73, seed: 1), validation: images(20, seed: 2), settings: settings,
      engine: Engine(threads: threads))
  }

  @Test(arguments: [1, 2])
  func threadsAndInterruptionsChangeNoBit(_ accumulate: Int) throws {
    let whole = try session(accumulate: accumulate)
    var states = [whole.state]
    while !whole.isFinished {
      try whole.runStep()
      states.append(whole.state)
    }
    let single = try session(threads: 1, accumulate: accumulate)
    while !single.isFinished { try single.runStep() }
    #expect(single.state == whole.state)
    for state in states.dropLast() {
      let resumed = try session(threads: 3, accumulate: accumulate)
      try resumed.restore(state)
      while !resumed.isFinished { try resumed.runStep() }
      #expect(resumed.state == whole.state, "step \(state.progress.step)")
    }
  }

  /// They change what is learned from, and nothing that is measured: the loss of the first batch differs, that of the first
  /// weights on validation data does not.
  @Test func onlyTrainingBatches() throws {
    let (augmented, plain) = try (session(), session(augmentations: []))
    #expect(
      try augmented.evaluate(images(20, seed: 2)).map(\.value)
        == plain.evaluate(images(20, seed: 2)).map(\.value))
    #expect(try augmented.runStep() != plain.runStep())
  }

  @Test func rowsOfNumbersAreRefused() throws {
    let model = try Model(input: [5], seed: 2) { Dense(2) }
    let settings = TrainingSettings(
      optimizer: .adam(0.01), augmentations: [Shift(1)])
    let text = message {
      _ = try TrainingSession(model, training: Samples.classes(10), settings: settings)
    }
    #expect(text.contains("augmentations of samples of the shape [5]") && text.contains("training.augment"))
  }

  @Test func configurations() throws {
    let folder = try TemporaryFolder()
    let yaml = """
      data: {source: digits, scaling: meanImage}
      model: {family: cnn}
      training: {epochs: 1, batch: 512, augment: [{shift: 1}, horizontalFlip]}
      """
    let plan = try RunPlan(
      RunConfiguration.load(yaml: folder.write("c.yaml", yaml)), folder: folder.path("run"))
    _ = try plan.run()
    let augment = plan.configuration.training.augment ?? []
    #expect(augment.count == 2 && augment[0] as? Shift == Shift(1) && augment[1] is HorizontalFlip)
    _ = try RunPlan(
      RunConfiguration.load(yaml: folder.path("run/config.yaml")), folder: folder.path("again")
    )
    .run()
    #expect(try folder.bytes("again/model.safetensors") == folder.bytes("run/model.safetensors"))
    let saved = try Model(contentsOf: folder.path("run/model.safetensors"))
    guard case .images(let images)? = saved.preprocessing else { throw ApusError("no images") }
    #expect(images.normalization.mean.count == 64 && images.normalization.deviation == [1])
    let unknown = yaml.replacing("shift", with: "shfit")
    let text = message {
      let configuration = try RunConfiguration.load(yaml: folder.write("d.yaml", unknown))
      _ = try RunPlan(configuration, folder: folder.path("x")).run()
    }
    #expect(text.contains("did you mean “shift”?"))
  }
}
