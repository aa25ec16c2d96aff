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
  /// - Parameter paused: hears the steps and the epochs that are done where the run pauses, and the metrics of the
  ///   validation rows there.
  func runTrial(
    _ observe: (TrainingEvent) -> Void, pauses: (_ step: Int, _ epoch: Int) -> Bool,
    paused: (_ step: Int, _ epoch: Int, [MetricValue]) -> Void
  ) throws -> RunResult {
    let execution = try RunExecution(self, isTrial: true)
    do {
      return try execution.run(profile: false, observe, pauses: pauses)
    } catch let error as ApusError where error.kind == .interrupted {
      let session = execution.session
      if let validation = data.validation {
        paused(
          session.progress.step, session.progress.epoch,
          Metrics.values(try session.results(on: validation), session.settings.recipe.metrics))
      }
      throw error
    }
  }

  /// Carries out the plan on a thread of its own.
  ///
  /// When nobody holds the sequence any more, or the task that reads it is cancelled, the run pauses with a checkpoint.
  public func events() -> TrainingSession.Events {
    TrainingSession.Events { pauses, observe in try run(observe) { _, _ in pauses() } }
  }
}
