public import ApusCore
public import ApusData
public import ApusNN

/// The outputs of each layer of a model on some samples, and the gradient of the mean loss that comes back to it
/// (lecture 5): whether signals or gradients fade, grow or saturate through depth. Without dropout.
public struct DepthReading: Sendable {
  public struct Layer: Sendable {
    /// `2 relu`
    public var name: String
    /// The outputs for all samples and units, at most ``mostNumbers``, evenly chosen.
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
    _ model: Model, _ source: DataSource, rows: Int = 256, seed: UInt64 = 0, engine: Engine? = nil
  ) throws {
    let samples = try model.samples(source)
    let chosen = Philox(seed: seed, path: "depth rows").permutation(samples.count).prefix(max(rows, 1))
      .sorted()
    let batch = try samples.batch(chosen)
    let pass = try DepthPass(
      model, batch: batch, engine: engine ?? Engine.standard())
    layers = try pass.run()
    self.rows = batch.count
  }
}
