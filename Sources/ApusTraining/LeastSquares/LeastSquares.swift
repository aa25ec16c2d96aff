public import ApusNN

/// A loss that is a multiple of the squared residual, where there is one output: what has a closed form.
package protocol QuadraticLoss: Loss {
  /// c of loss = c · (s − t)².
  var curvature: Double { get }
}

extension SquaredError: QuadraticLoss {
  public var curvature: Double { 1 }
}

extension HalfSquaredError: QuadraticLoss {
  public var curvature: Double { 0.5 }
}

extension AdalineLoss: QuadraticLoss {
  public var curvature: Double { 0.5 }
}

/// The weights w that make Σ r (w · x + b − t)² + λ ‖w‖² least, r how much each row counts, in closed form and in `Double`: the yardstick of every linear
/// unit (A3; S0, S2).
///
/// By Householder's QR with column pivoting (Businger and Golub 1965) of the rows, times √r, and, for λ > 0, of √λ times the identity
/// below them: the condition number is that of the data, and not its square as in the normal equations. Of columns that
/// say the same, the first to be picked has a weight and the others have none.
package struct LeastSquares: Sendable {
  package let weights: [Double]
  package let bias: Double
  /// How many of the columns and the constant are independent.
  package let rank: Int
  /// The largest of R's diagonal over the smallest that counts: about the condition number.
  package let condition: Double

  /// The columns are floats: what is smaller than this beside the largest is their rounding.
  private static let rounding = 1e-6
  /// Above these multiplications it takes longer than a report should.
  private static let mostWork = 3e8

  /// - Parameters:
  ///   - features: `[rows, columns]`, row-major.
  ///   - targets: `[rows]`
  ///   - rowWeights: `[rows]`, how much each row counts, 0 or more; nil where each counts once.
  ///   - lambda: λ; the bias has no penalty.
  /// - Returns: nil where there are no rows, a number is not finite, or it would take long.
  package init?(
    features: [Float], columns: Int, targets: [Double], rowWeights: [Double]? = nil, lambda: Double = 0
  ) {
    let rows = targets.count
    guard rows > 0, features.count == rows * columns, lambda >= 0,
      rowWeights.map({ $0.count == rows && $0.allSatisfy { $0 >= 0 } }) ?? true,
      Double(rows + columns) * Double(columns + 1) * Double(columns + 1) < Self.mostWork
    else { return nil }
    let height = lambda > 0 ? rows + columns : rows
    let root = lambda.squareRoot()
    let roots = rowWeights?.map { $0.squareRoot() } ?? Array(repeating: 1, count: rows)
    var matrix = (0...columns).map { column in
      var values = [Double](repeating: 0, count: height)
      for row in 0..<rows {
        values[row] = roots[row] * (column < columns ? Double(features[row * columns + column]) : 1)
      }
      if lambda > 0, column < columns { values[rows + column] = root }
      return values
    }
    var right = zip(targets, roots).map { $0 * $1 } + [Double](repeating: 0, count: height - rows)
    var order = Array(0...columns)
    var norms = matrix.map { Self.norm($0[...]) }
    guard norms.allSatisfy(\.isFinite), Self.norm(right[...]).isFinite else { return nil }
    var diagonal: [Double] = []
    for k in 0..<min(height, columns + 1) {
      // The first of the longest, so that the order is the columns' own.
      let pivot = (k...columns).reduce(k) { norms[$1] > norms[$0] ? $1 : $0 }
      guard norms[pivot] > Self.rounding * (diagonal.first ?? 0), norms[pivot] > 0 else { break }
      matrix.swapAt(k, pivot)
      norms.swapAt(k, pivot)
      order.swapAt(k, pivot)
      let reflector = Self.reflect(&matrix[k], from: k, norm: norms[k])
      diagonal.append(abs(matrix[k][k]))
      for column in (k + 1)..<max(columns + 1, k + 1) {
        Self.apply(reflector, to: &matrix[column], from: k)
        norms[column] = Self.norm(matrix[column][(k + 1)...])
      }
      Self.apply(reflector, to: &right, from: k)
    }
    rank = diagonal.count
    condition = diagonal.isEmpty ? .infinity : diagonal[0] / (diagonal.min() ?? 1)
    var solution = [Double](repeating: 0, count: columns + 1)
    for k in stride(from: rank - 1, through: 0, by: -1) {
      var sum = right[k]
      for later in (k + 1)..<max(rank, k + 1) { sum -= matrix[later][k] * solution[order[later]] }
      solution[order[k]] = sum / matrix[k][k]
    }
    weights = Array(solution[..<columns])
    bias = solution[columns]
  }

  /// Turns a column's part from `k` on into (∓norm, 0, …); gives the v of the reflection 1 − v vᵀ with |v|² = 2.
  private static func reflect(_ column: inout [Double], from k: Int, norm: Double) -> [Double] {
    var vector = Array(column[k...])
    let sign: Double = vector[0] < 0 ? -1 : 1
    vector[0] += sign * norm
    let scale = 2.0.squareRoot() / Self.norm(vector[...])
    for index in vector.indices { vector[index] *= scale }
    column[k] = -sign * norm
    for row in (k + 1)..<max(column.count, k + 1) { column[row] = 0 }
    return vector
  }

  private static func apply(_ vector: [Double], to column: inout [Double], from k: Int) {
    column.withUnsafeMutableBufferPointer { column in
      vector.withUnsafeBufferPointer { vector in
        var product = 0.0
        for index in 0..<vector.count { product += vector[index] * column[k &+ index] }
        for index in 0..<vector.count { column[k &+ index] -= product * vector[index] }
      }
    }
  }

  /// Scaled, so that no square overflows.
  private static func norm(_ values: ArraySlice<Double>) -> Double {
    let largest = values.reduce(0) { Swift.max($0, abs($1)) }
    guard largest > 0, largest.isFinite else { return largest }
    return largest * values.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
  }
}
