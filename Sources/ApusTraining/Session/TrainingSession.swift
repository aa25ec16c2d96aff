public import ApusCore
public import ApusData
public import ApusNN

/// Training that goes on step by step, or to its end with one observer:
/// ``Model/fit(_:recipe:collective:engine:onEvent:)``, a run and the playground stand on it.
///
/// Belongs to one thread at a time. Where training stands is a value: a session that is given it goes on to the same bits.
public final class TrainingSession {
  public private(set) var settings: TrainingSettings
  public let stepsPerEpoch: Int
  /// The progress of the run.
  public internal(set) var progress = TrainingSession.Progress()
  public let step: TrainingStep

  /// The rows of one update: a batch, or several that accumulate.
  let rowsPerStep: Int
  /// The weights that the ensemble's method remembers.
  var kept: [[Float]] = []
  /// The weights at the beginning of the epoch, where a goal looks at how far they move.
  var epochStart: [Float]?
  let training: any Dataset
  let validation: (any Dataset)?
  let evaluator: Evaluator
  let feed: BatchFeed
  /// The weight of each training row; nil where each counts once.
  private let rowWeights: [Float]?
  private let isWeighted: Bool
  /// The schedule, which each step reads from the settings: a recipe's optionals would cost a small network as much as
  /// a kernel.
  private let schedule: any Schedule
  private var rate: Double
  private let ensemble: (any EnsembleMethod)?
  /// The processes that share the work; nil where this one does it alone.
  let collective: Collective?
  private let division: ShardDivision?
  private let hasGoal: Bool
  var best: TensorStorage?

  /// - Parameter collective: the processes that train the same model on the same data together: each computes its shards of
  ///   every batch and its part of the validation rows, and all have the bits of one.
  /// - Throws: when model, data and loss do not fit each other.
  public init(
    _ given: Model, training: any Dataset, validation: (any Dataset)? = nil, settings: TrainingSettings,
    collective: Collective? = nil, engine: Engine? = nil
  ) throws {
    var model = given.aimed(at: training)
    try TrainingSession.check(model, training, settings)
    let engine = try engine ?? Engine.standard()
    self.settings = settings
    (schedule, rate, ensemble) = (settings.schedule, settings.rate, settings.ensemble)
    hasGoal = settings.goal != nil
    self.training = training
    self.validation = validation.flatMap { $0.count > 0 ? $0 : nil }
    let capacity = min(settings.batch, training.count)
    rowsPerStep = settings.rowsPerStep(of: training.count)
    let run = settings.length(rows: training.count)
    (stepsPerEpoch, stepCount) = (run.stepsPerEpoch, run.steps)
    rowWeights = training.weights
    isWeighted = rowWeights != nil
    self.collective = collective.flatMap { $0.count > 1 ? $0 : nil }
    // Of a training without a step nothing is shared out.
    division =
      try run.steps > 0
      ? TrainingStep.division(batch: capacity, shards: settings.recipe.shards, collective) : nil
    model.shards = division?.shards
    step = try TrainingStep(
      settings.training(of: model, run: run), capacity: capacity, length: LoopLength(run),
      accumulates: rowsPerStep > capacity, auxiliary: settings.auxiliary, isWeighted: isWeighted,
      shards: division?.shards, collective: division == nil ? nil : collective, engine: engine)
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

  /// A Boolean value that indicates whether every epoch is done or training has stopped early.
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
    if hasGoal, epochStart == nil { epochStart = Array(step.trained[0].parameters.floats) }
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
    if let division {
      collective?.step = progress.step + 1
      loss = try gradients(start..<end, in: division)
    } else if rowsPerStep == step.capacity {
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
    ensemble?.observe(
      EnsembleMoment(
        step: progress.step, isEpochEnd: isEpochEnd, epoch: progress.epoch + (isEpochEnd ? 1 : 0),
        epochs: settings.epochs),
      weights: UnsafeBufferPointer(step.trained[0].parameters.floats), kept: &kept)
    if isEpochEnd { try finishEpoch(rate: rate) }
    return loss
  }

  /// Returns the weight of the rows at some places of the epoch's order: their number where there are no weights.
  func weight(_ places: Range<Int>) -> Double {
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

  /// The gradients of the shards of one or several batches.
  private func gradients(_ places: Range<Int>, in division: ShardDivision) throws -> Float {
    let (start, epoch) = (places.lowerBound, progress.epoch)
    return try step.gradients(sharded: places.count) { part, next in
      var following = next.map { (start + $0.rows.lowerBound)..<(start + $0.rows.upperBound) }
      if following == nil, places.upperBound < training.count {
        // The first part of the next update.
        let rows = min(rowsPerStep, training.count - places.upperBound)
        var parts = ShardParts(division, shards: step.ownShards, rows: rows)
        following = parts.next().map {
          (places.upperBound + $0.rows.lowerBound)..<(places.upperBound + $0.rows.upperBound)
        }
      }
      _ = feed.load(
        epoch: epoch, (start + part.rows.lowerBound)..<(start + part.rows.upperBound),
        next: following ?? 0..<0)
    }
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
    return loss
  }

  /// Puts samples of the epoch's order where the step reads them; gives their number.
  private func load(_ range: Range<Int>) -> Int {
    feed.load(
      epoch: progress.epoch, range,
      next: range.upperBound..<min(range.upperBound + step.capacity, training.count))
  }

  /// A loss so many times as large as the first one is no longer training.
  private static let divergence: Float = 1e5

  private func diverged(_ loss: Float) -> ApusError {
    let (model, gradients) = (step.trained[0].model, step.trained[0].gradients.floats)
    func largest(_ range: Range<Int>) -> Float { gradients[range].lazy.map { abs($0) }.max() ?? 0 }
    let worst = model.parameters.filter { !$0.specification.isState }
      .max { largest($0.range) < largest($1.range) }
    let (first, last) = (Double(progress.firstLoss ?? loss), Double(loss))
    return ApusError(
      "step \(progress.step + 1): the loss grew from \(shortFigure(first, digits: 3)) to "
        + "\(shortFigure(last, digits: 3)), and its gradient is the largest here: training diverges",
      at: worst.map { "parameter \($0.path)" } ?? "the loss",
      fix: "lower the learning rate of \(shortText(settings.rate)), or clip the gradients' norm",
      kind: .divergence)
  }

  /// Changes the learning rate that the schedule begins with, from the next step on: it is an input of the plan.
  ///
  /// - Throws: for a rate below 0, or one that is no number.
  public func setRate(_ rate: Double) throws(ApusError) {
    guard rate.isFinite, rate >= 0 else {
      throw ApusError("a learning rate of \(rate)", expected: "0 or more")
    }
    settings.rate = rate
    self.rate = rate
  }

  /// The learning rate of the next step.
  public var currentRate: Double {
    schedule.rate(step: progress.step, base: rate, run: runLength, state: progress.schedule)
  }

  var runLength: RunLength { RunLength(steps: stepCount, stepsPerEpoch: stepsPerEpoch) }
}
