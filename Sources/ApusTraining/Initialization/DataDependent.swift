public import ApusCore
import ApusNN

/// Data-dependent initialization (Krähenbühl, Doersch, Donahue and Darrell 2015).
///
/// Within layers: layer after layer, each unit's weights and bias are set so that its output has mean 0 and variance 1 on a
/// batch: wₖ ← wₖ / σₖ, bₖ ← (bₖ − μₖ) / σₖ for unit k. A layer without biases is scaled alone. A unit that puts out the
/// same for every sample keeps its weights.
///
/// Between layers, with `iterations` above 0: all layers get to change equally fast in proportion to their weights. With
/// C_l = √(E ‖∂(η · output)/∂W_l‖² / ‖W_l‖²) and its geometric mean C, W_l ← r_l W_l with r_l = (C_l / C)^(α/2), α = 1/4,
/// and the biases by the product of the r so far. As the product of all r is 1, a chain of layers with piecewise linear
/// activations still computes the same; with others use none.
public struct DataDependent: InitializationPass {
  public static let name = "dataDependent"
  public static let formula =
    "wₖ ← wₖ / σₖ, bₖ ← (bₖ − μₖ) / σₖ; then W_l ← (C_l / C)^⅛ W_l, iterations times"
  /// The number of times that the layers are scaled against each other; the paper takes 10.
  public var iterations: Int

  public init() { self.init(iterations: 0) }
  public init(iterations: Int) { self.iterations = iterations }

  public func validate() throws(ApusError) {
    try require((0...1000).contains(iterations), "iterations", iterations, "from 0 to 1000")
  }

  public func prepare(_ pass: LayerPass) throws {
    for (index, layer) in pass.layers.enumerated() {
      let (means, deviations) = Self.moments(try pass.output(index), units: layer.units)
      guard layer.weights.allSatisfy({ $0.shape.last == layer.units }) else { continue }
      for weight in layer.weights {
        pass.change(weight) { place, value in value / deviations[place % layer.units] }
      }
      for bias in layer.biases where bias.count == layer.units {
        pass.change(bias) { unit, value in (value - means[unit]) / deviations[unit] }
      }
    }
    for iteration in 0..<iterations {
      scaleBetweenLayers(pass, rates: try pass.rates(draws: (16 * iteration)..<(16 * iteration + 16)))
    }
  }

  /// r_l = (C_l / C)^(α/2), α = 1/4.
  private func scaleBetweenLayers(_ pass: LayerPass, rates: [Double]) {
    // A layer without any gradient says nothing of how it compares.
    let known = rates.filter { $0 > 0 }.map { Mathematics.log($0) }
    guard !known.isEmpty else { return }
    let mean = known.reduce(0, +) / Double(known.count)
    var total = 1.0
    for (layer, rate) in zip(pass.layers, rates) {
      let factor = rate > 0 ? Mathematics.exp((Mathematics.log(rate) - mean) / 8) : 1
      total *= factor
      for weight in layer.weights { pass.change(weight) { $1 * factor } }
      for bias in layer.biases { pass.change(bias) { [total] in $1 * total } }
    }
  }

  /// Returns the mean and deviation of each unit over `[…, units]`; a deviation of 0 counts as 1, and its mean as 0.
  private static func moments(_ values: [Float], units: Int) -> (means: [Double], deviations: [Double]) {
    let count = Double(values.count / max(units, 1))
    var means = [Double](repeating: 0, count: units)
    for (place, value) in values.enumerated() { means[place % units] += Double(value) / count }
    var squares = [Double](repeating: 0, count: units)
    for (place, value) in values.enumerated() {
      let deviation = Double(value) - means[place % units]
      squares[place % units] += deviation * deviation / count
    }
    for unit in 0..<units where squares[unit] == 0 { (means[unit], squares[unit]) = (0, 1) }
    return (means, squares.map { $0.squareRoot() })
  }
}

extension InitializationPass where Self == DataDependent {
  public static var dataDependent: DataDependent { DataDependent() }
  public static func dataDependent(iterations: Int) -> DataDependent { DataDependent(iterations: iterations) }
}
