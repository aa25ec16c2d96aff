/// Householder's QR factors of a matrix, its columns in the order of what they add (Businger and Golub 1965), and a right
/// side turned with it.
struct PivotedQR {
  /// The number of independent columns.
  let rank: Int
  /// R, column by column, in the order of the pivots.
  private let factors: [[Double]]
  /// The original position of each pivot.
  private let order: [Int]
  private let right: [Double]

  /// The limit below which a value, relative to the largest column, is the rounding of floats.
  private static let rounding = 1e-6

  /// - Parameter columns: each of the same height.
  /// - Returns: nil where a number is not finite.
  init?(_ columns: [[Double]], _ rightSide: [Double]) {
    let (count, height) = (columns.count, rightSide.count)
    var (matrix, right) = (columns, rightSide)
    var order = Array(0..<count)
    var norms = matrix.map { Self.norm($0[...]) }
    guard norms.allSatisfy(\.isFinite), Self.norm(right[...]).isFinite else { return nil }
    var rank = 0
    var first = 0.0
    for k in 0..<min(height, count) {
      // The first of the longest, so that the order is the columns' own.
      let pivot = (k..<count).reduce(k) { norms[$1] > norms[$0] ? $1 : $0 }
      if k == 0 { first = norms[pivot] }
      guard norms[pivot] > Self.rounding * first, norms[pivot] > 0 else { break }
      matrix.swapAt(k, pivot)
      norms.swapAt(k, pivot)
      order.swapAt(k, pivot)
      let reflector = Self.reflect(&matrix[k], from: k, norm: norms[k])
      rank += 1
      for column in (k + 1)..<max(count, k + 1) {
        Self.apply(reflector, to: &matrix[column], from: k)
        norms[column] = Self.norm(matrix[column][(k + 1)...])
      }
      Self.apply(reflector, to: &right, from: k)
    }
    self.rank = rank
    (factors, self.order, self.right) = (matrix, order, right)
  }

  /// The solution of the least squares; of several the one that is shortest when each number is divided by its unit.
  func solution(units: [Double]) -> [Double] {
    var solution = [Double](repeating: 0, count: factors.count)
    for (place, value) in solved(right).enumerated() { solution[order[place]] = value }
    guard rank < factors.count else { return solution }
    // Along these directions the sum of squares stays as it is.
    let directions = (rank..<factors.count).map { dependent -> [Double] in
      var direction = [Double](repeating: 0, count: factors.count)
      for (place, value) in solved(factors[dependent]).enumerated() { direction[order[place]] = value }
      direction[order[dependent]] = -1
      return direction
    }
    func scaled(_ values: [Double]) -> [Double] { zip(values, units).map { $0 / $1 } }
    guard let shortest = PivotedQR(directions.map(scaled), scaled(solution)) else { return solution }
    for (direction, part) in zip(directions, shortest.solution(units: directions.map { _ in 1 })) {
      for index in solution.indices { solution[index] -= part * direction[index] }
    }
    return solution
  }

  /// R⁻¹ times the first numbers of a column, R of the independent columns.
  private func solved(_ column: [Double]) -> [Double] {
    var solution = Array(column.prefix(rank))
    for k in stride(from: rank - 1, through: 0, by: -1) {
      for later in (k + 1)..<max(rank, k + 1) { solution[k] -= factors[later][k] * solution[later] }
      solution[k] /= factors[k][k]
    }
    return solution
  }

  // MARK: Condition

  /// The largest singular value of the independent columns over the smallest.
  var condition: Double {
    guard rank > 0 else { return .infinity }
    let largest = Self.largest(rank) { (x: [Double]) -> [Double] in
      // Rᵀ (R x).
      var y = [Double](repeating: 0, count: rank)
      for k in 0..<rank {
        for row in 0...k { y[row] += factors[k][row] * x[k] }
      }
      var z = y
      for k in 0..<rank {
        z[k] = 0
        for row in 0...k { z[k] += factors[k][row] * y[row] }
      }
      return z
    }
    let inverse = Self.largest(rank) { (x: [Double]) -> [Double] in
      // R⁻¹ (R⁻ᵀ x).
      var y = x
      for k in 0..<rank {
        for row in 0..<k { y[k] -= factors[k][row] * y[row] }
        y[k] /= factors[k][k]
      }
      return solved(y)
    }
    return (largest * inverse).squareRoot()
  }

  /// The largest eigenvalue of a symmetric matrix with no negative one, by powers (von Mises 1929).
  private static func largest(_ count: Int, _ apply: ([Double]) -> [Double]) -> Double {
    // Nothing regular, so that it has a part of every eigenvector.
    var vector = (0..<count).map { (index: Int) -> Double in
      let part = 0.5 / Double(index + 1)
      return index % 2 == 0 ? 1 + part : 1 - part
    }
    var value = 0.0
    for _ in 0..<500 {
      let size = norm(vector[...])
      guard size > 0, size.isFinite else { break }
      for index in vector.indices { vector[index] /= size }
      let next = apply(vector)
      let estimate = zip(vector, next).reduce(0) { $0 + $1.0 * $1.1 }
      let isDone = abs(estimate - value) <= 1e-12 * abs(estimate)
      (vector, value) = (next, estimate)
      if isDone { break }
    }
    return value
  }

  // MARK: Reflections

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
  static func norm(_ values: ArraySlice<Double>) -> Double {
    let largest = values.reduce(0) { Swift.max($0, abs($1)) }
    guard largest > 0, largest.isFinite else { return largest }
    return largest * values.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
  }
}
