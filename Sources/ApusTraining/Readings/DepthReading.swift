public import ApusCore
public import ApusData
import ApusNN

/// What each layer of a model puts out on some samples, and the gradient of the mean loss that comes back to it (MISSION N;
/// S4): whether signals or gradients fade, grow or saturate through depth. Without dropout.
public struct DepthReading: Sendable {
  public struct Layer: Sendable {
    /// `2 relu`
    public var name: String
    /// Of all samples and units, at most ``mostNumbers``, evenly chosen.
    public var outputs: [Float]
    /// ∂ mean loss / ∂ output, the same places.
    public var gradients: [Float]
  }

  public let layers: [Layer]
  public let rows: Int

  public static let mostNumbers = 20_000

  /// - Parameters:
  ///   - rows: at most so many of the data's, chosen by the seed.
  /// - Throws: when the data does not fit the model or lacks the target.
  public init(
    _ saved: SavedModel, _ source: DataSource, rows: Int = 256, seed: UInt64 = 0, engine: Engine? = nil
  ) throws {
    let samples = try saved.samples(source)
    let chosen = Philox(seed: seed, path: "depth rows").permutation(samples.count).prefix(max(rows, 1))
      .sorted()
    let batch = try samples.batch(chosen)
    let model = saved.model
    let traced = TracedModel(traced: model, mode: .withoutDropout).ownLayers
    var training = ModelTraining(model, optimizer: GradientDescent())
    training.mode = .withoutDropout
    let step = try TrainingStep(
      training, loss: saved.loss, capacity: batch.count,
      taps: traced.flatMap { [Tap.output($0.path), .gradient($0.path)] }, engine: engine ?? Engine.standard())
    batch.copy(to: step, saved.loss.classTargets)
    _ = try step.run(rows: batch.count, step: 1, rate: 0)
    func some(_ tap: Tap) -> [Float] {
      let values = step.value(of: tap, rows: batch.count) ?? []
      let every = max((values.count + Self.mostNumbers - 1) / Self.mostNumbers, 1)
      return stride(from: 0, to: values.count, by: every).map { values[$0] }
    }
    layers = traced.map {
      Layer(
        name: "\($0.path) \($0.name)", outputs: some(.output($0.path)), gradients: some(.gradient($0.path)))
    }
    self.rows = batch.count
  }
}
