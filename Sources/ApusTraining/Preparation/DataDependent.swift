import ApusCore
import ApusNN

/// Data-dependent initialisation (Krähenbühl, Doersch, Donahue and Darrell 2015), its within-layer normalisation:
/// layer after layer, each unit's weights and bias are set so that its output has mean 0 and variance 1 on a batch.
///
/// wₖ ← wₖ / σₖ, bₖ ← (bₖ − μₖ) / σₖ for unit k. A layer without biases is scaled alone. A unit that puts out the same
/// for every sample keeps its weights.
public struct DataDependent: Preparation {
  public static let name = "dataDependent"
  public static let formula = "wₖ ← wₖ / σₖ, bₖ ← (bₖ − μₖ) / σₖ"

  public init() {}

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
  }

  /// Of each unit over `[…, units]`; a deviation of 0 counts as 1, and its mean as 0.
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

extension Preparation where Self == DataDependent {
  public static var dataDependent: DataDependent { DataDependent() }
}
