import ApusCore
import ApusData
import ApusNN

extension TrainingSession {
  func finishEpoch(rate: Double) throws {
    let metrics =
      try validation.map {
        Metrics.values(try evaluator.run($0, collective: collective), settings.recipe.metrics)
      } ?? []
    let mistakes = try (step.trained[0].model.objective?.loss as? any MistakeDriven).map {
      try evaluator.run(training, collective: collective).mistakes($0)
    }
    let record = History.Epoch(
      epoch: progress.epoch + 1, step: progress.step, rate: rate,
      trainingLoss: progress.lossSum / weight(0..<min(progress.position * rowsPerStep, training.count)),
      validation: metrics, mistakes: mistakes)
    progress.history.epochs.append(record)
    settings.schedule.observe(
      record.validation("loss") ?? record.trainingLoss, step: progress.step, run: runLength,
      state: &progress.schedule)
    progress.epoch += 1
    progress.position = 0
    progress.lossSum = 0
    if let mistakes {
      keepPocket(mistakes, record.epoch)
    } else if let loss = record.validation("loss"), loss < progress.bestLoss {
      progress.bestLoss = loss
      progress.history.bestEpoch = record.epoch
      keepBest()
    }
    if let patience = settings.earlyStopping, let best = progress.history.bestEpoch,
      record.epoch - best >= patience
    {
      progress.stopReason =
        mistakes == nil
        ? "no better validation loss for \(patience) epochs; the best was epoch \(best)"
        : "no fewer mistakes for \(patience) epochs; the fewest were after epoch \(best)"
    }
    if let goal = settings.goal { stop(at: goal) }
  }

  /// The pocket (Gallant 1990): the weights with the fewest mistakes so far, which where the data is not separable are not
  /// the last.
  private func keepPocket(_ mistakes: Int, _ epoch: Int) {
    if mistakes < progress.fewestMistakes ?? .max {
      progress.fewestMistakes = mistakes
      progress.history.bestEpoch = epoch
      keepBest()
    }
    if mistakes == 0 { progress.stopReason = "no training row is mistaken any more" }
  }

  /// Stops when the weights have hardly moved in the epoch.
  private func stop(at goal: Double) {
    let weights = step.trained[0].parameters.floats[..<step.trained[0].model.trainedCount]
    let change = zip(weights, epochStart ?? []).reduce(0.0) { $0 + abs(Double($1.0) - Double($1.1)) }
    epochStart = nil
    if change <= goal, progress.stopReason == nil {
      progress.stopReason =
        "the weights moved by \(shortFigure(change)) in an epoch, the goal is \(shortFigure(goal))"
    }
  }

  private func keepBest() {
    if let best {
      _ = best.floats.update(fromContentsOf: step.trained[0].parameters.floats)
    } else {
      best = TensorStorage(step.trained[0].parameters.floats)
    }
  }
}
