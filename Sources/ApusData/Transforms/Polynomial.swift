public import ApusCore

/// All products of up to `degree` features, the features themselves among them, each standardized (lecture 3's
/// design matrix).
///
/// [x₁, x₂] of degree 2 becomes [x₁, x₂, x₁², x₁x₂, x₂²]. Products that do not vary, and squares of features that are
/// only ever 0 and 1, which equal them, are left out.
public struct Polynomial: Transform {
  public static let name = "polynomial"
  public static let formula = "all products of up to degree features"
  public var degree: Int

  /// A number of features that is a mistake rather than a wish.
  private static let mostFeatures = 20_000

  public init() { self.init(degree: 2) }
  public init(degree: Int) { self.degree = degree }

  public func validate() throws(ApusError) {
    try require((1...8).contains(degree), "degree", degree, "from 1 to 8")
  }

  public func fit(_ features: [Float], names: [String]) throws(ApusError) -> FittedTransform {
    let width = names.count
    var products = (0..<width).map { [$0] }
    var last = products
    for _ in 1..<max(degree, 1) {
      // Each product once: factors never descend.
      last = last.flatMap { product in (product.last!..<width).map { product + [$0] } }
      products += last
      guard products.count <= Self.mostFeatures else {
        throw ApusError(
          "polynomial features of degree \(degree) of \(width) features are more than \(Self.mostFeatures)",
          at: "data.features", fix: "take a lower degree, or fewer columns")
      }
    }
    let rows = features.count / max(width, 1)
    let isBinary = (0..<width).map { feature in
      (0..<rows).allSatisfy { features[$0 * width + feature] == 0 || features[$0 * width + feature] == 1 }
    }
    var fitted = FittedTransform(
      names: [], inputs: width, products: [], means: [], matrix: [], deviations: [])
    for product in products {
      let isRepeated = zip(product, product.dropFirst()).contains { $0 == $1 && isBinary[$0] }
      let values = (0..<rows).map { row in
        product.reduce(1.0) { $0 * Double(features[row * width + $1]) }
      }
      guard !isRepeated, let moments = Moments(values), moments.isVaried else { continue }
      fitted.names.append(name(of: product, names))
      fitted.products.append(product)
      // The features themselves stay as they are.
      fitted.means.append(product.count == 1 ? 0 : moments.mean)
      fitted.deviations.append(product.count == 1 ? 1 : moments.deviation)
    }
    guard !fitted.names.isEmpty else {
      throw ApusError("no product of features varies within the training rows", at: "data.features")
    }
    return fitted
  }

  /// `a²·b`
  private func name(of product: [Int], _ names: [String]) -> String {
    let powers = ["", "", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸"]
    var parts: [String] = []
    for feature in Set(product).sorted() {
      parts.append(names[feature] + powers[product.count { $0 == feature }])
    }
    return parts.joined(separator: "·")
  }
}
