import ApusCore
import ApusNN

/// The effect of an activation on a gradient: its slope over the inputs.
///
/// Found by differentiating the activation itself, so that whoever adds one has it examined.
struct ActivationCurve {
  let activation: any Activation
  /// The largest slope's magnitude.
  let steepest: Double
  /// A Boolean value that indicates whether it is flat on both sides, as sigmoid and tanh are, and not only below 0.
  let saturates: Bool

  /// Below this part of the largest slope it counts as flat.
  static let flat = 0.1
  /// Below this one nothing learns.
  static let dead = 1e-3

  /// nil for what has no slope, or none that differs: a linear function, a step, a softmax over rows.
  init?(_ activation: any Activation) {
    self.activation = activation
    let grid = stride(from: Float(-6), through: 6, by: 0.25).map { $0 }
    guard Self.isElementwise(activation, grid), let slopes = try? Self.slopes(activation, grid) else {
      return nil
    }
    steepest = slopes.max() ?? 0
    let lowest = slopes.min() ?? 0
    guard steepest > 0, lowest < Self.flat * steepest else { return nil }
    saturates = slopes[0] < Self.flat * steepest && slopes[slopes.count - 1] < Self.flat * steepest
  }

  /// |dy/dx| at each input.
  func slopes(_ inputs: [Float]) throws -> [Double] { try Self.slopes(activation, inputs) }

  private static func slopes(_ activation: any Activation, _ inputs: [Float]) throws -> [Double] {
    let x = Tensor(inputs, shape: [1, Dimension(inputs.count)])
    return try gradients(of: activation(x).sum(), withRespectTo: [x])[0].values().map { Double(abs($0)) }
  }

  /// Returns whether each element's output depends on that element alone.
  private static func isElementwise(_ activation: any Activation, _ grid: [Float]) -> Bool {
    guard let together = try? activation(Tensor(grid, shape: [1, Dimension(grid.count)])).values(),
      together.count == grid.count
    else { return false }
    return [0, grid.count / 3, grid.count - 1].allSatisfy { index in
      (try? activation(Tensor([grid[index]], shape: [1, 1])).values()) == [together[index]]
    }
  }
}

/// The number of units of a layer of activations that are dead or saturated on a batch.
struct UnitReading {
  let path: String
  let name: String
  let units: Int
  /// Units that let no gradient through in any sample.
  let dead: Int
  /// Units that are flat in nine samples of ten, of an activation that is flat on both sides.
  let saturated: Int
  let saturates: Bool

  private static let mostSamples = 0.9

  /// - Parameter inputs: what the activation is given: `[…, units]`.
  init(_ path: String, _ name: String, _ curve: ActivationCurve, _ inputs: [Float], units: Int) throws {
    self.path = path
    self.name = name
    self.units = units
    saturates = curve.saturates
    let slopes = try curve.slopes(inputs)
    var flat = [Int](repeating: 0, count: units)
    var lifeless = [Int](repeating: 0, count: units)
    for (index, slope) in slopes.enumerated() {
      if slope < ActivationCurve.flat * curve.steepest { flat[index % units] += 1 }
      if slope < ActivationCurve.dead * curve.steepest { lifeless[index % units] += 1 }
    }
    let samples = slopes.count / max(units, 1)
    dead = lifeless.count { $0 == samples && samples > 0 }
    saturated =
      curve.saturates ? flat.count { Double($0) >= Self.mostSamples * Double(samples) && samples > 0 } : 0
  }
}
