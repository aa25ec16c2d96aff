public import ApusCore
public import ApusData
public import ApusNN
import ApusTraining

/// The loss along the line between two models of one architecture: J((1 − t) w + t w′), t from 0 to 1 (lecture 2 on non-convex
/// optimization).
///
/// A convex loss is never above the line between its ends. Between two networks a ``barrier`` as high as the loss of guessing
/// is common; between a network and one trained on from it there is often none (Frankle et al. 2020).
///
/// ```swift
/// let segment = try SegmentReading(first, second, on: split.test)
/// print(segment.losses, segment.barrier)
/// ```
public struct SegmentReading: Sendable {
  /// t of each place.
  public let shares: [Double]
  /// The mean loss at each place.
  public let losses: [Double]
  /// The samples of the mean.
  public let rows: Int

  /// The most by which a loss is above the line between the two ends; 0 where none is.
  public var barrier: Double {
    guard let first = losses.first, let last = losses.last else { return 0 }
    return zip(shares, losses).map { $1 - (1 - $0) * first - $0 * last }.max().map { max($0, 0) } ?? 0
  }

  /// - Parameters:
  ///   - first: t = 0; its objective is the loss.
  ///   - second: t = 1.
  ///   - places: evenly from one to the other, both among them; at least 2.
  /// - Throws: when the architectures differ; when the data doesn't fit the models.
  public init(
    _ first: Model, _ second: Model, on dataset: any Dataset, places: Int = 21, engine: Engine? = nil
  ) throws {
    // Says in which way they differ before any work.
    _ = try first.interpolated(to: second, at: 0)
    let model = first.aimed(at: dataset)
    let arena = TensorStorage(model.storage.floats)
    let evaluator = try Evaluator(model, parameters: arena, engine: engine ?? Engine.standard())
    let last = max(places, 2) - 1
    let shares = (0...last).map { Double($0) / Double(last) }
    losses = try shares.map { share in
      model.interpolate(to: second, at: share, into: arena)
      let losses = try evaluator.run(dataset).losses
      return losses.reduce(0.0) { $0 + Double($1) } / Double(max(losses.count, 1))
    }
    self.shares = shares
    rows = dataset.count
  }
}
