import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// A plan as it is carried out, from the folder that it takes to the result that it leaves there.
final class RunExecution {
  let plan: RunPlan
  let files: RunFolder
  /// The models of an ensemble's trainings that are done.
  private(set) var models: [Model] = []
  private(set) var members: [RunResult.Member] = []
  /// The losses of the steps of the training at hand.
  private(set) var stepLosses = StepLosses()
  /// The current training session, one of several in an ensemble of seeds.
  private(set) var session: TrainingSession
  /// A Boolean value that indicates whether the test rows stay unread and the result unexamined.
  let isTrial: Bool

  private var store: CheckpointStore
  /// The folder is the run's own until it is done; nil in a process that another one writes for.
  private let lock: FolderLock?
  /// A Boolean value that indicates whether this process is the one that writes.
  let isWriter: Bool
  private var lastCheckpoint = Clock.nanoseconds
  /// The step of the newest checkpoint that this process wrote.
  private var savedStep: Int?
  private var isConfigurationSafe = false
  /// The weights after the last epoch, for a run that diverges.
  private var lastGood: Model?

  private var data: RunData { plan.data }
  private var choices: RunChoices { plan.choices }

  /// Takes the folder.
  ///
  /// - Throws: when model and data do not fit; when the folder cannot be written, holds an older run, or belongs to another
  ///   process.
  init(_ plan: RunPlan, isTrial: Bool) throws {
    (self.plan, self.isTrial) = (plan, isTrial)
    // What cannot be trained leaves no folder.
    let first = plan.older == .resume ? nil : try Self.session(plan, member: 0)
    isWriter = (plan.collective?.rank ?? 0) == 0
    var start: RunStart?
    if let collective = plan.collective {
      // All have read the folder before the first of them changes it.
      if plan.older == .resume {
        start = try RunStart(RunFolder(path: plan.folder ?? ""), plan.choices, plan.data)
      }
      try collective.agree(plan.agreement(start))
    }
    if isWriter {
      let (folder, lock) = try RunFolder.take(
        plan.folder, name: plan.data.name, plan.older, keepsModel: true)
      (files, self.lock) = (folder, lock)
    } else {
      (files, lock) = (RunFolder(path: plan.folder ?? "runs/\(plan.data.name)"), nil)
    }
    if plan.older == .resume, start == nil { start = try RunStart(files, plan.choices, plan.data) }
    for (training, model) in start?.members ?? [] {
      members.append(training)
      models.append(model)
    }
    store = try CheckpointStore(files, plan.choices, plan.data, member: models.count)
    session = try first ?? Self.session(plan, member: models.count)
    if let state = start?.state { try session.restore(state) }
    guard isWriter else { return }
    try files.make(files.checkpoints)
    try AtomicFile.write(
      files.configuration, text: plan.configuration.yaml(), survivesPowerFailure: false)
  }

  private static func session(_ plan: RunPlan, member: Int) throws -> TrainingSession {
    var settings = plan.choices.settings
    settings.seed &+= UInt64(member)
    let training = plan.data.training
    return try TrainingSession(
      plan.choices.model(member: member, on: plan.data, engine: plan.engine),
      training: plan.choices.classWeights.map { training.weighted(byClass: $0) } ?? training,
      validation: plan.data.validation, settings: settings, collective: plan.collective, engine: plan.engine)
  }

  /// Trains to the end, and writes what came of it.
  func run(
    profile: Bool, _ observe: (TrainingEvent) -> Void, pauses: (_ step: Int, _ epoch: Int) -> Bool
  ) throws -> RunResult {
    let start = Clock.nanoseconds
    var steps = -session.progress.step
    while true {
      observe(session.started)
      if choices.runs > 1 { observe(.member(models.count + 1, of: choices.runs)) }
      guard try train(observe, pauses) else {
        throw ApusError(
          "the run was interrupted after step \(session.progress.step)", at: files.path,
          fix: "go on with apus train --resume \(files.path)", kind: .interrupted)
      }
      steps += session.progress.step
      guard models.count + 1 < choices.runs else { break }
      try beginNextMember()
    }
    let seconds = Double(Clock.nanoseconds &- start) * 1e-9
    members.append(RunResult.Member(session))
    var result = try RunResult(self, seconds: seconds, steps: steps)
    if profile { result.profiles = try session.profile() }
    if isWriter {
      try result.write(to: files)
      result.modelHash = try SHA256.hex(ofFile: files.model)
    }
    observe(.finished(result.history))
    return result
  }

  /// Keeps the model of the training that is done, and makes the next one ready.
  private func beginNextMember() throws {
    let (model, training) = (try session.result(), RunResult.Member(session))
    if isWriter {
      try files.make("\(files.path)/members")
      // The model last: where it is, the record is too.
      try training.save(to: files.memberRecord(models.count))
      try model.save(to: files.member(models.count))
    }
    models.append(model)
    members.append(training)
    store = try CheckpointStore(files, choices, data, member: models.count)
    if isWriter { try files.make(store.folder) }
    session = try Self.session(plan, member: models.count)
    (lastGood, savedStep, stepLosses) = (nil, nil, StepLosses())
  }

  /// Trains one of an ensemble's members, or the only one.
  ///
  /// - Returns: whether it has come to its end; otherwise there is a checkpoint.
  private func train(
    _ observe: (TrainingEvent) -> Void, _ pauses: (_ step: Int, _ epoch: Int) -> Bool
  ) throws -> Bool {
    lastCheckpoint = Clock.nanoseconds
    do {
      let isDone = try session.train(
        { event in
          observe(event)
          if case .step(let step, _, let loss) = event { stepLosses.add(loss, step: step) }
          switch event {
          // After the last step of an epoch, the epoch's own event comes next.
          case .step where session.progress.position > 0: try checkpointWhenDue(isEpochEnd: false, observe)
          case .epoch:
            if session.progress.history.bestEpoch == nil { lastGood = session.snapshot() }
            try checkpointWhenDue(isEpochEnd: true, observe)
          default: break
          }
        }, pauses: pauses)
      if !isDone, savedStep != session.progress.step { try saveCheckpoint(observe) }
      return isDone
    } catch let error as ApusError {
      throw try keepingLastGood(error)
    }
  }

  // MARK: Checkpoints

  /// Seconds from one checkpoint to the next, within an epoch and at its end.
  private static let longest: Double = 10
  private static let longestAtEpochEnd: Double = 2

  /// A checkpoint needs the configuration: with the first one, that is made to survive a power failure too.
  private func saveCheckpoint(_ observe: (TrainingEvent) -> Void) throws {
    guard isWriter else { return }
    if !isConfigurationSafe {
      try AtomicFile.write(files.configuration, text: plan.configuration.yaml())
      isConfigurationSafe = true
    }
    observe(.checkpoint(path: try store.save(session.state)))
    savedStep = session.progress.step
    lastCheckpoint = Clock.nanoseconds
  }

  private func checkpointWhenDue(isEpochEnd: Bool, _ observe: (TrainingEvent) -> Void) throws {
    let isDue: Bool
    if let every = plan.configuration.training.checkpointEvery {
      isDue = every > 0 && session.progress.step % every == 0
    } else {
      // The clock costs as much as a small net's step: it is asked now and then.
      guard isEpochEnd || session.progress.step % 16 == 0 else { return }
      let seconds = Double(Clock.nanoseconds &- lastCheckpoint) * 1e-9
      isDue = seconds > (isEpochEnd ? Self.longestAtEpochEnd : Self.longest)
    }
    if isDue { try saveCheckpoint(observe) }
  }

  /// Saves the weights of the best or the last whole epoch, and says so.
  private func keepingLastGood(_ error: ApusError) throws -> ApusError {
    let good = session.bestModel() ?? lastGood
    // Nobody goes on with a trial's model.
    guard isWriter, !isTrial else { return error }
    var error = error
    try (good ?? plan.model).save(to: files.model)
    error.problem +=
      "; the last good state\(good == nil ? ", the first weights," : "") is kept in \(files.model)"
    return error
  }
}
