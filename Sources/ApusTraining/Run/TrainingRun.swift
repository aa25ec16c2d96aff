import ApusCore
public import ApusData
public import ApusNN

/// The main job: from data to a folder with a trained model.
///
/// Reads the data, divides it, fits the preprocessing to the training rows, chooses what the configuration leaves
/// open, trains with checkpoints, and writes the model with the best validation loss.
public final class TrainingRun {
  /// With nothing left open: it reruns to the same bits.
  public let configuration: RunConfiguration
  /// What was chosen, and why, as lines for the user.
  public let choices: [String]
  /// What was noticed in the data.
  public let notes: [String]
  public let model: Model
  public let task: LearningTask
  /// Where the run's files are.
  public var folder: String { files.path }
  /// Asked after every step: whether to stop with a checkpoint.
  public var isCancelled: @Sendable () -> Bool = { false }
  /// Stops with a checkpoint after this epoch; nil never.
  public var pausesAfter: Int?
  /// Whether the report looks at the test rows: not while a search compares runs.
  public var evaluatesTest = true

  private let data: RunData
  private let session: TrainingSession
  private let files: RunFolder
  private let store: CheckpointStore
  private let engine: Engine
  private var lastCheckpoint = Clock.nanoseconds
  private var isConfigurationSafe = false
  /// The weights after the last epoch, for a run that diverges.
  private var lastGood: Model?

  /// - Parameters:
  ///   - folder: where the run's files go; `runs/NAME-…` when nil.
  ///   - resume: whether to go on from the folder's newest checkpoint.
  ///   - threads: as many as there are processors when nil.
  /// - Throws: when the data cannot be read or learnt from, a setting is wrong, or the folder cannot be written.
  public init(
    _ configuration: RunConfiguration, folder: String? = nil, resume: Bool = false, threads: Int? = nil
  ) throws {
    let standard = try Engine.standard()
    engine = try threads.map { try Engine(instructionSet: standard.instructionSet, threads: $0) } ?? standard
    data = try RunData(configuration.data, seed: configuration.training.seed ?? 0)
    let chosen = try RunChoices(configuration, data)
    self.configuration = chosen.configuration
    choices = data.choices + chosen.lines
    model = try Model(
      inputs: [InputSpecification(data.training.inputShape)], seed: chosen.settings.seed,
      network: chosen.network)
    task = data.task
    session = try TrainingSession(
      model, training: data.training, validation: data.validation, settings: chosen.settings,
      scale: data.scale,
      engine: engine)
    files = try RunFolder(folder, name: data.name)
    var hash = StableHasher()
    hash.add(try JSONCoding.encode(chosen.configuration).text())
    hash.add(data.fingerprint)
    store = CheckpointStore(folder: files.checkpoints, fingerprint: hash.text)
    var notes = data.notes
    if resume {
      if let found = try store.latest() {
        try session.restore(found.state)
        notes += found.notes
        notes.append("resumed after step \(session.progress.step) of \(session.stepCount)")
      } else {
        notes.append("there is no checkpoint in \(files.checkpoints): the run begins anew")
      }
    }
    self.notes = notes
    try files.make()
    try AtomicFile.write(files.configuration, text: self.configuration.yaml(), survivesPowerFailure: false)
  }

  /// Trains to the end, or until ``isCancelled`` says so.
  ///
  /// - Parameters:
  ///   - profile: whether to time each instruction of the plans.
  ///   - onEvent: told what happens, on this thread.
  /// - Throws: when training diverges, with layer, step and cause; the last good state is then in the folder. When a
  ///   file cannot be written.
  public func train(profile: Bool = false, onEvent: (TrainingEvent) -> Void = { _ in }) throws -> RunReport {
    onEvent(
      .started(
        steps: session.stepCount, stepsPerEpoch: session.stepsPerEpoch, parameters: model.parameterCount))
    let start = Clock.nanoseconds
    let firstStep = session.progress.step
    lastCheckpoint = start
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
          return report(since: start, firstStep, isInterrupted: true)
        }
        try checkpointWhenDue(isEpochEnd: session.progress.epoch > epoch, onEvent)
      }
    } catch let error as ApusError {
      throw try keepingLastGood(error)
    }
    if let reason = session.progress.stopReason { onEvent(.stopped(reason: reason)) }
    var report = report(since: start, firstStep, isInterrupted: false)
    if profile { report.profiles = try session.profile() }
    try write(report)
    onEvent(.finished(session.progress.history))
    return report
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
    try SavedModel(model: good ?? model, schema: data.schema, loss: session.settings.loss).write(
      to: files.model)
    error.problem +=
      "; the last good state\(good == nil ? ", the first weights," : "") is kept in \(files.model)"
    return error
  }

  // MARK: Results

  private func report(since start: UInt64, _ firstStep: Int, isInterrupted: Bool) -> RunReport {
    let seconds = Double(Clock.nanoseconds &- start) * 1e-9
    let steps = session.progress.step - firstStep
    let samples = Double(steps) * Double(data.training.count) / Double(session.stepsPerEpoch)
    var report = RunReport(
      task: task, training: [], validation: [], test: [], epochs: session.progress.epoch, seconds: seconds,
      samplesPerSecond: seconds > 0 ? samples / seconds : 0, parameters: model.parameterCount, model: nil,
      history: session.progress.history, stopReason: session.progress.stopReason, isInterrupted: isInterrupted
    )
    guard !isInterrupted else { return report }
    session.restore(session.result())
    report.training = session.evaluate(data.training)
    report.validation = data.validation.map { session.evaluate($0) } ?? []
    if evaluatesTest, let test = data.test {
      let results = session.results(on: test)
      report.test = Metrics.usual(results)
      if case .classes(let names) = test.targets {
        report.confusion = ConfusionMatrix(results, classNames: names)
      }
    }
    report.model = files.model
    return report
  }

  private func write(_ report: RunReport) throws {
    try SavedModel(model: session.snapshot(), schema: data.schema, loss: session.settings.loss).write(
      to: files.model)
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
