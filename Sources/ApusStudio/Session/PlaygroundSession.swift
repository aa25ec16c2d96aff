package import ApusCore
package import ApusData
import ApusNN
import ApusRuns
package import ApusTraining

/// A lesson's session and everything around it; belongs to the training thread.
package final class PlaygroundSession {
  package internal(set) var plan: LessonPlan
  package internal(set) var session: TrainingSession
  /// A table that was handed in.
  var table: Table?
  package private(set) var snapshots = Snapshots()
  private(set) var size = 100
  /// An image that was drawn by hand, or chosen, to be predicted with the weights of now.
  var drawn: [UInt8]?
  let engine: Engine
  /// While a page shows one.
  package internal(set) var race: Race?
  private var races = 0

  package internal(set) var isPlaying = false
  /// Asked between the steps of an order that takes many.
  var shouldStop: @Sendable () -> Bool = { false }
  /// A Boolean value that indicates whether there is something new to draw.
  var hasChanged = true
  /// For the drawing thread, when the plan is another one.
  var newRenderer: PictureRenderer?
  /// Steps a second; nil for as many as there can be.
  private(set) var speed: Double?
  /// The error that ended training, and the step to which it can go back.
  package private(set) var divergence: (error: ApusError, good: Int, loss: Float?)?
  /// Why a run of the exported files would come to other weights; nil where it would not.
  package internal(set) var deviation: String?
  private(set) var planNumber = 0
  private var samples = 0
  private var lastLoss: Float?
  var wantsCurve = true
  var isLookingBack = false
  var restartsCurve = true
  /// Steps that take about a millisecond.
  private var burst = 1
  private var pace = Pace()

  package init(_ lesson: Lesson, table: Table?) throws {
    engine = try Engine.standard()
    self.table = table
    plan = try LessonPlan(lesson, table: table)
    let model = try plan.model()
    session = try plan.session(model, engine: engine)
    try begin(model)
  }

  package var lesson: Lesson { plan.lesson }
  var isBusy: Bool { isPlaying || race?.isRunning == true }

  /// A race from the first weights.
  func makeRace(_ plan: LessonPlan) throws -> Race {
    races += 1
    return try Race(plan, number: races, engine: engine)
  }

  func begin(_ model: Model) throws {
    planNumber += 1
    newRenderer = try PictureRenderer(plan, model, number: planNumber, size: size)
    snapshots = Snapshots()
    snapshots.note(session, loss: nil)
    divergence = nil
    (wantsCurve, restartsCurve, hasChanged, lastLoss) = (true, true, true, nil)
    isLookingBack = false
    pace.restart()
  }

  // MARK: Time

  /// About a millisecond of steps, or those that are due.
  ///
  /// - Returns: nanoseconds until the next step is due; nil when it is now.
  package func trainForAWhile() -> UInt64? {
    let start = Clock.nanoseconds
    var steps = burst
    if let speed {
      steps = min(burst, pace.due(speed, done: session.progress.step, at: start))
      if steps == 0 { return Pace.wait(speed) }
    }
    for _ in 0..<steps {
      if session.isFinished {
        isPlaying = false
        hasChanged = true
        return nil
      }
      guard run({ try session.runStep() }) else { return nil }
    }
    snapshots.note(session, loss: lastLoss)
    let spent = Clock.nanoseconds &- start
    if speed == nil {
      burst = spent < 500_000 ? min(burst * 2, 1 << 14) : spent > 2_000_000 ? max(burst / 2, 1) : burst
      measure(start, steps, spent)
    }
    return nil
  }

  private var rate = (nanoseconds: UInt64(0), steps: 0)
  private(set) var stepsPerSecond = 0.0

  private func measure(_ start: UInt64, _ steps: Int, _ spent: UInt64) {
    rate = (rate.nanoseconds + spent, rate.steps + steps)
    guard rate.nanoseconds > 200_000_000 else { return }
    stepsPerSecond = Double(rate.steps) * 1e9 / Double(rate.nanoseconds)
    rate = (0, 0)
  }

  /// - Returns: whether it went well.
  private func run(_ step: () throws -> Float) -> Bool {
    isLookingBack = false
    do {
      lastLoss = try step()
      divergence = nil
      return true
    } catch {
      let good = snapshots.lastGood
      var problem = error as? ApusError ?? ApusError("\(error)")
      problem.place = problem.place.map { plan.title(ofPlace: $0) }
      divergence = (problem, good?.state.progress.step ?? 0, good?.loss)
      isPlaying = false
      hasChanged = true
      return false
    }
  }

  package enum Stride: String, Sendable, CaseIterable { case sample, batch, epoch }

  package func stepOnce(_ stride: Stride) {
    guard !session.isFinished, divergence == nil else { return }
    isPlaying = false
    switch stride {
    case .sample:
      forgetTheFuture()
      if run({ try session.runStep(sample: samples) }) { deviation = "single samples were learned from" }
      samples += 1
    case .batch: _ = run { try session.runStep() }
    case .epoch:
      let epoch = session.progress.epoch
      while session.progress.epoch == epoch, !session.isFinished, !shouldStop(),
        run({ try session.runStep() })
      {}
    }
    snapshots.note(session, loss: lastLoss)
    hasChanged = true
  }

  package func play(_ plays: Bool) {
    isPlaying = plays && !session.isFinished && divergence == nil
    if isPlaying { race?.run(false) }
    pace.restart()
    hasChanged = true
  }

  package func setSpeed(_ speed: Double?) {
    self.speed = speed
    pace.restart()
  }

  /// Back to the same first weights.
  package func rewind() throws {
    let model = try plan.model()
    session = try plan.session(model, engine: engine)
    samples = 0
    deviation = nil
    try begin(model)
  }

  /// Back to what is kept of a step, or of the last one before it.
  package func scrub(to step: Int) throws {
    guard let item = snapshots.item(at: step) else { return }
    isPlaying = false
    try session.returnTo(item.state)
    lastLoss = item.loss
    divergence = nil
    (hasChanged, wantsCurve, isLookingBack) = (true, true, true)
  }

  /// Another lesson does not go on with weights that diverged, but with the last good ones.
  func leaveDivergence() throws {
    if let divergence { try scrub(to: divergence.good) }
  }

  /// Forgets what came after the step at hand, which another future will follow.
  func forgetTheFuture() { snapshots.removeAll(after: session.progress.step) }

  // MARK: By hand

  /// Sets one number of a dense layer's weights or biases.
  package func set(_ path: String, _ index: Int, to value: Double) throws {
    guard value.isFinite, abs(value) <= 1e6 else {
      throw ApusError("a weight of \(value)", expected: "a number up to 1e6")
    }
    let model = session.snapshot()
    guard plan.densePaths.contains(where: { path == "\($0).weight" || path == "\($0).bias" }),
      let parameter = model.parameters.first(where: { $0.path == path }),
      (0..<parameter.count).contains(index)
    else { throw ApusError("there is no weight \(index) of “\(path.prefix(60))”") }
    var state = session.lightState
    state.parameters[parameter.offset + index] = Float(value)
    try session.returnTo(state)
    deviation = "weights were set by hand"
    divergence = nil
    isLookingBack = false
    forgetTheFuture()
    hasChanged = true
  }

  /// Puts an image where its prediction is told with every picture; nil takes it away.
  ///
  /// - Throws: when the lesson is not about images.
  func show(_ image: [UInt8]?) throws {
    if let image { _ = try plan.samples.features(of: image) }
    drawn = image
    hasChanged = true
  }

  func setGrid(_ size: Int) throws {
    guard (10...Limits.grid).contains(size) else {
      throw ApusError("a grid of \(size)", expected: "10 … \(Limits.grid)")
    }
    self.size = size
    planNumber += 1
    newRenderer = try PictureRenderer(plan, session.snapshot(), number: planNumber, size: size)
    hasChanged = true
  }

  /// For a page that has just come.
  func showAll() throws {
    planNumber += 1
    newRenderer = try PictureRenderer(plan, session.snapshot(), number: planNumber, size: size)
    (wantsCurve, hasChanged) = (true, true)
    race?.hasChanged = true
  }
}
