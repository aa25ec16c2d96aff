import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining

extension PlaygroundSession {
  /// The weights of now with what goes with them.
  var message: Message {
    let progress = session.progress
    let epoch = Double(progress.epoch) + Double(progress.position) / Double(session.stepsPerEpoch)
    defer { (wantsCurve, restartsCurve) = (false, false) }
    return Message(
      plan: planNumber, step: progress.step, epoch: epoch,
      weights: Array(session.step.trained[0].parameters.floats), facts: facts(epoch), wantsCurve: wantsCurve,
      restartsCurve: restartsCurve, isLookingBack: isLookingBack, isPlaying: isPlaying, drawn: drawn)
  }

  private func facts(_ epoch: Double) -> [JSONMember] {
    var facts = [
      JSONMember(
        "state",
        .string(
          divergence != nil ? "diverged" : session.isFinished ? "finished" : isPlaying ? "playing" : "paused")
      ),
      JSONMember("step", .integer(session.progress.step)), JSONMember("epoch", .double(epoch)),
      JSONMember("epochs", .integer(lesson.epochs)), JSONMember("rate", .double(session.currentRate)),
      JSONMember("stepsPerSecond", .double(speed ?? stepsPerSecond.rounded())),
      JSONMember("snapshots", .array(snapshots.steps.map { .integer($0) })),
      JSONMember("gradients", .array(session.progress.step > 0 ? gradientNorms : [])),
      JSONMember("deviation", deviation.map { .string($0) } ?? .null),
      JSONMember("isLookingBack", .bool(isLookingBack)),
    ]
    if let divergence {
      facts.append(
        JSONMember(
          "divergence",
          .object([
            JSONMember("problem", .string(divergence.error.problem)),
            JSONMember("place", divergence.error.place.map { .string($0) } ?? .null),
            JSONMember("fix", divergence.error.fix.map { .string($0) } ?? .null),
            JSONMember("good", .integer(divergence.good)),
            JSONMember("loss", divergence.loss.map { .double(Double($0)) } ?? .null),
          ])))
    }
    return facts
  }

  /// The norm of the last step's gradient for each dense layer's weights.
  private var gradientNorms: [JSONValue] {
    let trained = session.step.trained[0]
    return plan.densePaths.map { path in
      guard let parameter = trained.model.parameters.first(where: { $0.path == "\(path).weight" }) else {
        return .null
      }
      let square = trained.gradients.floats[parameter.offset..<(parameter.offset + parameter.count)]
        .reduce(0.0) { $0 + Double($1) * Double($1) }
      return .double(square.squareRoot())
    }
  }

  /// For the doctor, who examines a copy.
  ///
  /// - Throws: when the samples don't fit the model.
  func examined() throws -> ExaminedModel {
    let isTrained = session.progress.step > 0
    let outcome = TrainingOutcome(
      training: isTrained ? try session.evaluate(plan.training) : [],
      validation: isTrained ? try plan.validation.map { try session.evaluate($0) } ?? [] : [], test: [])
    return ExaminedModel(
      session.snapshot(), training: plan.training, validation: plan.validation, settings: plan.settings,
      names: plan.names, outcome: isTrained ? outcome : nil,
      engine: try? Engine(instructionSet: engine.instructionSet, threads: 1))
  }
}
