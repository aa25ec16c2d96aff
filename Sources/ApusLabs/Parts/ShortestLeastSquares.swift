package import ApusCore

/// The weights W that make ‖X W − Y‖² + λ ‖W‖² least for several targets at once; for λ = 0 and more columns than rows the
/// shortest of all that fit exactly.
///
/// By Cholesky's factors of the smaller of Xᵀ X + λ and X Xᵀ + λ, in `Double`: W = (Xᵀ X + λ)⁻¹ Xᵀ Y = Xᵀ (X Xᵀ + λ)⁻¹ Y.
/// ``LeastSquares`` has no square of the condition number, and takes a target at a time.
package struct ShortestLeastSquares: Sendable {
  private let rows: Int
  private let columns: Int
  /// `[rows, columns]`
  private let features: [Double]
  /// X Xᵀ, or Xᵀ X where there are fewer columns: `[size, size]`.
  private let gram: [Double]
  private let size: Int

  /// - Parameter features: `[rows, columns]`, row-major.
  package init(features: [Double], columns: Int) {
    (self.features, self.columns) = (features, columns)
    let rows = features.count / max(columns, 1)
    self.rows = rows
    let isWide = columns >= rows
    let size = isWide ? rows : columns
    self.size = size
    // The vectors whose products these are, one after the other.
    let length = isWide ? columns : rows
    let vectors = isWide ? features : Self.transposed(features, columns: columns)
    var gram = [Double](repeating: 0, count: size * size)
    vectors.withUnsafeBufferPointer { vectors in
      for i in 0..<size {
        for j in 0...i {
          var sum = 0.0
          for k in 0..<length { sum += vectors[i &* length &+ k] * vectors[j &* length &+ k] }
          gram[i * size + j] = sum
          gram[j * size + i] = sum
        }
      }
    }
    self.gram = gram
  }

  /// Returns the weights, `[columns, targets]`.
  ///
  /// - Parameters:
  ///   - targets: `[rows, count]`, row-major.
  ///   - lambda: λ, 0 or more.
  /// - Throws: where columns (of fewer columns than rows) or rows depend on each other and λ is 0.
  package func weights(targets: [Double], count: Int, lambda: Double = 0) throws(ApusError) -> [Double] {
    let factor = try cholesky(lambda)
    let isWide = columns >= rows
    let right = isWide ? targets : product(targets, count)
    let solved = solve(factor, right, count)
    return isWide ? product(solved, count) : solved
  }

  /// Xᵀ Y of `[rows, count]`.
  private func product(_ values: [Double], _ count: Int) -> [Double] {
    var result = [Double](repeating: 0, count: columns * count)
    for row in 0..<rows {
      for column in 0..<columns {
        let part = features[row * columns + column]
        guard part != 0 else { continue }
        for target in 0..<count { result[column * count + target] += part * values[row * count + target] }
      }
    }
    return result
  }

  /// L of L Lᵀ = G + λ, the lower triangle.
  private func cholesky(_ lambda: Double) throws(ApusError) -> [Double] {
    var l = gram
    let largest = (0..<size).map { gram[$0 * size + $0] }.max() ?? 0
    var failed = false
    l.withUnsafeMutableBufferPointer { l in
      for j in 0..<size {
        var diagonal = l[j * size + j] + lambda
        for k in 0..<j { diagonal -= l[j * size + k] * l[j * size + k] }
        guard diagonal > 1e-14 * largest else {
          failed = true
          return
        }
        let root = diagonal.squareRoot()
        l[j * size + j] = root
        for i in (j + 1)..<max(size, j + 1) {
          var sum = l[i * size + j]
          for k in 0..<j { sum -= l[i &* size &+ k] * l[j &* size &+ k] }
          l[i * size + j] = sum / root
        }
      }
    }
    if failed {
      throw ApusError(
        "\(size) rows or columns of which some depend on others", at: "least squares",
        fix: "take λ above 0, or LeastSquares")
    }
    return l
  }

  private func solve(_ l: [Double], _ right: [Double], _ count: Int) -> [Double] {
    var x = right
    for i in 0..<size {
      for k in 0..<i {
        let part = l[i * size + k]
        for target in 0..<count { x[i * count + target] -= part * x[k * count + target] }
      }
      for target in 0..<count { x[i * count + target] /= l[i * size + i] }
    }
    for i in stride(from: size - 1, through: 0, by: -1) {
      for k in (i + 1)..<max(size, i + 1) {
        let part = l[k * size + i]
        for target in 0..<count { x[i * count + target] -= part * x[k * count + target] }
      }
      for target in 0..<count { x[i * count + target] /= l[i * size + i] }
    }
    return x
  }

  private static func transposed(_ values: [Double], columns: Int) -> [Double] {
    let rows = values.count / max(columns, 1)
    return (0..<columns).flatMap { column in (0..<rows).map { values[$0 * columns + column] } }
  }
}
