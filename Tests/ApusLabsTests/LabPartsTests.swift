import ApusCore
import ApusData
import ApusLabs
import ApusNN
import ApusTraining
import Testing

@Suite struct SingularValuesTests {
  /// The squares are the eigenvalues of Aᵀ A.
  @Test func eigenvalues() {
    let random = Philox(seed: 1, path: "matrix")
    let (rows, columns) = (9, 5)
    let matrix = (0..<(rows * columns)).map { random.normal(UInt64($0)) }
    var product = [Double](repeating: 0, count: columns * columns)
    for row in 0..<rows {
      for i in 0..<columns {
        for j in 0..<columns {
          product[i * columns + j] += matrix[row * columns + i] * matrix[row * columns + j]
        }
      }
    }
    let expected = SymmetricEigen(product, size: columns).values
    for (value, square) in zip(SingularValues.of(matrix, columns: columns), expected) {
      #expect(abs(value * value - square) < 1e-12 * expected[0])
    }
  }

  /// A small one beside a large one has all its digits, unlike the root of an eigenvalue.
  @Test func small() {
    let values = SingularValues.of([1e6, 0, 1e6, 1e-6], columns: 2)
    // det = 1, and σ₁² + σ₂² = 2e12 + 1e-12.
    #expect(abs(values[0] * values[1] - 1) < 1e-9)
    #expect(abs(values[0] - 2.0.squareRoot() * 1e6) < 1e-6)
  }
}

@Suite struct ShortestLeastSquaresTests {
  private func samples(_ rows: Int, _ columns: Int) -> (x: [Double], y: [Double]) {
    let random = Philox(seed: 2, path: "rows \(rows) \(columns)")
    return (
      (0..<(rows * columns)).map { random.normal(UInt64($0)) },
      (0..<(rows * 2)).map { random.normal(UInt64(100_000 + $0)) }
    )
  }

  /// X W − Y, `[rows, 2]`.
  private func residuals(_ x: [Double], _ y: [Double], _ weights: [Double], columns: Int) -> [Double] {
    y.indices.map { place in
      var sum: Double = -y[place]
      let (row, target) = (place / 2, place % 2)
      for column in 0..<columns { sum += x[row * columns + column] * weights[2 * column + target] }
      return sum
    }
  }

  /// The gradient Xᵀ (X W − Y) + λ W is 0, for either shape.
  @Test(arguments: [(30, 6, 0.0), (30, 6, 2), (6, 30, 2)]) func gradient(
    rows: Int, columns: Int, lambda: Double
  ) throws {
    let (x, y) = samples(rows, columns)
    let weights = try ShortestLeastSquares(features: x, columns: columns)
      .weights(targets: y, count: 2, lambda: lambda)
    let residuals = residuals(x, y, weights, columns: columns)
    for column in 0..<columns {
      for target in 0..<2 {
        var gradient: Double = lambda * weights[2 * column + target]
        for row in 0..<rows { gradient += x[row * columns + column] * residuals[2 * row + target] }
        #expect(abs(gradient) < 1e-10)
      }
    }
  }

  /// With more columns than rows every row is met, and no shorter weights do: those of pivoted factors that are the shortest
  /// too are the same.
  @Test func shortest() throws {
    let (rows, columns) = (8, 20)
    let (x, y) = samples(rows, columns)
    let weights = try ShortestLeastSquares(features: x, columns: columns).weights(targets: y, count: 2)
    for residual in residuals(x, y, weights, columns: columns) { #expect(abs(residual) < 1e-10) }
    // W lies in the rows' space: W = Xᵀ A, so that X Xᵀ A = Y gives the same.
    let doubled = x.map { 2 * $0 }
    let halved = try ShortestLeastSquares(features: doubled, columns: columns).weights(targets: y, count: 2)
    for (one, other) in zip(weights, halved) { #expect(abs(one - 2 * other) < 1e-10) }
    // Any other solution is W + n with X n = 0, which is orthogonal to W.
    let random = Philox(seed: 3, path: "direction")
    let direction = (0..<columns).map { random.normal(UInt64($0)) }
    let images = (0..<rows).flatMap { row -> [Double] in
      var product = 0.0
      for column in 0..<columns { product += x[row * columns + column] * direction[column] }
      return [product, product]
    }
    let along = try ShortestLeastSquares(features: x, columns: columns).weights(targets: images, count: 2)
    var product = 0.0
    for column in 0..<columns { product += (direction[column] - along[2 * column]) * weights[2 * column] }
    #expect(abs(product) < 1e-10)
  }

  @Test func dependent() {
    let solver = ShortestLeastSquares(features: [1, 2, 3, 1, 2, 3], columns: 3)
    #expect(throws: ApusError.self) { try solver.weights(targets: [1, 1, 2, 2], count: 2) }
    #expect(throws: Never.self) { try solver.weights(targets: [1, 1, 2, 2], count: 2, lambda: 1) }
  }
}
