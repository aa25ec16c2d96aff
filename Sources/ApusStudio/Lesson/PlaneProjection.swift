import ApusCore
import ApusData

/// The plane through the mean of some features along their first two principal components: z = μ + a·v₁ + b·v₂, with v
/// orthonormal. What is drawn on it is the network itself, on that slice of its inputs.
struct PlaneProjection: Sendable {
  private let fitted: FittedTransform
  /// μ, `[features]`
  private var means: [Double] { fitted.means }
  /// v₁ and v₂, each `[features]`; the second is zero where the features vary along a single line.
  private let axes: [[Double]]
  /// The fraction of the features' variance along each axis.
  let shares: [Double]

  /// Fits to the features of training rows.
  ///
  /// - Parameter features: `[rows, names.count]`
  /// - Throws: when no feature varies.
  init(_ features: [Float], names: [String]) throws(ApusError) {
    let fitted = try PCA(components: 2, whiten: false).fit(features, names: names)
    let width = names.count
    self.fitted = fitted
    axes = (0..<2).map { axis in
      axis < fitted.names.count
        ? Array(fitted.matrix[(axis * width)..<((axis + 1) * width)]) : Array(repeating: 0, count: width)
    }
    var total = 0.0
    for (index, feature) in features.enumerated() {
      let away = Double(feature) - fitted.means[index % width]
      total += away * away
    }
    // The scores have mean 0, as the features less their means do.
    let scores = Self.scores(features, fitted)
    shares = [scores.x, scores.y].map { $0.reduce(0) { $0 + $1 * $1 } / total }
  }

  /// Returns the positions of rows of features on the plane, seen along all other directions: (v₁·(z − μ), v₂·(z − μ)).
  func coordinates(_ features: [Float]) -> (x: [Double], y: [Double]) { Self.scores(features, fitted) }

  private static func scores(_ features: [Float], _ fitted: FittedTransform) -> (x: [Double], y: [Double]) {
    let rows = features.count / fitted.means.count
    let scores = fitted.apply(to: features, rows: rows)
    let axes = fitted.names.count
    return (
      (0..<rows).map { Double(scores[$0 * axes]) },
      (0..<rows).map { axes > 1 ? Double(scores[$0 * axes + 1]) : 0 }
    )
  }

  /// The features at places of the plane, `[x.count, features]`.
  func features(x: [Double], y: [Double]) -> [Float] {
    var features: [Float] = []
    features.reserveCapacity(x.count * means.count)
    for (a, b) in zip(x, y) {
      for index in means.indices {
        features.append(Float(means[index] + a * axes[0][index] + b * axes[1][index]))
      }
    }
    return features
  }
}
