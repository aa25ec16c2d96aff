package import ApusCore
package import ApusData
package import ApusNN

/// What layers of a model put out on a batch, and the gradient of its mean loss that comes back to them: planned once, run
/// as often as the weights change. Without dropout.
package final class DepthPass {
  private let layers: [(path: String, name: String)]
  private let step: TrainingStep
  package let rows: Int

  /// - Parameters:
  ///   - batch: the samples of every run.
  ///   - layers: paths of layers whose outputs are asked for; all own ones when nil.
  /// - Throws: an error with the nearest path when there is no such layer; a mistake in the shapes.
  package init(
    _ model: Model, loss: any Loss, batch: Batch, layers: [String]? = nil, engine: Engine
  ) throws {
    let known = TracedModel(traced: model, mode: .withoutDropout).ownLayers
    let paths = layers ?? known.map(\.path)
    self.layers = paths.map { path in (path, known.last { $0.path == path }?.name ?? "") }
    var training = ModelTraining(model, optimizer: GradientDescent())
    training.mode = .withoutDropout
    step = try TrainingStep(
      training, loss: loss, capacity: batch.count,
      taps: paths.flatMap { [Tap.output($0), .gradient($0)] }, engine: engine)
    batch.copy(to: BatchPlace(step, loss.classTargets))
    rows = batch.count
  }

  /// - Parameter weights: the whole arena in the place of the last; nil for the model's own at the first run.
  /// - Throws: when the loss or a gradient is not finite.
  package func run(_ weights: [Float]? = nil) throws -> [DepthReading.Layer] {
    if let weights { _ = step.trained[0].parameters.floats.update(fromContentsOf: weights) }
    _ = try step.run(rows: rows, step: 1, rate: 0)
    return layers.map { path, name in
      DepthReading.Layer(
        name: "\(path) \(name)", outputs: some(.output(path)), gradients: some(.gradient(path)))
    }
  }

  /// Of a tap's numbers at most ``DepthReading/mostNumbers``, evenly chosen.
  private func some(_ tap: Tap) -> [Float] {
    let values = step.value(of: tap, rows: rows) ?? []
    let every = max((values.count + DepthReading.mostNumbers - 1) / DepthReading.mostNumbers, 1)
    return every == 1 ? values : stride(from: 0, to: values.count, by: every).map { values[$0] }
  }
}
