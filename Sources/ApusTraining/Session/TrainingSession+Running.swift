import ApusNN

extension TrainingSession {
  /// The steps up to the end of the epoch.
  @discardableResult
  public func runEpoch() throws -> History.Epoch {
    let epoch = progress.epoch
    while progress.epoch == epoch { try runStep() }
    return progress.history.epochs.last!
  }

  /// Trains to the end, or until `pauses` says so: a later call goes on.
  ///
  /// - Parameters:
  ///   - observe: hears every event, on this thread.
  ///   - pauses: asked after every step, with the steps and the epochs that are done. Of several processes, all pause one
  ///     step after the first that says so.
  /// - Returns: whether training has come to its end.
  /// - Throws: as ``runStep()``, and what the observer throws.
  @discardableResult
  public func run(
    _ observe: (TrainingEvent) throws -> Void = { _ in },
    pauses: (_ step: Int, _ epoch: Int) -> Bool = { _, _ in false }
  ) throws -> Bool {
    try observe(started)
    guard try train(observe, pauses: pauses) else { return false }
    try observe(.finished(history))
    return true
  }

  package var started: TrainingEvent {
    .started(
      steps: stepCount, stepsPerEpoch: stepsPerEpoch, parameters: step.trained[0].model.parameterCount)
  }

  /// ``run(_:pauses:)`` without its first and last event: what each training of an ensemble does.
  package func train(
    _ observe: (TrainingEvent) throws -> Void, pauses: (_ step: Int, _ epoch: Int) -> Bool
  ) throws -> Bool {
    while !isFinished {
      let epoch = progress.epoch
      let loss = try runStep()
      try observe(.step(progress.step, epoch: epoch + 1, loss: loss))
      if progress.epoch > epoch { try observe(.epoch(progress.history.epochs.last!)) }
      if isPausing(pauses(progress.step, progress.epoch)), !isFinished { return false }
    }
    if let reason = progress.stopReason { try observe(.stopped(reason: reason)) }
    return true
  }

  /// A wish goes to the other processes with the gradients of the next step.
  private func isPausing(_ isWished: Bool) -> Bool {
    guard collective != nil, step.isSharded else { return isWished }
    step.wishesPause = isWished
    return step.isPauseWished
  }

  /// Trains to the end on a thread of its own, to which the session belongs until the sequence has ended.
  ///
  /// When nobody holds the sequence any more, or the task that reads it is cancelled, training pauses.
  public func events() -> TrainingSession.Events {
    nonisolated(unsafe) let session = self
    return TrainingSession.Events { pauses, observe in
      try session.run(observe) { _, _ in pauses() }
    }
  }
}
