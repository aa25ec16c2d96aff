import Apus
import Testing

@Suite struct SessionTests {
  private func session(
    _ settings: TrainingSettings, training: any Dataset, validation: (any Dataset)? = nil
  ) throws -> TrainingSession {
    let model = try Model(input: [5], seed: 2) {
      Dense(16); ReLU(); Dropout(0.3); Dense(2)
    }
    return try TrainingSession(model, training: training, validation: validation, settings: settings)
  }

  private func settings(epochs: Int, earlyStopping: Int? = nil) -> TrainingSettings {
    TrainingSettings(
      optimizer: .adam(0.05), schedule: .warmup(5).then(.cosine()),
      epochs: epochs,
      batch: 16, regularization: Regularization(l2: 1e-4, clipNorm: 2), earlyStopping: earlyStopping,
      seed: 7)
  }

  /// The state of any step, put into a new session, leads to the same bits: dropout, a last batch of 9 rows,
  /// schedule, moments and best weights included.
  @Test func goesOnFromAnyStep() throws {
    let data = try Samples.classes(73, flipped: 0.2)
    let validation = try Samples.classes(40, flipped: 0.2, seed: 5)
    let settings = settings(epochs: 4, earlyStopping: 2)
    let whole = try session(settings, training: data, validation: validation)
    #expect(whole.stepsPerEpoch == 5)
    var states: [TrainingState] = [whole.state]
    while !whole.isFinished {
      try whole.runStep()
      states.append(whole.state)
    }
    for state in states {
      let resumed = try session(settings, training: data, validation: validation)
      try resumed.restore(state)
      while !resumed.isFinished { try resumed.runStep() }
      #expect(resumed.progress == whole.progress, "step \(state.progress.step)")
      #expect(try resumed.result().bits == whole.result().bits, "step \(state.progress.step)")
      #expect(resumed.state == whole.state)
    }
  }

  @Test func otherStatesAreRefused() throws {
    let data = try Samples.classes(20)
    let state = try session(settings(epochs: 1), training: data).state
    let model = try Model(input: [5], seed: 2) { Dense(2) }
    let other = try TrainingSession(model, training: data, settings: settings(epochs: 1))
    #expect(message { try other.restore(state) }.contains("another model or optimizer"))
  }

  @Test func threadsChangeNoBit() throws {
    let data = try Samples.classes(200)
    let bits = try [1, 2, 3].map { threads in
      let model = try Model(input: [5], seed: 2) {
        Dense(64); Tanh(); Dropout(0.1); Dense(2)
      }
      let session = try TrainingSession(
        model, training: data, settings: settings(epochs: 2), engine: Engine(threads: threads))
      while !session.isFinished { try session.runStep() }
      return session.snapshot().bits
    }
    #expect(bits[0] == bits[1] && bits[0] == bits[2])
  }

  /// Labels at random: the validation loss soon grows, and what is kept is the epoch before that.
  @Test func earlyStoppingRestoresTheBestWeights() throws {
    let data = try Samples.classes(60, flipped: 0.5)
    let validation = try Samples.classes(60, flipped: 0.5, seed: 9)
    let session = try session(settings(epochs: 200, earlyStopping: 3), training: data, validation: validation)
    while !session.isFinished { try session.runStep() }
    let history = session.progress.history
    let best = try #require(history.bestEpoch)
    #expect(history.epochs.count == best + 3 && history.epochs.count < 200)
    #expect(session.progress.stopReason?.contains("the best was epoch \(best)") == true)
    let losses = history.epochs.compactMap { $0.validation("loss") }
    #expect(losses.min() == losses[best - 1])
    #expect(try session.result().evaluate(on: validation).first?.value == losses[best - 1])
    #expect(try session.snapshot().evaluate(on: validation).first?.value == losses.last)
  }

  /// By default the epoch with the lowest validation loss; the last where there is none, where it is asked for, and where
  /// a goal says when training ends.
  @Test func whichWeightsAreKept() throws {
    let data = try Samples.classes(60, flipped: 0.5)
    let validation = try Samples.classes(30, flipped: 0.5, seed: 9)
    func run(_ settings: TrainingSettings, validation: (any Dataset)?) throws -> (
      TrainingSession, Model, KeptWeights
    ) {
      let session = try self.session(settings, training: data, validation: validation)
      while !session.isFinished { try session.runStep() }
      #expect(session.progress.history.epochs.count == 8 && session.progress.stopReason == nil)
      return (session, try session.result(), session.keptWeights)
    }
    let (session, model, kept) = try run(settings(epochs: 8), validation: validation)
    let losses = session.progress.history.epochs.compactMap { $0.validation("loss") }
    let best = losses.firstIndex(of: losses.min()!)! + 1
    #expect(best < 8 && kept == KeptWeights(.bestEpoch, epoch: best) && kept.isValidationOptimistic)
    #expect(try model.evaluate(on: validation).first?.value == losses.min())
    #expect(model.bits != session.snapshot().bits)

    let last = KeptWeights(.lastEpoch, epoch: 8)
    var others = settings(epochs: 8)
    #expect(try run(others, validation: nil).2 == last)
    others.keep = .last
    let (asked, itsModel, itsKept) = try run(others, validation: validation)
    #expect(itsKept == last && !itsKept.isValidationOptimistic && itsModel.bits == asked.snapshot().bits)
    others.keep = .best
    others.goal = 0
    #expect(try run(others, validation: validation).2 == last)
    others.goal = nil
    others.ensemble = CheckpointAverage(count: 3)
    #expect(try run(others, validation: validation).2 == KeptWeights(.average, count: 3))
    others.ensemble = SnapshotEnsemble(count: 4)
    #expect(try run(others, validation: validation).2 == KeptWeights(.ensemble, count: 4))
    others.ensemble = MovingAverage(decay: 0.9)
    #expect(try run(others, validation: validation).2 == KeptWeights(.average))
  }

  @Test func history() throws {
    let data = try Samples.classes(40)
    let session = try session(settings(epochs: 2), training: data, validation: Samples.classes(10, seed: 3))
    let first = try session.runEpoch()
    try session.runEpoch()
    #expect(first.epoch == 1 && first.step == 3 && session.isFinished)
    let lines = session.progress.history.csv.split(separator: "\n")
    #expect(lines[0] == "epoch,step,rate,training_loss,validation_loss,validation_accuracy")
    #expect(lines.count == 3 && lines[1].hasPrefix("1,3,") && lines[2].hasPrefix("2,6,"))
    let fields = lines[1].split(separator: ",")
    #expect(Double(fields[2]) == first.rate && Double(fields[3]) == first.trainingLoss)
  }

  /// The training loss is the mean over the epoch's samples, whatever the size of the last batch.
  @Test func trainingLossWeighsSamples() throws {
    let data = try Samples.classes(21)
    var settings = settings(epochs: 1)
    settings.rate = 0
    settings.regularization.l2 = 0
    let model = try Model(input: [5], seed: 2) { Dense(2) }
    let session = try TrainingSession(model, training: data, settings: settings)
    let record = try session.runEpoch()
    let loss = try session.snapshot().evaluate(on: data)[0].value
    #expect(abs(record.trainingLoss - loss) < 1e-6)
  }

  /// Each epoch goes through all samples in an order of its own.
  @Test func epochsAreShuffled() throws {
    let orders = (0..<3).map { epoch in
      var order = Array(0..<50)
      Philox(seed: 7, path: "order of epoch \(epoch)").shuffle(&order)
      return order
    }
    #expect(Set(orders).count == 3)
    #expect(orders.allSatisfy { $0.sorted() == Array(0..<50) })
  }

  /// Every event in order, for the observer of a synchronous training.
  @Test func anObserverHearsEverything() throws {
    let session = try session(settings(epochs: 2), training: Samples.classes(40))
    var heard: [String] = []
    let isDone = try session.run { event in
      switch event {
      case .started(let steps, _, _): heard.append("started \(steps)")
      case .step(let step, _, _): heard.append("\(step)")
      case .epoch(let record): heard.append("epoch \(record.epoch)")
      case .finished(let history): heard.append("finished \(history.epochs.count)")
      default: heard.append("other")
      }
    }
    #expect(isDone)
    #expect(heard == ["started 6", "1", "2", "3", "epoch 1", "4", "5", "6", "epoch 2", "finished 2"])
  }

  @Test func aPausedTrainingGoesOn() throws {
    let data = try Samples.classes(40)
    let whole = try session(settings(epochs: 3), training: data)
    let parts = try session(settings(epochs: 3), training: data)
    try whole.run()
    var rounds = 1
    while try !parts.run(pauses: { step, _ in step % 2 == 0 }) { rounds += 1 }
    #expect(rounds == 5)
    #expect(parts.snapshot().bits == whole.snapshot().bits && parts.history == whole.history)
  }

  /// On a thread of its own; a slow reader misses steps, and no epoch.
  @Test func eventsOfAThreadOfItsOwn() async throws {
    let session = try session(settings(epochs: 50), training: Samples.classes(40))
    let events = session.events()
    try await Task.sleep(for: .milliseconds(50))
    var (epochs, steps, isFinished) = ([Int](), [Int](), false)
    for try await event in events {
      if case .step(let step, _, _) = event { steps.append(step) }
      if case .epoch(let record) = event { epochs.append(record.epoch) }
      if case .finished = event { isFinished = true }
    }
    #expect(epochs == Array(1...50) && isFinished)
    #expect(steps == steps.sorted() && steps.last == 150 && steps.count >= 50)
  }

  @Test func eventsEndWithTheError() async throws {
    var settings = settings(epochs: 50)
    settings.rate = 1e30
    let events = try session(settings, training: Samples.classes(40)).events()
    await #expect(throws: ApusError.self) { for try await _ in events {} }
  }

  /// A reader that is cancelled pauses the training.
  @Test func aCancelledReaderPausesTraining() async throws {
    let events = try session(settings(epochs: 100_000_000), training: Samples.classes(40)).events()
    let reader = Task {
      var isFinished = false
      for try await event in events {
        if case .epoch = event { withUnsafeCurrentTask { $0?.cancel() } }
        if case .finished = event { isFinished = true }
      }
      return isFinished
    }
    #expect(try await !reader.value)
  }

  @Test func mistakesAreErrors() throws {
    let data = try Samples.classes(20)
    let model = try Model(input: [5], seed: 2) { Dense(3) }
    #expect(
      message { _ = try TrainingSession(model, training: data, settings: settings(epochs: 1)) }
        .contains("3 outputs for 2 classes; expected 2 (end it with Dense(2))"))
    let wide = try Model(input: [4], seed: 2) { Dense(2) }
    #expect(
      message { _ = try TrainingSession(wide, training: data, settings: settings(epochs: 1)) }
        .contains("[5]; expected [4]"))
    let numbers = try Samples.values(10)
    var single = try Model(input: [2], seed: 2) { Dense(1) }
    single.objective = Objective(numbers.targets, loss: SoftmaxCrossEntropy())
    #expect(
      message { _ = try TrainingSession(single, training: numbers, settings: settings(epochs: 1)) }
        .contains("is for classes"))
    var none = settings(epochs: 1)
    none.batch = 0
    #expect(message { _ = try session(none, training: data) }.contains("training.batch: 0 is out of range"))
    #expect(
      message { _ = try session(settings(epochs: 1), training: data.subset([])) }.contains("no samples"))
  }
}
