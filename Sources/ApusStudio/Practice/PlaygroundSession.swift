package import ApusCore
package import ApusData
import ApusNN
import ApusRuns
package import ApusTraining

/// A lesson's session and everything around it; belongs to the training thread.
package final class PlaygroundSession {
  package private(set) var plan: LessonPlan
  package private(set) var session: TrainingSession
  /// A table that was handed in.
  private(set) var table: Table?
  package private(set) var snapshots = Snapshots()
  private(set) var size = 100
  /// An image that was drawn by hand, or chosen, to be predicted with the weights of now.
  private(set) var drawn: [UInt8]?
  private let engine: Engine
  /// While a page shows one.
  package internal(set) var race: Race?
  private var races = 0

  package internal(set) var isPlaying = false
  /// Asked between the steps of an order that takes many.
  var shouldStop: @Sendable () -> Bool = { false }
  /// Whether there is something new to draw.
  var hasChanged = true
  /// For the drawing thread, when the plan is another one.
  var newRenderer: PictureRenderer?
  /// Steps a second; nil for as many as there can be.
  private(set) var speed: Double?
  /// What went wrong, and where it can be gone back to.
  package private(set) var divergence: (error: ApusError, good: Int, loss: Float?)?
  /// Why a run of the exported files would come to other weights; nil where it would not.
  package private(set) var deviation: String?
  private(set) var planNumber = 0
  private var samples = 0
  private var lastLoss: Float?
  private var wantsCurve = true
  private var isLookingBack = false
  private var restartsCurve = true
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

  private func begin(_ model: Model) throws {
    planNumber += 1
    newRenderer = try PictureRenderer(plan, model, number: planNumber, size: size)
    snapshots = Snapshots()
    snapshots.note(session, loss: nil)
    divergence = nil
    (wantsCurve, restartsCurve, hasChanged, lastLoss) = (true, true, true, nil)
    isLookingBack = false
    pace.restart()
  }

  // MARK: Lessons

  /// Takes up another lesson. What may change without planning again changes at once; else weights stay where their units
  /// do.
  package func take(_ lesson: Lesson, table newTable: Table? = nil) throws {
    if newTable == nil, plan.differsOnlyInRate(from: lesson) {
      if lesson.race != plan.lesson.race {
        let next = plan.with(race: lesson.race)
        // Made whether it is shown or not, so that what cannot race is refused.
        let made = try makeRace(next)
        plan = next
        if race != nil { race = made }
      }
      guard lesson.rate != plan.lesson.rate else { return }
      try leaveDivergence()
      forgetTheFuture()
      try session.setRate(lesson.rate)
      plan = plan.with(rate: lesson.rate)
      if session.progress.step > 0 { deviation = "the learning rate was changed on the way" }
      hasChanged = true
      return
    }
    let table = newTable ?? self.table
    let next = try LessonPlan(lesson, table: table)
    var model = try next.model()
    try leaveDivergence()
    let isFresh = Self.drawsAnew(lesson, plan.lesson)
    var kept: TrainingState?
    if !isFresh {
      let old = session.snapshot()
      if plan.network == next.network, plan.inputs == next.inputs,
        next.training.targets == plan.training.targets
      {
        kept = session.lightState
        model = model.replacingStorage(TensorStorage(session.lightState.parameters))
      } else {
        model = try next.keeping(old, of: plan, in: model)
      }
    }
    let fresh = try next.session(model, engine: engine)
    let hadTrained = session.progress.step > 0
    let oldLesson = plan.lesson
    self.table = table
    if next.samples.imageSize == nil { drawn = nil }
    (plan, session) = (next, fresh)
    if let kept, kept.slots.count == session.step.trained[0].slots.count,
      Self.hasSameOptimizer(lesson, oldLesson), kept.progress.step < session.stepCount
    {
      var state = kept
      // Epochs may be longer or shorter now.
      if state.progress.position >= session.stepsPerEpoch { state.progress.position = 0 }
      try session.returnTo(state)
    }
    deviation = hadTrained && !isFresh ? "the lesson was changed on the way" : nil
    try begin(model)
    if race != nil { race = try makeRace(plan) }
  }

  /// Whether the first weights are other ones.
  private static func drawsAnew(_ new: Lesson, _ old: Lesson) -> Bool {
    new.seed != old.seed || new.initializer != old.initializer
      || zip(new.layers, old.layers).contains { $0.initializer != $1.initializer }
  }

  private static func hasSameOptimizer(_ new: Lesson, _ old: Lesson) -> Bool {
    new.optimizer == old.optimizer
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
      if run({ try session.runStep(sample: samples) }) { deviation = "single samples were learnt from" }
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
  private func leaveDivergence() throws {
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

  // MARK: What is told

  /// The weights of now with what goes with them.
  var message: Message {
    let progress = session.progress
    let epoch = Double(progress.epoch) + Double(progress.position) / Double(session.stepsPerEpoch)
    defer { (wantsCurve, restartsCurve) = (false, false) }
    return Message(
      plan: planNumber, step: progress.step, epoch: epoch,
      weights: Array(session.step.trained[0].parameters.floats), facts: facts(epoch), wantsCurve: wantsCurve,
      restartsCurve: restartsCurve, isLookingBack: isLookingBack, isPlaying: isPlaying, drawn: drawn)
  }

  private func facts(_ epoch: Double) -> [JSONMember] {
    var facts = [
      JSONMember(
        "state",
        .string(
          divergence != nil ? "diverged" : session.isFinished ? "finished" : isPlaying ? "playing" : "paused")
      ),
      JSONMember("step", .integer(session.progress.step)), JSONMember("epoch", .double(epoch)),
      JSONMember("epochs", .integer(lesson.epochs)), JSONMember("rate", .double(session.currentRate)),
      JSONMember("stepsPerSecond", .double(speed ?? stepsPerSecond.rounded())),
      JSONMember("snapshots", .array(snapshots.steps.map { .integer($0) })),
      JSONMember("gradients", .array(session.progress.step > 0 ? gradientNorms : [])),
      JSONMember("deviation", deviation.map { .string($0) } ?? .null),
      JSONMember("isLookingBack", .bool(isLookingBack)),
    ]
    if let divergence {
      facts.append(
        JSONMember(
          "divergence",
          .object([
            JSONMember("problem", .string(divergence.error.problem)),
            JSONMember("place", divergence.error.place.map { .string($0) } ?? .null),
            JSONMember("fix", divergence.error.fix.map { .string($0) } ?? .null),
            JSONMember("good", .integer(divergence.good)),
            JSONMember("loss", divergence.loss.map { .double(Double($0)) } ?? .null),
          ])))
    }
    return facts
  }

  /// Of each dense layer's weights the norm of the last step's gradient.
  private var gradientNorms: [JSONValue] {
    let trained = session.step.trained[0]
    return plan.densePaths.map { path in
      guard let parameter = trained.model.parameters.first(where: { $0.path == "\(path).weight" }) else {
        return .null
      }
      let square = trained.gradients.floats[parameter.offset..<(parameter.offset + parameter.count)]
        .reduce(0.0) { $0 + Double($1) * Double($1) }
      return .double(square.squareRoot())
    }
  }

  /// For the doctor, who examines a copy.
  ///
  /// - Throws: when the samples don't fit the model.
  func examined() throws -> ExaminedModel {
    let isTrained = session.progress.step > 0
    let outcome = TrainingOutcome(
      training: isTrained ? try session.evaluate(plan.training) : [],
      validation: isTrained ? try plan.validation.map { try session.evaluate($0) } ?? [] : [], test: [])
    return ExaminedModel(
      session.snapshot(), training: plan.training, validation: plan.validation, settings: plan.settings,
      names: plan.names, outcome: isTrained ? outcome : nil,
      engine: try? Engine(instructionSet: engine.instructionSet, threads: 1))
  }
}
