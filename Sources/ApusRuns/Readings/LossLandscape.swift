public import ApusCore
public import ApusData
public import ApusNN
import ApusTraining

/// The loss on a plane through a model's weights, in two random directions of which each filter is as long as the model's
/// own (Li et al. 2018, "Visualizing the loss landscape of neural nets"): so that sharp and flat are a matter of the model
/// and not of its scale.
///
/// values[i, j] = mean loss at θ + a_j d₁ + b_i d₂; biases, scales and state stay as they are.
public struct LossLandscape: Sendable {
  /// Places along each direction; odd, so that the model is in the middle.
  public let size: Int
  /// a and b go from −radius to radius.
  public let radius: Double
  /// `[size, size]`, the largest b first.
  public let values: [Double]
  /// The model's own.
  public let loss: Double
  /// The samples of the mean.
  public let rows: Int

  /// - Parameters:
  ///   - rows: at most so many of the data's, chosen by the seed.
  ///   - seed: of rows and directions.
  /// - Throws: when the data does not fit the model or lacks the target.
  public init(
    _ model: Model, _ source: DataSource, size: Int = 31, radius: Double = 1, rows: Int = 512,
    seed: UInt64 = 0,
    engine: Engine? = nil
  ) throws {
    let all = try model.samples(source)
    let chosen = Philox(seed: seed, path: "landscape rows").permutation(all.count).prefix(rows).sorted()
    let dataset = all.subset(chosen)
    let size = max(size, 3) | 1
    let arena = TensorStorage(model.storage.floats)
    let evaluator = try Evaluator(
      model, parameters: arena, engine: engine ?? Engine.standard())
    let plane = WeightPlane(random: model, seed: seed)
    let steps = (0..<size).map { radius * (2 * Double($0) / Double(size - 1) - 1) }
    values = try plane.losses(a: steps, b: steps, evaluator: evaluator, arena: arena, dataset)
    self.loss = values[size * size / 2]
    self.size = size
    self.radius = radius
    self.rows = chosen.count
  }

  /// A direction for the whole arena, 0 where a parameter is no weight.
  package static func direction(_ model: Model, _ random: Philox) -> [Float] {
    var direction = [Float](repeating: 0, count: model.storage.count)
    for parameter in model.parameters
    where !parameter.specification.isState && parameter.shape.count > 1 {
      // Filters are the last axis: the outputs of a dense layer or of a convolution.
      let filters = parameter.shape.last ?? 1
      let draws = Philox(seed: random.seed, stream: random.stream ^ stableHash(parameter.path))
      var drawn = [Double](repeating: 0, count: filters)
      var own = drawn
      for (index, place) in parameter.range.enumerated() {
        let value = draws.normal(UInt64(index))
        direction[place] = Float(value)
        drawn[index % filters] += value * value
        own[index % filters] += Double(model.storage.floats[place]) * Double(model.storage.floats[place])
      }
      for (index, place) in parameter.range.enumerated() {
        let filter = index % filters
        let scale = drawn[filter] > 0 ? (own[filter] / drawn[filter]).squareRoot() : 0
        direction[place] = Float(Double(direction[place]) * scale)
      }
    }
    return direction
  }
}
