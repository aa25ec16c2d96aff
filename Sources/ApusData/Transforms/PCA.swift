public import ApusCore

/// The features' principal components, those of the largest variance first (PCA and whitening).
///
/// y = Vᵀ(x − μ), V the eigenvectors of the covariance Σ (x − μ)(x − μ)ᵀ / n; whitened, each is divided by √(λ + ε), so
/// that all have variance 1 and none correlates with another. Components of no variance are left out.
public struct PCA: Transform {
  public static let name = "pca"
  public static let formula = "y = Vᵀ(x − μ) / √(λ + ε)"
  /// The number of components; all when nil.
  public var components: Int?
  /// A Boolean value that indicates whether the components are divided by their deviation.
  public var whiten: Bool
  public var epsilon: Double

  public init() { self.init(components: nil) }

  public init(components: Int? = nil, whiten: Bool = true, epsilon: Double = 1e-5) {
    self.components = components
    self.whiten = whiten
    self.epsilon = epsilon
  }

  public func validate() throws(ApusError) {
    try require(components ?? 1 >= 1, "components", components ?? 1, "at least 1")
    try require(epsilon >= 0 && epsilon.isFinite, "epsilon", epsilon, "0 or more")
  }

  /// Jacobi's method takes time with the cube of the features.
  private static let most = 1024

  public func fit(_ features: [Float], names: [String]) throws(ApusError) -> FittedTransform {
    let width = names.count
    guard width <= Self.most else {
      throw ApusError("pca of \(width) features", at: "data.features", expected: "at most \(Self.most)")
    }
    let rows = features.count / max(width, 1)
    var means = [Double](repeating: 0, count: width)
    for row in 0..<rows {
      for feature in 0..<width { means[feature] += Double(features[row * width + feature]) }
    }
    for feature in 0..<width { means[feature] /= Double(max(rows, 1)) }
    var covariance = [Double](repeating: 0, count: width * width)
    var centered = [Double](repeating: 0, count: width)
    for row in 0..<rows {
      for feature in 0..<width {
        centered[feature] = Double(features[row * width + feature]) - means[feature]
      }
      for i in 0..<width {
        for j in i..<width { covariance[i * width + j] += centered[i] * centered[j] }
      }
    }
    for i in 0..<width {
      for j in i..<width {
        covariance[i * width + j] /= Double(max(rows, 1))
        covariance[j * width + i] = covariance[i * width + j]
      }
    }
    let eigen = SymmetricEigen(covariance, size: width)
    let largest = eigen.values.first ?? 0
    let varied = eigen.values.prefix { $0 > 1e-12 * largest && $0 > 0 }.count
    let count = min(components ?? varied, varied)
    guard count > 0 else {
      throw ApusError("no feature varies within the training rows", at: "data.features")
    }
    return FittedTransform(
      names: (1...count).map { "component \($0)" }, inputs: width, products: (0..<width).map { [$0] },
      means: means, matrix: Array(eigen.vectors.prefix(count * width)),
      deviations: eigen.values.prefix(count).map { whiten ? ($0 + epsilon).squareRoot() : 1 })
  }
}
