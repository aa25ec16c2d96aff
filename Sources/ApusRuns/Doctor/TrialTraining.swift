import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// A copy of a network that is trained again and again from the same first weights.
final class TrialTraining {
  private let step: TrainingStep
  private let model: Model

  init(_ examined: ExaminedModel, _ training: ModelTraining, capacity: Int) throws {
    step = try TrainingStep(
      training, capacity: capacity, isWeighted: examined.training.weights != nil, engine: examined.engine())
    model = training.model
  }

  /// The loss of each step, before its update; nil where one was not finite.
  ///
  /// - Parameters:
  ///   - batches: used one after the other, and again from the first.
  ///   - isEnough: asked after each step, with its loss: whether to stop.
  func losses(
    _ batches: [Batch], steps: Int, rate: Double, isEnough: (Double) -> Bool = { _ in false }
  ) -> [Double]? {
    step.trained[0].restore(model)
    for slot in step.trained[0].slots { slot.floats.update(repeating: 0) }
    var losses: [Double] = []
    for index in 0..<steps {
      let batch = batches[index % batches.count]
      step.restart(at: index)
      guard let loss = try? step.gradients(batch), (try? step.update(rate: rate)) != nil else { return nil }
      losses.append(Double(loss))
      if isEnough(Double(loss)) { break }
    }
    return losses
  }
}
