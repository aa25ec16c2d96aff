public import ApusCore
public import ApusData
public import ApusNN

/// Training that goes on step by step: what the synchronous loop, a command and a live page all drive.
///
/// Belongs to one thread at a time. Where the run stands is a value : a session that is given it goes on
/// to the same bits.
public final class TrainingSession {
  public private(set) var settings: TrainingSettings
  public let stepsPerEpoch: Int
  /// Where the run stands.
  public private(set) var progress = TrainingProgress()
  public let step: TrainingStep

  /// The rows of one update: a batch, or several that accumulate.
  private let rowsPerStep: Int
  /// What the ensemble's method remembers.
  private var kept: [[Float]] = []
  /// The weights at the beginning of the epoch, where a goal looks at how far they move.
  private var epochStart: [Float]?
  private let training: any Dataset
  private let validation: (any Dataset)?
  private let evaluator: Evaluator
  private let feed: BatchFeed
  /// How much each training row counts; nil where each counts once.
  private let rowWeights: [Float]?
  private let isWeighted: Bool
  private var best: TensorStorage?
  private let streams = EventStreams()

  /// - Throws: when model, data and loss do not fit each other.
  public init(
    _ given: Model, training: any Dataset, validation: (any Dataset)? = nil, settings: TrainingSettings,
    engine: Engine? = nil
  ) throws {
    let model = given.aimed(at: training)
    try TrainingSession.check(model, training, settings)
    let engine = try engine ?? Engine.standard()
    self.settings = settings
    self.training = training
    self.validation = validation.flatMap { $0.count > 0 ? $0 : nil }
    let capacity = min(settings.batch, training.count)
    rowsPerStep = min(
      capacity.multipliedReportingOverflow(by: settings.accumulate).partialValue, training.count)
    stepsPerEpoch = (training.count + rowsPerStep - 1) / rowsPerStep
    stepCount = settings.steps ?? settings.epochs * stepsPerEpoch
    let run = RunLength(steps: stepCount, stepsPerEpoch: stepsPerEpoch)
    rowWeights = training.weights
    isWeighted = rowWeights != nil
    step = try TrainingStep(
      settings.training(of: model, run: run), capacity: capacity, length: LoopLength(run),
      accumulates: rowsPerStep > capacity, auxiliary: settings.auxiliary, isWeighted: isWeighted,
      engine: engine)
    evaluator = try Evaluator(
      model, parameters: step.trained[0].parameters, capacity: min(256, max(training.count, 1)),
      engine: engine)
    feed = BatchFeed(
      training, size: capacity, settings: settings, memory: step.memory)
  }

  private static func check(_ model: Model, _ training: any Dataset, _ settings: TrainingSettings) throws {
    guard training.count > 0 else { throw ApusError("there are no samples to train on") }
    try model.check(training, readsTargets: true)
    guard settings.augmentations.isEmpty || training.inputShape.count == 3 else {
      throw ApusError(
        "augmentations of samples of the shape \(training.inputShape)", at: "training.augment",
        expected: "images of height × width × channels", fix: "leave it out")
    }
    try settings.recipe.checkRanges()
    try model.requireObjective().check(output: model.outputShape, positions: training.positions)
  }

  // MARK: Training

  /// Whether every epoch is done or training has stopped early.
  public var isFinished: Bool {
    progress.step >= stepCount || progress.stopReason != nil
  }

  /// The steps of the whole run.
  public let stepCount: Int

  /// One step: a batch, its gradients, an update. After an epoch's last batch, the validation.
  ///
  /// - Returns: the mean loss of the batch, before the update.
  /// - Throws: when loss or gradients are not finite; the weights are then as before the step. When the loss has
  ///   grown beyond all reason since the first batch.
  @discardableResult
  public func runStep() throws -> Float {
    if settings.goal != nil, epochStart == nil { epochStart = Array(step.trained[0].parameters.floats) }
    let start = progress.position * rowsPerStep
    let end = min(start + rowsPerStep, training.count)
    let rate = currentRate
    guard rate >= 0, rate.isFinite else {
      throw ApusError(
        "the learning rate of step \(progress.step + 1) is \(rate)", at: "training.schedule",
        expected: "0 or more", fix: "change the parameters of \(settings.schedule.configuration.text())")
    }
    step.restart(at: progress.step)
    let loss: Float
    if rowsPerStep == step.capacity {
      loss = try step.gradients(rows: load(start..<end))
    } else {
      loss = try accumulate(start..<end)
    }
    try step.update(rate: rate)
    if !(loss < Self.divergence * max(progress.firstLoss ?? loss, 1)) { throw diverged(loss) }
    progress.firstLoss = progress.firstLoss ?? loss
    progress.step += 1
    progress.position += 1
    progress.lossSum += Double(loss) * (isWeighted ? weight(start..<end) : Double(end - start))
    let isEpochEnd = progress.position == stepsPerEpoch || progress.step == stepCount
    settings.ensemble?.observe(
      EnsembleMoment(
        step: progress.step, isEpochEnd: isEpochEnd, epoch: progress.epoch + (isEpochEnd ? 1 : 0),
        epochs: settings.epochs),
      weights: UnsafeBufferPointer(step.trained[0].parameters.floats), kept: &kept)
    send(.step(progress.step, epoch: progress.epoch + 1, loss: loss))
    if isEpochEnd { try finishEpoch(rate: rate) }
    return loss
  }

  /// How much the rows at some places of the epoch's order count: as many as they are without weights.
  private func weight(_ places: Range<Int>) -> Double {
    guard let rowWeights else { return Double(places.count) }
    return feed.places(epoch: progress.epoch, places).reduce(0.0) { $0 + Double(rowWeights[$1]) }
  }

  /// The gradients of several batches together.
  private func accumulate(_ places: Range<Int>) throws -> Float {
    let capacity = step.capacity
    func part(_ batch: Int) -> Range<Int> {
      let start = places.lowerBound + batch * capacity
      return start..<min(start + capacity, places.upperBound)
    }
    var share: ((Int) -> Double)?
    if rowWeights != nil {
      let total = weight(places)
      share = { total > 0 ? self.weight(part($0)) / total : 0 }
    }
    return try step.gradients(
      batches: (places.count + capacity - 1) / capacity, rows: places.count, share: share
    ) { load(part($0)) }
  }

  /// One step on a single sample of the batch that comes next, which stays the next one: for looking on. A run with such
  /// steps is not that of its settings.
  ///
  /// - Parameter sample: which one; beyond the batch it begins again.
  /// - Returns: the sample's loss, before the update.
  /// - Throws: as ``runStep()``.
  @discardableResult
  public func runStep(sample: Int) throws -> Float {
    let start = progress.position * rowsPerStep
    let rows = min(rowsPerStep, training.count - start)
    let place = start + max(sample, 0) % rows
    step.restart(at: progress.step)
    let loss = try step.gradients(rows: load(place..<(place + 1)))
    try step.update(rate: currentRate)
    progress.step += 1
    progress.firstLoss = progress.firstLoss ?? loss
    send(.step(progress.step, epoch: progress.epoch + 1, loss: loss))
    return loss
  }

  /// Puts samples of the epoch's order where the step reads them; gives their number.
  private func load(_ range: Range<Int>) -> Int {
    feed.load(epoch: progress.epoch, range)
  }

  /// A loss so many times as large as the first one is no longer training.
  private static let divergence: Float = 1e5

  private func diverged(_ loss: Float) -> ApusError {
    let (model, gradients) = (step.trained[0].model, step.trained[0].gradients.floats)
    let worst = model.parameters.filter { !$0.specification.isState }.max { left, right in
      gradients[left.range].lazy.map(abs).max() ?? 0 < gradients[right.range].lazy.map(abs).max() ?? 0
    }
    let (first, last) = (Double(progress.firstLoss ?? loss), Double(loss))
    return ApusError(
      "step \(progress.step + 1): the loss grew from \(shortFigure(first, digits: 3)) to "
        + "\(shortFigure(last, digits: 3)), and its gradient is the largest here: training diverges",
      at: worst.map { "parameter \($0.path)" } ?? "the loss",
      fix: "lower the learning rate of \(shortText(settings.rate)), or clip the gradients' norm")
  }

  /// Changes the learning rate that the schedule begins with, from the next step on: it is an input of the plan.
  ///
  /// - Throws: for a rate below 0, or one that is no number.
  public func setRate(_ rate: Double) throws(ApusError) {
    guard rate.isFinite, rate >= 0 else {
      throw ApusError("a learning rate of \(rate)", expected: "0 or more")
    }
    settings.rate = rate
  }

  /// The learning rate of the next step.
  public var currentRate: Double {
    settings.schedule.rate(
      step: progress.step, base: settings.rate, run: runLength, state: progress.schedule)
  }

  private var runLength: RunLength { RunLength(steps: stepCount, stepsPerEpoch: stepsPerEpoch) }

  /// The steps up to the end of the epoch.
  @discardableResult
  public func runEpoch() throws -> EpochRecord {
    let epoch = progress.epoch
    while progress.epoch == epoch { try runStep() }
    return progress.history.epochs.last!
  }

  private func finishEpoch(rate: Double) throws {
    let metrics = try validation.map { Metrics.standard(try evaluator.run($0)) } ?? []
    let mistakes = try (step.trained[0].model.objective?.loss as? any MistakeDriven).map {
      try evaluator.run(training).mistakes($0)
    }
    let record = EpochRecord(
      epoch: progress.epoch + 1, step: progress.step, rate: rate,
      trainingLoss: progress.lossSum / weight(0..<min(progress.position * rowsPerStep, training.count)),
      validation: metrics, mistakes: mistakes)
    progress.history.epochs.append(record)
    settings.schedule.observe(
      record.validation("loss") ?? record.trainingLoss, step: progress.step, run: runLength,
      state: &progress.schedule)
    progress.epoch += 1
    progress.position = 0
    progress.lossSum = 0
    if let mistakes {
      keepPocket(mistakes, record.epoch)
    } else if let loss = record.validation("loss"), loss < progress.bestLoss {
      progress.bestLoss = loss
      progress.history.bestEpoch = record.epoch
      keepBest()
    }
    if let patience = settings.earlyStopping, let best = progress.history.bestEpoch,
      record.epoch - best >= patience
    {
      progress.stopReason =
        mistakes == nil
        ? "no better validation loss for \(patience) epochs; the best was epoch \(best)"
        : "no fewer mistakes for \(patience) epochs; the fewest were after epoch \(best)"
    }
    if let goal = settings.goal { stop(at: goal) }
    send(.epoch(record))
  }

  /// The pocket (Gallant 1990): the weights with the fewest mistakes so far, which where the data is not separable are not
  /// the last.
  private func keepPocket(_ mistakes: Int, _ epoch: Int) {
    if mistakes < progress.fewestMistakes ?? .max {
      progress.fewestMistakes = mistakes
      progress.history.bestEpoch = epoch
      keepBest()
    }
    if mistakes == 0 { progress.stopReason = "no training row is mistaken any more" }
  }

  /// Stops when the weights have hardly moved in the epoch.
  private func stop(at goal: Double) {
    let weights = step.trained[0].parameters.floats[..<step.trained[0].model.trainedCount]
    let change = zip(weights, epochStart ?? []).reduce(0.0) { $0 + abs(Double($1.0) - Double($1.1)) }
    epochStart = nil
    if change <= goal, progress.stopReason == nil {
      progress.stopReason =
        "the weights moved by \(shortFigure(change)) in an epoch, the goal is \(shortFigure(goal))"
    }
  }

  private func keepBest() {
    if let best {
      _ = best.floats.update(fromContentsOf: step.trained[0].parameters.floats)
    } else {
      best = TensorStorage(step.trained[0].parameters.floats)
    }
  }

  // MARK: Results

  /// The model with the weights of now.
  public func snapshot() -> Model { step.trained[0].snapshot() }

  /// The model with the weights of the epoch with the best validation loss; nil when there is none.
  public func bestModel() -> Model? {
    best.map { step.trained[0].model.replacingStorage(TensorStorage($0.floats)) }
  }

  /// The trained model: what the ensemble's method makes of it, else the one that ``keptWeights`` names.
  public func result() throws -> Model {
    try settings.ensemble?.result(of: step.trained[0].model, kept: kept)
      ?? (keepsBest ? bestModel() ?? snapshot() : snapshot())
  }

  /// Which weights ``result()`` has.
  public var keptWeights: KeptWeights {
    if let average = settings.ensemble?.keptWeights(kept) { return average }
    guard keepsBest, best != nil, let epoch = progress.history.bestEpoch else {
      return KeptWeights(.lastEpoch, epoch: progress.epoch)
    }
    return KeptWeights(progress.fewestMistakes == nil ? .bestEpoch : .pocket, epoch: epoch)
  }

  private var keepsBest: Bool {
    settings.restoresBest || (progress.fewestMistakes != nil && settings.keep == .best)
  }

  /// Goes on from a model's weights.
  public func restore(_ model: Model) { step.trained[0].restore(model) }

  /// Every metric of the model of now on a data set.
  ///
  /// - Throws: when the data set doesn't fit the model.
  public func evaluate(_ dataset: any Dataset) throws -> [MetricValue] {
    Metrics.standard(try results(on: dataset))
  }

  /// Predictions of the model of now beside the truth.
  ///
  /// - Throws: when the data set doesn't fit the model.
  public func results(on dataset: any Dataset) throws -> EvaluatedSamples {
    try evaluator.run(dataset)
  }

  /// The time of each instruction of a step, over some steps on the batch at hand; the weights stay as they are.
  ///
  /// - Returns: a profile for the gradients, for their norm, and for each update.
  public func profile(steps: Int = 50) throws -> [Profile] {
    let state = state
    var profiles: [Profile] = []
    for _ in 0..<steps {
      try step.run(rows: feed.count, step: progress.step + 1, rate: currentRate, profiles: &profiles)
    }
    try restore(state)
    return profiles
  }

  // MARK: State

  /// Everything that the rest of the run depends on, besides settings and data.
  package var state: TrainingState {
    TrainingState(
      progress: progress, parameters: Array(step.trained[0].parameters.floats),
      slots: step.trained[0].slots.map { Array($0.floats) },
      best: best.map { Array($0.floats) }, epochStart: epochStart, kept: kept)
  }

  /// - Throws: when the state belongs to another model or optimizer.
  package func restore(_ state: TrainingState) throws {
    guard state.parameters.count == step.trained[0].parameters.count,
      state.slots.count == step.trained[0].slots.count,
      state.slots.allSatisfy({ $0.count == step.trained[0].parameters.count })
    else {
      throw ApusError("the checkpoint belongs to another model or optimizer")
    }
    progress = state.progress
    _ = step.trained[0].parameters.floats.update(fromContentsOf: state.parameters)
    for (slot, values) in zip(step.trained[0].slots, state.slots) {
      _ = slot.floats.update(fromContentsOf: values)
    }
    best = state.best.map { TensorStorage($0) }
    epochStart = state.epochStart
    kept = state.kept
  }

  /// What happens from now on. Any number may listen; who falls behind misses the oldest.
  public var events: AsyncStream<TrainingEvent> { streams.makeStream() }

  package func send(_ event: @autoclosure () -> TrainingEvent) { streams.send(event()) }
}

/// Where a run stands.
public struct TrainingProgress: Sendable, Equatable, Codable {
  /// Steps done.
  public var step = 0
  /// Epochs done.
  public var epoch = 0
  /// Batches done of the epoch at hand.
  public var position = 0
  /// The sum of the losses of the epoch's samples so far.
  public var lossSum = 0.0
  /// The loss of the first batch.
  public var firstLoss: Float?
  public var bestLoss = Double.greatestFiniteMagnitude
  /// The fewest mistaken training rows after an epoch, for a ``MistakeDriven`` loss.
  public var fewestMistakes: Int?
  /// What the schedule of the learning rate remembers.
  public var schedule = ScheduleState()
  public var history = History()
  /// Why training stopped before its last epoch.
  public var stopReason: String?

  package init() {}
}

/// Everything that the rest of a run depends on.
package struct TrainingState: Sendable, Equatable {
  package var progress: TrainingProgress
  package var parameters: [Float]
  package var slots: [[Float]]
  package var best: [Float]?
  /// The weights at the beginning of the epoch, for a goal.
  package var epochStart: [Float]?
  /// What an ensemble's method remembers.
  package var kept: [[Float]]

  package init(
    progress: TrainingProgress, parameters: [Float], slots: [[Float]], best: [Float]? = nil,
    epochStart: [Float]? = nil, kept: [[Float]] = []
  ) {
    self.progress = progress
    self.parameters = parameters
    self.slots = slots
    self.best = best
    self.epochStart = epochStart
    self.kept = kept
  }
}
