public import ApusCore

/// A transform of a table's features once its columns are encoded: fitted on training rows alone, stored in the model
/// file.
///
/// Adding one costs a file with a conforming type, and a line of ``Transforms/table``.
public protocol Transform: Named {
  /// Fits to rows of features.
  ///
  /// - Parameters:
  ///   - features: of the training rows, `[rows, names.count]`.
  ///   - names: the features' names.
  /// - Throws: when the features do not allow it.
  func fit(_ features: [Float], names: [String]) throws(ApusError) -> FittedTransform
}

/// Features made of others: z = (M · (p − μ)) / σ, where each p is a product of features.
public struct FittedTransform: Sendable, Equatable, Codable {
  /// The new features' names.
  public var names: [String]
  /// The number of features that come in.
  public var inputs: Int
  /// For each p the features that are multiplied.
  public var products: [[Int]]
  /// μ, one for each p.
  public var means: [Double]
  /// M, `[names.count, products.count]`; the identity when empty.
  public var matrix: [Double]
  /// σ, one for each new feature.
  public var deviations: [Double]

  /// `[rows, inputs] → [rows, names.count]`, in double precision.
  public func apply(to features: [Float], rows: Int) -> [Float] {
    var result = [Float](repeating: 0, count: rows * names.count)
    var centered = [Double](repeating: 0, count: products.count)
    for row in 0..<rows {
      let start = row * inputs
      for (index, product) in products.enumerated() {
        centered[index] = product.reduce(1.0) { $0 * Double(features[start + $1]) } - means[index]
      }
      for output in names.indices {
        var value = matrix.isEmpty ? centered[output] : 0
        if !matrix.isEmpty {
          for index in centered.indices { value += matrix[output * centered.count + index] * centered[index] }
        }
        // As for single columns: what is a million deviations away is a slip, and must not overflow.
        result[row * names.count + output] = Float(min(max(value / deviations[output], -1e6), 1e6))
      }
    }
    return result
  }

  /// Checks what the types cannot express: a document from elsewhere may hold anything.
  func check() throws(ApusError) {
    let isSound =
      !names.isEmpty && inputs > 0 && means.count == products.count && deviations.count == names.count
      && (matrix.isEmpty ? products.count == names.count : matrix.count == names.count * products.count)
      && products.allSatisfy { $0.allSatisfy { (0..<inputs).contains($0) } }
      && deviations.allSatisfy { $0 > 0 }
    guard isSound else { throw ApusError("a transform is damaged") }
  }
}
