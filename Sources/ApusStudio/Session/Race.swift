package import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// Several optimizers on a lesson's network: from the same first weights, on the same batches, always at the same step.
/// Belongs to the training thread.
package final class Race {
  package let racers: [Racer]
  /// The loss that is to be reached: the mean of the last epoch's worth of batches, each before its update.
  package let goal: Double
  /// The loss of the first weights on all training samples.
  package let firstLoss: Double
  package private(set) var isRunning = false
  /// A Boolean value that indicates whether there is something new to draw.
  var hasChanged = true
  package private(set) var step = 0
  private let plan: LessonPlan
  private let number: Int
  private var hasPausedAtGoal = false
  /// Steps that take about a millisecond.
  private var burst = 1
  private var pace = Pace()

  /// The goal as a fraction of the first loss, where the lesson names none.
  static let defaultGoal = 0.1

  /// - Parameter number: tells one race from another.
  /// - Throws: when an optimizer or its rate is none.
  package init(_ plan: LessonPlan, number: Int = 0, engine: Engine) throws {
    self.plan = plan
    self.number = number
    let model = try plan.model()
    racers = try plan.lesson.racers.map { try Racer($0, plan, model, engine) }
    let metrics = try racers[0].session.evaluate(plan.training)
    firstLoss = metrics.first { $0.name == "loss" }?.value ?? .nan
    goal = plan.lesson.race.goal ?? Self.defaultGoal * firstLoss
    for racer in racers { racer.begin(firstLoss) }
  }

  /// A Boolean value that indicates whether no racer can go on.
  package var isOver: Bool { racers.allSatisfy { !$0.canGoOn } }

  package func run(_ runs: Bool) {
    isRunning = runs && !isOver
    pace.restart()
    hasChanged = true
  }

  /// One step of everybody who can go on.
  package func stepOnce() {
    for racer in racers where racer.canGoOn { racer.run(goal: goal) }
    step += 1
  }

  /// About a millisecond of steps, or those that are due.
  ///
  /// - Parameter speed: steps a second; nil for as many as there can be.
  /// - Returns: nanoseconds until the next step is due; nil when it is now.
  package func runForAWhile(speed: Double?) -> UInt64? {
    let start = Clock.nanoseconds
    var steps = burst
    if let speed {
      steps = min(burst, pace.due(speed, done: step, at: start))
      if steps == 0 { return Pace.wait(speed) }
    }
    for _ in 0..<steps {
      stepOnce()
      if isOver || isDecided {
        hasPausedAtGoal = hasPausedAtGoal || !isOver
        run(false)
        return nil
      }
    }
    let spent = Clock.nanoseconds &- start
    burst = spent < 500_000 ? min(burst * 2, 1 << 12) : spent > 2_000_000 ? max(burst / 2, 1) : burst
    return nil
  }

  /// A Boolean value that indicates whether every racer that can go on has reached the goal: a good moment to pause,
  /// once.
  private var isDecided: Bool {
    !hasPausedAtGoal && racers.allSatisfy { $0.reached != nil || !$0.canGoOn }
  }

  // MARK: What is told

  var message: RaceMessage {
    RaceMessage(
      number: number, plan: plan, weights: racers.map(\.weights),
      facts: [
        JSONMember("race", .integer(number)),
        JSONMember(
          "state", .string(isRunning ? "running" : isOver ? "over" : step == 0 ? "ready" : "paused")),
        JSONMember("step", .integer(step)), JSONMember("goal", Self.json(goal)),
        JSONMember("stepsPerEpoch", .integer(racers[0].session.stepsPerEpoch)),
        JSONMember("task", .string(plan.points.task.rawValue)),
        JSONMember("racers", .array(racers.map(\.json))),
      ])
  }

  fileprivate static func json(_ number: Double) -> JSONValue { number.isFinite ? .double(number) : .null }
}

/// One of a race.
package final class Racer {
  package let entry: LessonRacer
  let session: TrainingSession
  /// The mean loss of each epoch.
  package private(set) var curve = Curve(most: 120)
  private var mean: EpochMean
  /// The step after which the goal was reached: looked for at each, so that who is first does not hang on where epochs end.
  package private(set) var reached: Int?
  package private(set) var fault: ApusError?

  /// Epochs of a race at most: a session remembers each.
  static let mostEpochs = 5_000

  init(_ entry: LessonRacer, _ plan: LessonPlan, _ model: Model, _ engine: Engine) throws {
    self.entry = entry
    session = try plan.with(entry).session(model, engine: engine)
    mean = EpochMean(samples: plan.training.count, batch: plan.settings.batch)
  }

  fileprivate func begin(_ loss: Double) {
    curve.append(CurvePoint(step: 0, epoch: 0, loss: loss))
  }

  var canGoOn: Bool { fault == nil && !session.isFinished && session.progress.epoch < Self.mostEpochs }

  /// The mean loss over the last epoch's worth of steps.
  package var loss: Double { mean.value ?? curve.points.last?.loss ?? .nan }

  package var weights: [Float] { Array(session.step.trained[0].parameters.floats) }

  fileprivate func run(goal: Double) {
    let (epoch, position) = (session.progress.epoch, session.progress.position)
    do {
      mean.note(Double(try session.runStep()), at: position)
    } catch {
      fault = error as? ApusError ?? ApusError("\(error)")
      return
    }
    if reached == nil, let loss = mean.value, loss <= goal { reached = session.progress.step }
    guard session.progress.epoch > epoch, let record = session.progress.history.epochs.last else { return }
    curve.append(
      CurvePoint(step: record.step, epoch: Double(record.epoch), loss: record.trainingLoss))
  }

  fileprivate var json: JSONValue {
    .object([
      JSONMember("optimizer", entry.optimizer), JSONMember("learningRate", .double(entry.learningRate)),
      JSONMember("loss", Race.json(loss)), JSONMember("epoch", .integer(session.progress.epoch)),
      JSONMember("reached", reached.map { .integer($0) } ?? .null),
      JSONMember("fault", fault.map { .string($0.problem) } ?? .null),
      JSONMember("curve", .array(told.map { .array([.double($0.epoch), Race.json($0.loss)]) })),
    ])
  }

  /// The curve with the part of the epoch at hand.
  private var told: [CurvePoint] {
    let progress = session.progress
    guard progress.position > 0, let loss = mean.value else { return curve.points }
    let epoch = Double(progress.epoch) + Double(progress.position) / Double(session.stepsPerEpoch)
    return curve.points + [CurvePoint(step: progress.step, epoch: epoch, loss: loss)]
  }
}
