import ApusCore
package import ApusData
import ApusNN
import ApusTraining

extension PlaygroundSession {
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
      guard lesson.learningRate != plan.lesson.learningRate else { return }
      try leaveDivergence()
      forgetTheFuture()
      try session.setRate(lesson.learningRate)
      plan = plan.with(rate: lesson.learningRate)
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

  /// Returns whether the first weights differ.
  private static func drawsAnew(_ new: Lesson, _ old: Lesson) -> Bool {
    new.seed != old.seed || new.initializer != old.initializer
      || zip(new.layers, old.layers).contains { $0.initializer != $1.initializer }
  }

  private static func hasSameOptimizer(_ new: Lesson, _ old: Lesson) -> Bool {
    new.optimizer == old.optimizer
  }
}
