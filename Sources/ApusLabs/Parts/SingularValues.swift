/// Singular values of a matrix by Jacobi's rotations of its columns (Hestenes 1958): also small ones beside large ones are
/// right to many digits, which the eigenvalues of Aᵀ A are not.
package enum SingularValues {
  /// Returns the singular values, the largest first.
  ///
  /// - Parameter matrix: `[rows, columns]`, row-major, at least as many rows as columns.
  package static func of(_ matrix: [Double], columns: Int) -> [Double] {
    let rows = matrix.count / max(columns, 1)
    var vectors = (0..<columns).map { column in (0..<rows).map { matrix[$0 * columns + column] } }
    func product(_ a: [Double], _ b: [Double]) -> Double {
      var sum = 0.0
      for row in a.indices { sum += a[row] * b[row] }
      return sum
    }
    for _ in 0..<60 {
      var isDone = true
      for p in 0..<columns {
        for q in (p + 1)..<max(columns, p + 1) {
          let (x, y, z) = (
            product(vectors[p], vectors[p]), product(vectors[p], vectors[q]), product(vectors[q], vectors[q])
          )
          guard abs(y) > 1e-14 * (x * z).squareRoot(), y != 0 else { continue }
          isDone = false
          let theta = (z - x) / (2 * y)
          let tangent = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for row in 0..<rows {
            let (a, b) = (vectors[p][row], vectors[q][row])
            vectors[p][row] = cosine * a - sine * b
            vectors[q][row] = sine * a + cosine * b
          }
        }
      }
      if isDone { break }
    }
    return vectors.map { product($0, $0).squareRoot() }.sorted(by: >)
  }
}
