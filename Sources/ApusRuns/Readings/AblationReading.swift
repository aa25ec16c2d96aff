public import ApusCore
public import ApusData
public import ApusNN
import ApusTraining

/// What a network still knows when a part of a layer's units, chosen at random, is silenced: how redundant the layer is
/// (lecture 5: dropout "forces the network to have a redundant representation").
///
/// The other units' outputs are multiplied by n / (n − k), so that sums keep their size.
///
/// ```swift
/// let ablation = try AblationReading(model, on: split.test)
/// print(ablation.layers[0].values)
/// ```
public struct AblationReading: Sendable {
  /// The units in front of a dense layer.
  public struct Layer: Sendable {
    /// The path of the dense layer that adds their outputs up.
    public let path: String
    public let units: Int
    /// The metric at each of ``AblationReading/shares``, the mean over the draws.
    public let values: [Double]
    /// The standard error of each over the draws.
    public let standardErrors: [Double]
  }

  /// The parts of the units that are silenced, from 0.
  public let shares: [Double]
  /// The metric's name: `accuracy` of classes, `f1` of labels, `r2` of numbers.
  public let metric: String
  /// In the network's order.
  public let layers: [Layer]

  /// - Parameters:
  ///   - layers: paths of dense layers with units in front of them; all of them when nil.
  ///   - shares: each from 0 to below 1.
  ///   - draws: choices of units for each share.
  /// - Throws: when the data doesn't fit the model, when it has no such layer, for a share that cannot be.
  public init(
    _ model: Model, on dataset: any Dataset, layers: [String]? = nil,
    shares: [Double] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], draws: Int = 5, seed: UInt64 = 0,
    engine: Engine? = nil
  ) throws {
    guard shares.allSatisfy({ $0 >= 0 && $0 < 1 }) else {
      throw ApusError("shares of \(shares)", expected: "each from 0 to below 1")
    }
    let model = model.aimed(at: dataset)
    let metric: any Metric =
      switch dataset.targets {
      case .classes: Accuracy()
      case .labels: F1()
      case .values: R2()
      }
    let dense = model.denseLayers
    // The first layer of all adds up what the data is, and no units.
    let first = model.summary.first { $0.parameterCount > 0 }?.path
    let paths = layers ?? dense.filter { $0 != first }
    guard !paths.isEmpty else {
      throw ApusError("the model has no hidden units in front of a dense layer", expected: "a hidden layer")
    }
    let arena = TensorStorage(model.storage.floats)
    let evaluator = try Evaluator(model, parameters: arena, engine: engine ?? Engine.standard())
    func value(_ changed: Model) throws -> Double {
      _ = arena.floats.update(fromContentsOf: changed.storage.floats)
      return metric(try evaluator.run(dataset))?.value ?? .nan
    }
    let whole = try value(model)
    self.layers = try paths.map { path in
      let units = model.parameters.first { $0.path == "\(path).weight" }?.shape[0] ?? 0
      let random = Philox(seed: seed, path: "ablation \(path)")
      let found = try shares.map { share -> [Double] in
        let count = Int((share * Double(units)).rounded())
        // Checks the path too.
        guard count > 0, count < units else {
          _ = try model.ablating([], before: path)
          return [whole]
        }
        return try (0..<draws).map { draw in
          let order = random.permutation(units, first: UInt64(draw) << 32)
          return try value(
            model.ablating(
              Array(order.prefix(count)), before: path, scale: Double(units) / Double(units - count)))
        }
      }
      return Layer(
        path: path, units: units, values: found.map { $0.reduce(0, +) / Double($0.count) },
        standardErrors: found.map(Self.standardError))
    }
    self.shares = shares
    self.metric = type(of: metric).name
  }

  private static func standardError(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
  }
}
