import ApusCore
import ApusNN
import ApusTraining
import Synchronization

extension Search {
  /// What happens while a process works on a search.
  package enum Event: Sendable {
    /// A trial of this process begins or ends.
    case trial(Search.Trial)
    /// The result of another worker's trial has been seen.
    case other(Search.Trial, worker: String)
    /// A trial is taken over from a worker that was lost.
    case takenOver(trial: Int, from: String)
    /// Another worker's result of a trial of this process was there first.
    case late(trial: Int)
    /// There is nothing to do until others have their results.
    case waiting([(trial: Int, worker: String)])
  }
}

extension Search.Run {
  /// Runs what is left to run, beside whoever else works on it.
  ///
  /// - Parameter onEvent: told of the beginning and the end of each trial that this process runs, from the trial's thread.
  /// - Throws: when every trial has failed, with the first one's reason; when a file cannot be written.
  @discardableResult
  public func run(onEvent: @escaping @Sendable (Search.Trial) -> Void = { _ in }) throws -> Search.Report {
    try takePart { event in
      if case .trial(let trial) = event { onEvent(trial) }
    }
  }

  /// The same for whoever wants to know of other workers too.
  package func takePart(
    hearing: @escaping @Sendable (Search.Event) -> Void
  ) throws -> Search.Report {
    let start = Clock.nanoseconds
    let worker = try beginWork()
    defer { endWork() }
    let heartbeat = try SearchHeartbeat(worker)
    let failure = Mutex<(any Error)?>(nil)
    Workers.run(min(parallel, trials.count)) { _ in
      do {
        try work(worker, hearing) { failure.withLock { $0 != nil } }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    heartbeat.stop()
    let ending = Swift.Result { try worker.end() }
    if let error = failure.withLock({ $0 }) { throw error }
    let report = Search.Report(
      worker.board, space: space, folder: folder, seconds: Double(Clock.nanoseconds &- start) * 1e-9)
    guard !report.isInterrupted else { return report }
    try write(report.leaderboard, to: files.leaderboard, worker)
    guard let best = report.best, let name = worker.board.folder(of: best.number) else {
      let problem = report.trials.first?.problem ?? "no trial has a score"
      throw ApusError("all \(report.trials.count) trials have failed; the first: \(problem)", at: folder)
    }
    try write(FileBytes.text(of: "\(files.trial(name))/config.yaml"), to: files.best, worker)
    try ending.get()
    return report
  }

  /// Several workers write the same at the end, each by a file of its own.
  private func write(_ text: String, to path: String, _ worker: SearchWorker) throws(ApusError) {
    try MountedFiles().replace(
      path, with: Array(text.utf8), by: files.temporary(of: worker.name, "end"), survivesPowerFailure: true)
  }

  /// Takes one trial after the other, until all are done.
  private func work(
    _ worker: SearchWorker, _ hearing: (Search.Event) -> Void, isOver: () -> Bool
  ) throws {
    var pause = 0.01
    var told: [Int] = []
    while !isCancelled(), !isOver() {
      let step = try worker.next()
      for result in worker.news() {
        hearing(.other(worker.board.trials[result.number - 1], worker: result.worker))
      }
      switch step {
      case .done: return
      case .run(let claim):
        (pause, told) = (0.01, [])
        try run(claim, worker, hearing)
      case .wait(let holders):
        let waitsFor = holders.map(\.trial)
        // Those who are quick need no words.
        if pause > 1, waitsFor != told, !holders.isEmpty {
          hearing(.waiting(holders))
          told = waitsFor
        }
        sleep(pause, isOver)
        pause = min(pause * 1.5, min(2, worker.interval))
      }
    }
  }

  private func sleep(_ seconds: Double, _ isOver: () -> Bool) {
    var left = seconds
    while left > 0, !isCancelled(), !isOver() {
      Clock.sleep(seconds: min(left, 0.1))
      left -= 0.1
    }
  }

  /// - Throws: when the search's own files cannot be written, or this machine lacks something; what else the trial throws is
  ///   the trial's.
  private func run(
    _ claim: SearchWorker.Claim, _ worker: SearchWorker, _ hearing: (Search.Event) -> Void
  ) throws {
    var trial = worker.board.trials[claim.number - 1]
    if let lost = claim.predecessor { hearing(.takenOver(trial: claim.number, from: lost)) }
    var result = TrialResult(
      number: claim.number, rung: claim.rung, status: .failed, folder: claim.folder)
    result.epochs = trial.epochs
    if let problem = claim.problem {
      result.problem = problem
    } else {
      trial.status = .running
      hearing(.trial(trial))
      guard try run(claim, trial, &result) else {
        // It goes on from its checkpoint.
        trial.status = .waiting
        return hearing(.trial(trial))
      }
    }
    guard try worker.publish(result) else { return hearing(.late(trial: claim.number)) }
    hearing(.trial(worker.board.trials[claim.number - 1]))
  }

  /// Trains until the rung's end.
  ///
  /// - Returns: whether it got there; otherwise it was interrupted, and there is a checkpoint.
  private func run(
    _ claim: SearchWorker.Claim, _ trial: Search.Trial, _ result: inout TrialResult
  ) throws -> Bool {
    var start = Clock.nanoseconds
    defer { result.seconds = Double(Clock.nanoseconds &- start) * 1e-9 }
    do {
      let run = RunFolder(path: files.trial(claim.folder))
      let sources = claim.sources.map { RunFolder(path: files.trial($0)) }
      if let source = sources.max(by: { $0.progress < $1.progress }), source.progress > run.progress {
        try run.takeProgress(of: source)
      }
      var plan = try RunPlan(
        space.configuration(at: trial.values, of: configuration), folder: run.path, .resume,
        threads: threads, sources: self.sources)
      plan.choices.settings.recipe.metrics = judge.metric.map { [$0] } ?? []
      let pause = TrialPause(plan, part: rungs[claim.rung])
      let outcome = try plan.runTrial { event in
        if case .started = event { start = Clock.nanoseconds }
      } isCancelled: {
        isCancelled()
      } end: { step, epoch in
        pause.isReached(step: step, epoch: epoch)
      }
      switch outcome {
      case nil: return false
      case .paused(let epochs, let metrics):
        (result.epochs, result.steps) = (epochs, pause.steps)
        score(&result, metrics, rungs: 1, .waiting)
      case .finished(let whole):
        (result.epochs, result.steps) = (whole.epochs, plan.configuration.training.steps)
        // A run that early stopping ended has nothing more to do on the rungs that are left.
        score(&result, Array(whole.validation), rungs: rungs.count - trial.scores.count, .finished)
      }
    } catch let error as ApusError where error.kind == .machine {
      throw error
    } catch {
      // The same on every machine, whatever the folder.
      result.problem = "\(error)".replacing(files.trial(claim.folder), with: "trials/\(claim.number)")
    }
    return true
  }

  /// The point at which a trial pauses for the others: after a part of its epochs, or of its steps where these are given.
  private struct TrialPause {
    private(set) var steps: Int?
    private var epochs: Int?

    init(_ plan: RunPlan, part: Double) {
      guard part < 1 else { return }
      func last(_ count: Int) -> Int { max(1, Int((Double(count) * part).rounded(.up))) }
      if let all = plan.configuration.training.steps {
        if last(all) < all { steps = last(all) }
      } else if last(plan.epochs) < plan.epochs {
        epochs = last(plan.epochs)
      }
    }

    func isReached(step: Int, epoch: Int) -> Bool {
      steps.map { step >= $0 } ?? epochs.map { epoch >= $0 } ?? false
    }
  }

  /// Gives a result the score of one or several rungs.
  private func score(
    _ result: inout TrialResult, _ metrics: [MetricValue], rungs count: Int, _ status: TrialResult.Status
  ) {
    if let score = metrics.first(where: { $0.name == metric })?.value {
      result.scores = Array(repeating: score, count: count)
      result.status = status
    } else {
      result.problem =
        "there is no validation metric “\(metric)”: "
        + (metrics.isEmpty
          ? "there are no validation rows" : "there are \(metrics.map(\.name).joined(separator: ", "))")
    }
  }
}
