import ApusCore
import ApusData

/// The plane through the mean of some features along their first two principal components: z = μ + a·v₁ + b·v₂, with v
/// orthonormal (MISSION I, S4). What is drawn on it is the network itself, on that slice of its inputs.
struct PlaneProjection: Sendable {
  /// μ, `[features]`
  let means: [Double]
  /// v₁ and v₂, each `[features]`; the second is zero where the features vary along a single line.
  let axes: [[Double]]
  /// Of each axis the part of the features' variance.
  let shares: [Double]

  /// Fits to the features of training rows.
  ///
  /// - Parameter features: `[rows, names.count]`
  /// - Throws: when no feature varies.
  init(_ features: [Float], names: [String]) throws(ApusError) {
    let fitted = try PrincipalComponents(components: 2, whiten: false).fit(features, names: names)
    let width = names.count
    let rows = features.count / width
    means = fitted.means
    axes = (0..<2).map { axis in
      axis < fitted.names.count
        ? Array(fitted.matrix[(axis * width)..<((axis + 1) * width)]) : Array(repeating: 0, count: width)
    }
    var total = 0.0
    for (index, feature) in features.enumerated() {
      let away = Double(feature) - means[index % width]
      total += away * away
    }
    // The scores have mean 0, as the features less their means do.
    let scores = fitted.apply(to: features, rows: rows)
    var shares = [0.0, 0.0]
    for (index, score) in scores.enumerated() {
      shares[index % fitted.names.count] += Double(score) * Double(score)
    }
    self.shares = shares.map { $0 / total }
  }

  /// Where rows of features lie on the plane, seen along all other directions: (v₁·(z − μ), v₂·(z − μ)).
  func coordinates(_ features: [Float]) -> (x: [Double], y: [Double]) {
    let width = means.count
    let rows = features.count / width
    let all = axes.map { axis in
      (0..<rows).map { row in
        var sum = 0.0
        for index in 0..<width { sum += axis[index] * (Double(features[row * width + index]) - means[index]) }
        return sum
      }
    }
    return (all[0], all[1])
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
