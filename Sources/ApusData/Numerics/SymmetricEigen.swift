/// The eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations, the largest value first: in a fixed
/// order, so the same bits everywhere. A vector's largest element is positive.
package struct SymmetricEigen {
  /// Descending.
  package private(set) var values: [Double]
  /// One vector after the other, `[size, size]`.
  package private(set) var vectors: [Double]

  /// - Parameter matrix: `[size, size]`; what is above the diagonal counts.
  package init(_ matrix: [Double], size: Int) {
    var a = matrix
    // Row i is the i-th vector.
    var v = [Double](repeating: 0, count: size * size)
    for i in 0..<size { v[i * size + i] = 1 }
    let scale = matrix.reduce(0) { max($0, abs($1)) }
    for _ in 0..<60 {
      var offDiagonal = 0.0
      for i in 0..<size {
        for j in (i + 1)..<max(size, i + 1) { offDiagonal = max(offDiagonal, abs(a[i * size + j])) }
      }
      guard offDiagonal > 1e-15 * scale else { break }
      for p in 0..<size {
        for q in (p + 1)..<max(size, p + 1) where a[p * size + q] != 0 {
          let (sine, cosine) = Self.rotation(a[p * size + p], a[p * size + q], a[q * size + q])
          for k in 0..<size {
            let (x, y) = (a[k * size + p], a[k * size + q])
            a[k * size + p] = cosine * x - sine * y
            a[k * size + q] = sine * x + cosine * y
          }
          for k in 0..<size {
            let (x, y) = (a[p * size + k], a[q * size + k])
            a[p * size + k] = cosine * x - sine * y
            a[q * size + k] = sine * x + cosine * y
            let (s, t) = (v[p * size + k], v[q * size + k])
            v[p * size + k] = cosine * s - sine * t
            v[q * size + k] = sine * s + cosine * t
          }
        }
      }
    }
    let diagonal = (0..<size).map { a[$0 * size + $0] }
    let order = diagonal.indices.sorted { (diagonal[$0], $1) > (diagonal[$1], $0) }
    values = order.map { diagonal[$0] }
    vectors = order.flatMap { index -> [Double] in
      let vector = Array(v[(index * size)..<((index + 1) * size)])
      let largest = vector.max { abs($0) < abs($1) } ?? 0
      return largest < 0 ? vector.map { -$0 } : vector
    }
  }

  /// The rotation that makes the off-diagonal element of [[x, y], [y, z]] zero.
  private static func rotation(_ x: Double, _ y: Double, _ z: Double) -> (sine: Double, cosine: Double) {
    let theta = (z - x) / (2 * y)
    let tangent =
      abs(theta) > 1e150
      ? 1 / (2 * theta) : (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
    let cosine = 1 / (tangent * tangent + 1).squareRoot()
    return (tangent * cosine, cosine)
  }
}
