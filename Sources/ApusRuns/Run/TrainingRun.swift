import ApusCore
public import ApusData
public import ApusNN
public import ApusTraining

/// The main job: from data to a folder with a trained model.
///
/// Reads the data, divides it, fits the preprocessing to the training rows, chooses what the configuration leaves
/// open, trains with checkpoints, and writes the model: with the weights of the epoch with the lowest validation loss, where
/// there are validation rows and nothing else is asked for.
public final class TrainingRun {
  /// With nothing left open: it reruns to the same bits.
  public let configuration: RunConfiguration
  /// What was chosen, and why, as lines for the user.
  public let choices: [String]
  /// Who set each setting, and why.
  public var reasons: [Reason] { chosen.reasons }
  /// What was noticed in the data.
  public let notes: [String]
  public let model: Model
  public let task: LearningTask
  /// Where the run's files are.
  public var folder: String { files.path }
  /// Whether the model says what comes next in a text.
  public var isText: Bool { data.isText }
  /// The epochs of the whole run.
  public var epochs: Int { session.settings.epochs }
  /// Asked after every step: whether to stop with a checkpoint.
  public var isCancelled: @Sendable () -> Bool = { false }
  /// Stops with a checkpoint after this epoch; nil never.
  public var pausesAfter: Int?
  /// Whether the report looks at the test rows: not while a search compares runs.
  public var evaluatesTest = true

  let data: RunData
  /// Of an ensemble of seeds, the training at hand.
  private(set) var session: TrainingSession
  private let chosen: RunChoices
  private let files: RunFolder
  /// The folder is the run's own while it begins and trains.
  private var lock: FolderLock?
  private var store: CheckpointStore
  /// The models of an ensemble's trainings that are done.
  private var members: [Model] = []
  /// What the run came to; nil before it has ended.
  private(set) var outcome: Model?
  /// The samples that it was judged by in the end: those for test, where there are none those of validation, else of
  /// training.
  private(set) var evaluated: (part: RunFindings.Part, dataset: any Dataset, results: EvaluatedSamples)?
  let engine: Engine
  private var lastCheckpoint = Clock.nanoseconds
  private var isConfigurationSafe = false
  /// The weights after the last epoch, for a run that diverges.
  private var lastGood: Model?

  /// - Parameters:
  ///   - folder: where the run's files go; `runs/NAME-…` when nil.
  ///   - resume: whether to go on from the folder's newest checkpoint.
  ///   - overwrite: whether an older run in the folder is cleared; its model stays until the new one takes its place.
  ///   - threads: as many as there are processors when nil.
  /// - Throws: when the data cannot be read or learned from, a setting is wrong, or the folder cannot be written, holds an
  ///   older run, or belongs to another process.
  public convenience init(
    _ configuration: RunConfiguration, folder: String? = nil, resume: Bool = false, overwrite: Bool = false,
    threads: Int? = nil
  ) throws {
    try self.init(
      configuration, folder: folder, resume ? .resume : overwrite ? .overwrite : .refuse, threads: threads,
      sources: SharedSources())
  }

  /// - Parameter sources: where the data is opened; runs that share them read it once.
  init(
    _ configuration: RunConfiguration, folder: String?, _ older: RunFolder.Older, threads: Int?,
    sources: SharedSources
  ) throws {
    let isResumed = older == .resume
    // Before any work; once more when the folder is taken.
    if older == .refuse, let folder { try RunFolder.refuseOlder(in: folder) }
    if older == .overwrite, let folder {
      try RunFolder(path: folder).refuseClearing([configuration.data.source, configuration.data.testData])
    }
    let standard = try Engine.standard()
    engine = try threads.map { try Engine(instructionSet: standard.instructionSet, threads: $0) } ?? standard
    data = try RunData(configuration, sources: sources)
    chosen = try RunChoices(configuration, data)
    self.configuration = chosen.configuration
    choices = data.choices + chosen.lines
    model = try chosen.model(on: data, engine: engine)
    task = data.task
    // What cannot be trained leaves no folder.
    var first: TrainingSession?
    if !isResumed { first = try Self.session(chosen, data, member: 0, engine: engine) }
    (files, lock) = try RunFolder.take(folder, name: data.name, older, keepsModel: true)
    if isResumed {
      while Files.exists(files.member(members.count)) {
        members.append(try Model(contentsOf: files.member(members.count)))
      }
    }
    store = try Self.store(chosen, data, files, member: members.count)
    session = try first ?? Self.session(chosen, data, member: members.count, engine: engine)
    var notes = data.notes + chosen.notes
    if isResumed {
      if !members.isEmpty { notes.append("\(members.count) of \(chosen.runs) trainings are done") }
      if let found = try store.latest() {
        try session.restore(found.state)
        notes += found.notes
        notes.append("resumed after step \(session.progress.step) of \(session.stepCount)")
      } else {
        notes.append("there is no checkpoint in \(files.checkpoints): the run begins anew")
      }
    }
    self.notes = notes
    try files.make(files.checkpoints)
    try AtomicFile.write(files.configuration, text: self.configuration.yaml(), survivesPowerFailure: false)
  }

  private static func store(
    _ chosen: RunChoices, _ data: RunData, _ files: RunFolder, member: Int
  ) throws -> CheckpointStore {
    var hash = StableHasher()
    hash.add(try JSONCoding.encode(chosen.configuration).text())
    hash.add(data.fingerprint)
    if let pretrained = data.pretrained { hash.add(pretrained.fingerprint) }
    if member > 0 { hash.add(UInt64(member)) }
    return CheckpointStore(folder: files.checkpoints(member: member), fingerprint: hash.text)
  }

  private static func session(
    _ chosen: RunChoices, _ data: RunData, member: Int, engine: Engine
  ) throws -> TrainingSession {
    var settings = chosen.settings
    settings.seed &+= UInt64(member)
    return try TrainingSession(
      chosen.model(on: data, member: member, engine: engine), training: data.training,
      validation: data.validation, settings: settings, engine: engine)
  }

  /// Trains to the end, or until ``isCancelled`` says so.
  ///
  /// - Parameters:
  ///   - profile: whether to time each instruction of the plans.
  ///   - onEvent: told what happens, on this thread.
  /// - Throws: when training diverges, with layer, step and cause; the last good state is then in the folder. When a
  ///   file cannot be written.
  public func train(profile: Bool = false, onEvent: (TrainingEvent) -> Void = { _ in }) throws -> RunReport {
    if lock == nil { lock = try FolderLock(files.path) }
    defer { lock = nil }
    let start = Clock.nanoseconds
    var firstStep = session.progress.step
    while true {
      onEvent(
        .started(
          steps: session.stepCount, stepsPerEpoch: session.stepsPerEpoch, parameters: model.parameterCount))
      if chosen.runs > 1 { onEvent(.member(members.count + 1, of: chosen.runs)) }
      if let interrupted = try trainMember(since: start, firstStep, onEvent) { return interrupted }
      if let reason = session.progress.stopReason { onEvent(.stopped(reason: reason)) }
      guard members.count + 1 < chosen.runs else { break }
      firstStep -= session.progress.step
      try beginNextMember()
    }
    var report = try report(since: start, firstStep, isInterrupted: false)
    if profile { report.profiles = try session.profile() }
    try write(report)
    onEvent(.finished(session.progress.history))
    return report
  }

  /// Keeps the model of the training that is done, and makes the next one ready.
  private func beginNextMember() throws {
    let done = try session.result()
    let path = files.member(members.count)
    try files.make("\(files.path)/members")
    try done.save(to: path)
    members.append(done)
    store = try Self.store(chosen, data, files, member: members.count)
    try files.make(store.folder)
    session = try Self.session(chosen, data, member: members.count, engine: engine)
    lastGood = nil
  }

  /// Trains one of an ensemble's members, or the only one, to its end.
  ///
  /// - Returns: the report of a run that was interrupted; nil at the end.
  private func trainMember(
    since start: UInt64, _ firstStep: Int, _ onEvent: (TrainingEvent) -> Void
  ) throws -> RunReport? {
    lastCheckpoint = Clock.nanoseconds
    do {
      while !session.isFinished {
        let epoch = session.progress.epoch
        let loss = try session.runStep()
        onEvent(.step(session.progress.step, epoch: epoch + 1, loss: loss))
        if session.progress.epoch > epoch {
          onEvent(.epoch(session.progress.history.epochs.last!))
          if session.progress.history.bestEpoch == nil { lastGood = session.snapshot() }
        }
        if isCancelled() || pausesAfter.map({ session.progress.epoch >= $0 }) == true, !session.isFinished {
          onEvent(.checkpoint(path: try saveCheckpoint()))
          return try report(since: start, firstStep, isInterrupted: true)
        }
        try checkpointWhenDue(isEpochEnd: session.progress.epoch > epoch, onEvent)
      }
    } catch let error as ApusError {
      throw try keepingLastGood(error)
    }
    return nil
  }

  // MARK: Checkpoints

  /// Seconds from one checkpoint to the next, within an epoch and at its end.
  private static let longest: Double = 10
  private static let longestAtEpochEnd: Double = 2

  /// A checkpoint needs the configuration: with the first one, that is made to survive a power failure too.
  private func saveCheckpoint() throws -> String {
    if !isConfigurationSafe {
      try AtomicFile.write(files.configuration, text: configuration.yaml())
      isConfigurationSafe = true
    }
    return try store.save(session.state)
  }

  private func checkpointWhenDue(isEpochEnd: Bool, _ onEvent: (TrainingEvent) -> Void) throws {
    let isDue: Bool
    if let every = configuration.training.checkpointEvery {
      isDue = every > 0 && session.progress.step % every == 0
    } else {
      // The clock costs as much as a small net's step: it is asked now and then.
      guard isEpochEnd || session.progress.step % 16 == 0 else { return }
      let seconds = Double(Clock.nanoseconds &- lastCheckpoint) * 1e-9
      isDue = seconds > (isEpochEnd ? Self.longestAtEpochEnd : Self.longest)
    }
    guard isDue else { return }
    onEvent(.checkpoint(path: try saveCheckpoint()))
    lastCheckpoint = Clock.nanoseconds
  }

  /// Saves the weights of the best or the last whole epoch, and says so.
  private func keepingLastGood(_ error: ApusError) throws -> ApusError {
    let good = session.bestModel() ?? lastGood
    var error = error
    try (good ?? model).save(to: files.model)
    error.problem +=
      "; the last good state\(good == nil ? ", the first weights," : "") is kept in \(files.model)"
    return error
  }

  // MARK: Results

  private func report(since start: UInt64, _ firstStep: Int, isInterrupted: Bool) throws -> RunReport {
    let seconds = Double(Clock.nanoseconds &- start) * 1e-9
    let steps = session.progress.step - firstStep
    let samples = Double(steps) * Double(data.training.count) / Double(session.stepsPerEpoch)
    var report = RunReport(
      task: task, training: [], validation: [], test: [], epochs: session.progress.epoch, seconds: seconds,
      samplesPerSecond: seconds > 0 ? samples / seconds : 0, parameters: model.parameterCount, model: nil,
      history: session.progress.history, stopReason: session.progress.stopReason, isInterrupted: isInterrupted
    )
    guard !isInterrupted else { return report }
    report.history.kept = session.keptWeights
    if chosen.runs > 1 {
      report.history.kept = KeptWeights(
        .ensemble, count: chosen.runs, memberRule: session.keptWeights.rule)
    }
    let last = try session.result()
    let model =
      chosen.runs > 1 ? try Model.ensemble(of: members + [last]) : last
    outcome = model
    func results(_ dataset: any Dataset, _ part: RunFindings.Part) throws -> EvaluatedSamples {
      let results = try model.results(on: dataset, engine: engine)
      evaluated = (part, dataset, results)
      return results
    }
    report.parameters = model.parameterCount
    report.training = Metrics.standard(try results(data.judgedTraining, .training))
    report.validation = try data.validation.map { Metrics.standard(try results($0, .validation)) } ?? []
    if evaluatesTest, let test = data.test {
      let results = try results(test, .test)
      report.test = Metrics.standard(results)
      switch test.targets {
      case .classes where data.isText: break
      case .classes(let names): report.confusion = ConfusionMatrix(results, classNames: names)
      case .labels(let names): report.labels = results.labelCounts(names: names)
      case .values: break
      }
    }
    report.linear = LinearReading(
      model, data.training, session.settings, report.history)
    report.model = files.model
    return report
  }

  private func write(_ report: RunReport) throws {
    try (outcome ?? session.snapshot()).save(to: files.model)
    // What a power failure takes here, the same run brings back.
    try AtomicFile.write(files.history, text: report.history.csv, survivesPowerFailure: false)
    var json = report.json
    if case .object(var members) = json {
      members.append(JSONMember("threads", .integer(engine.threads)))
      members.append(JSONMember("instructionSet", .string(engine.instructionSet.rawValue)))
      members.append(JSONMember("bestEpoch", report.history.bestEpoch.map { .integer($0) } ?? .null))
      json = .object(members)
    }
    try AtomicFile.write(files.report, text: json.text(indents: true) + "\n", survivesPowerFailure: false)
  }
}
