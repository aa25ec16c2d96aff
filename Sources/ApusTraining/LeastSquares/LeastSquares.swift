import ApusCore
public import ApusData
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

/// The weights w that make Σ r (w · x + b − t)² + λ ‖w‖² least, r how much each row counts, in closed form and in `Double`:
/// of every linear unit the solution, or its yardstick (lectures 1 and 3).
///
/// By Householder's QR with column pivoting (Businger and Golub 1965) of the rows about their mean, times √r, and, for λ > 0,
/// of √λ times the identity below them: the condition number is that of the data, and not its square as in the normal
/// equations. Where columns depend on each other, or there are more of them than rows, the weights are the shortest of all
/// that are equally good: the solution that descent from 0 comes to.
///
/// ```swift
/// let line = try LeastSquares(data, lambda: 0.1)
/// print(line.weights, line.bias, line.rank, line.condition)
/// ```
public struct LeastSquares: Sendable {
  /// w, a weight for each number of a row.
  public let weights: [Double]
  /// b
  public let bias: Double
  /// The number of independent columns among these and the constant.
  public let rank: Int
  /// The condition number of the columns about their means, the independent ones where some depend on others: the largest
  /// singular value over the smallest.
  public let condition: Double

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
    self.init(
      features: features, columns: columns, targets: targets, rowWeights: rowWeights, lambda: lambda,
      units: nil, mostWork: Self.mostWork)
  }

  /// - Parameters:
  ///   - units: what a column's weight is divided by where the shortest weights are looked for: the deviation that the
  ///     column was scaled by makes them those of its own unit.
  ///   - mostWork: multiplications above which nothing is computed.
  package init?(
    features: [Float], columns: Int, targets: [Double], rowWeights: [Double]?, lambda: Double,
    units: [Double]?, mostWork: Double
  ) {
    let rows = targets.count
    let height = lambda > 0 ? rows + columns : rows
    guard rows > 0, features.count == rows * columns, lambda >= 0,
      rowWeights.map({ $0.count == rows && $0.allSatisfy { $0 >= 0 } }) ?? true,
      Double(height) * Double(columns + 1) * Double(columns + 1) < mostWork,
      Double(height) * Double(columns) < Self.mostNumbers
    else { return nil }
    let counts = rowWeights ?? Array(repeating: 1, count: rows)
    let total = counts.reduce(0, +)
    guard total > 0 else { return nil }
    func mean(_ value: (Int) -> Double) -> Double {
      (0..<rows).reduce(0) { $0 + counts[$1] * value($1) } / total
    }
    let roots = counts.map { $0.squareRoot() }
    let root = lambda.squareRoot()
    let center = mean { targets[$0] }
    let means = (0..<columns).map { column in mean { Double(features[$0 * columns + column]) } }
    guard center.isFinite, means.allSatisfy(\.isFinite) else { return nil }
    let matrix = (0..<columns).map { column in
      var values = [Double](repeating: 0, count: height)
      for row in 0..<rows {
        values[row] = roots[row] * (Double(features[row * columns + column]) - means[column])
      }
      if lambda > 0 { values[rows + column] = root }
      return values
    }
    let right = (0..<rows).map { roots[$0] * (targets[$0] - center) }
    // Rounding of the float columns about their means is no column.
    let sizes = zip(matrix, means).map { column, mean in
      PivotedQR.norm(column[...]) <= Self.rounding * abs(mean) * total.squareRoot()
    }
    let kept = zip(matrix, sizes).map { $1 ? [Double](repeating: 0, count: height) : $0 }
    guard let factors = PivotedQR(kept, right + [Double](repeating: 0, count: height - rows)) else {
      return nil
    }
    rank = factors.rank + 1
    condition = factors.condition
    let solution = factors.solution(units: units ?? Array(repeating: 1, count: columns))
    weights = solution
    bias = center - zip(solution, means).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The least squares of a data set whose target is one number, inputs and targets as the data set holds them; its row weights
  /// count.
  ///
  /// - Parameter lambda: λ, 0 or more; the bias has no penalty.
  /// - Throws: for other targets; where a number is not finite; where there are no rows, or more numbers than a closed form
  ///   should take (about 3 · 10⁸ multiplications).
  public init(_ dataset: any Dataset, lambda: Double = 0) throws {
    guard case .values(let names) = dataset.targets, names.count == 1, dataset.positions == 1 else {
      throw ApusError(
        "least squares on \(dataset.targets.words)", expected: "a target that is one number")
    }
    guard lambda >= 0, lambda.isFinite else {
      throw ApusError("λ is \(lambda)", at: "least squares", expected: "a number, 0 or more")
    }
    let rows = try dataset.batch(Array(0..<dataset.count)).arrays()
    let targets = rows.values.prefix(dataset.count).map { Double($0) }
    guard
      let solution = LeastSquares(
        features: rows.inputs, columns: dataset.inputSize, targets: targets,
        rowWeights: dataset.weights.map { $0.map { Double($0) } }, lambda: lambda)
    else {
      throw ApusError(
        "\(dataset.count) rows of \(dataset.inputSize) numbers have no closed form here", at: "least squares",
        expected: "at least one row, finite numbers, and at most 3 · 10⁸ multiplications",
        fix: "train a linear model by gradient descent")
    }
    self = solution
  }

  /// Numbers in memory.
  private static let mostNumbers = 6e7
  /// The columns are floats: what is smaller than this beside their mean is their rounding.
  private static let rounding = 1e-6
}
