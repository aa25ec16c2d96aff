import ApusCore
import ApusNN

/// Layer-sequential unit variance (Mishkin and Matas 2015): orthonormal weights, then layer after layer each one's
/// weights divided by the deviation of its outputs on a batch, until their variance is 1.
///
/// Signals keep their size through any depth and with any activation.
public struct LSUV: InitializationPass {
  public static let name = "lsuv"
  public static let formula = "w ← w / √Var(output), until |Var(output) − 1| < tolerance"
  /// The tolerance for the variance of a layer's outputs: its largest distance from 1.
  public var tolerance: Double
  /// Divisions of a layer's weights at most.
  public var iterations: Int
  /// A Boolean value that indicates whether the weights are drawn anew, orthonormal, rather than only scaled.
  public var orthonormal: Bool

  public init() { self.init(tolerance: 0.1) }

  public init(tolerance: Double = 0.1, iterations: Int = 10, orthonormal: Bool = true) {
    self.tolerance = tolerance
    self.iterations = iterations
    self.orthonormal = orthonormal
  }

  public func prepare(_ pass: LayerPass) throws {
    guard tolerance > 0, iterations >= 0 else {
      throw ApusError(
        "lsuv with a tolerance of \(tolerance) and \(iterations) iterations", expected: "above 0")
    }
    for (index, layer) in pass.layers.enumerated() {
      if orthonormal {
        for weight in layer.weights {
          let values = Orthogonal().values(
            shape: weight.shape, fanIn: weight.specification.fanIn, fanOut: weight.specification.fanOut,
            random: Philox(seed: pass.seed, path: "lsuv \(weight.path)"))
          pass.change(weight) { place, _ in Double(values[place]) }
        }
      }
      for _ in 0..<iterations {
        let variance = Self.variance(try pass.output(index))
        guard abs(variance - 1) >= tolerance else { break }
        guard variance > 0 else {
          throw ApusError(
            "the output is the same for every sample", at: "layer \(layer.path) (\(layer.name))",
            expected: "some variety", fix: orthonormal ? "look at the inputs" : "draw the weights at random")
        }
        let deviation = variance.squareRoot()
        for weight in layer.weights { pass.change(weight) { $1 / deviation } }
      }
    }
  }

  /// The mean squared deviation from the mean, over all samples and units.
  private static func variance(_ values: [Float]) -> Double {
    let count = Double(values.count)
    let mean = values.reduce(0.0) { $0 + Double($1) } / count
    return values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
  }
}

extension InitializationPass where Self == LSUV {
  public static var lsuv: LSUV { LSUV() }
}
