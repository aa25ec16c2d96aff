package import ApusCore
package import ApusData
package import ApusNN

/// The pass that computes what layers of a model output on a batch, and the gradient of its mean loss that comes back
/// to them: planned once, run as often as the weights change. Without dropout.
package final class DepthPass {
  private let layers: [(path: String, name: String)]
  private let compiled: CompiledModel
  private let arena: TensorStorage
  private let batch: Batch

  /// - Parameters:
  ///   - batch: the samples of every run.
  ///   - layers: paths of layers whose outputs are asked for; all own ones when nil.
  /// - Throws: an error with the nearest path when there is no such layer; a mistake in the shapes.
  package init(_ model: Model, batch: Batch, layers: [String]? = nil, engine: Engine) throws {
    let model = model.aimed(at: batch.dataset)
    try model.check(batch.dataset, readsTargets: true)
    let known = TracedModel(traced: model, mode: .withoutDropout).ownLayers
    let paths = layers ?? known.map(\.path)
    self.layers = paths.map { path in (path, known.last { $0.path == path }?.name ?? "") }
    self.batch = batch
    arena = TensorStorage(model.storage.floats)
    compiled = try CompiledModel(
      model, arena: arena, for: .withoutDropout,
      outputs: paths.flatMap { [.layer($0), .gradient(of: .loss, $0)] }, capacity: max(batch.count, 1),
      engine: engine)
  }

  package var rows: Int { batch.count }

  /// - Parameter weights: the whole arena in the place of the last; nil for the model's own at the first run.
  /// - Throws: when a gradient is not finite.
  package func run(_ weights: [Float]? = nil) throws -> [DepthReading.Layer] {
    if let weights { _ = arena.floats.update(fromContentsOf: weights) }
    return try compiled.run(batch) { outputs in
      try layers.enumerated().map { index, layer in
        guard outputs[2 * index + 1].allSatisfy(\.isFinite) else {
          throw ApusError(
            "the gradient is not finite", at: "layer \(layer.path) (\(layer.name))",
            fix: "lower the learning rate, or scale the inputs")
        }
        return DepthReading.Layer(
          name: "\(layer.path) \(layer.name)", outputs: Self.some(outputs[2 * index]),
          gradients: Self.some(outputs[2 * index + 1]))
      }
    }
  }

  /// Returns at most ``DepthReading/mostNumbers`` of an output's numbers, evenly chosen.
  private static func some(_ values: UnsafeMutableBufferPointer<Float>) -> [Float] {
    let every = max((values.count + DepthReading.mostNumbers - 1) / DepthReading.mostNumbers, 1)
    return every == 1 ? Array(values) : stride(from: 0, to: values.count, by: every).map { values[$0] }
  }
}
