import ApusCore
public import ApusTraining

extension RunPlan {
  /// Carries out the plan: trains with checkpoints, and leaves a folder with the model and its results.
  ///
  /// - Parameters:
  ///   - profile: whether to time each instruction of the plans.
  ///   - observe: hears every event, on this thread.
  ///   - pauses: asked after every step, with the steps and the epochs that are done; of an ensemble, of the training at
  ///     hand.
  /// - Throws: when `pauses` says so, with ``ApusError/Kind-swift.enum/interrupted``: the folder then has a checkpoint, and
  ///   resumes. When training diverges, with layer, step and cause; the last good state is then in the folder. When the folder
  ///   cannot be written, holds an older run, or belongs to another process.
  @discardableResult
  public func run(
    profile: Bool = false, _ observe: (TrainingEvent) -> Void = { _ in },
    pauses: (_ step: Int, _ epoch: Int) -> Bool = { _, _ in false }
  ) throws -> RunResult {
    try RunExecution(self, isTrial: false).run(profile: profile, observe, pauses: pauses)
  }

  /// The same for a search, which compares validation rows: the test rows are not read, and nobody examines the result.
  ///
  /// - Parameters:
  ///   - isCancelled: asked after every step.
  ///   - end: whether the steps and the epochs that are done are all that are asked for.
  /// - Returns: the result, or the epochs and the metrics of the validation rows where `end` said so; nil where the run was
  ///   cancelled before. In both cases there is a checkpoint.
  func runTrial(
    _ observe: (TrainingEvent) -> Void, isCancelled: () -> Bool, end: (_ step: Int, _ epoch: Int) -> Bool
  ) throws -> TrialOutcome? {
    let execution = try RunExecution(self, isTrial: true)
    func isAtEnd() -> Bool {
      let progress = execution.session.progress
      return end(progress.step, progress.epoch)
    }
    // Whoever was at it before may have got to the end and not been able to say so: another step would be one too many.
    if execution.session.isFinished || !isAtEnd() {
      do {
        return .finished(
          try execution.run(profile: false, observe) { step, epoch in isCancelled() || end(step, epoch) })
      } catch let error as ApusError where error.kind == .interrupted {
        guard isAtEnd() else { return nil }
      }
    }
    let session = execution.session
    return .paused(
      epochs: session.progress.epoch,
      try data.validation.map {
        Metrics.values(try session.results(on: $0), session.settings.recipe.metrics)
      } ?? [])
  }

  /// What a trial has come to.
  enum TrialOutcome {
    case finished(RunResult)
    case paused(epochs: Int, [MetricValue])
  }

  /// Carries out the plan on a thread of its own.
  ///
  /// When nobody holds the sequence any more, or the task that reads it is cancelled, the run pauses with a checkpoint.
  public func events() -> TrainingSession.Events {
    TrainingSession.Events { pauses, observe in try run(observe) { _, _ in pauses() } }
  }
}
