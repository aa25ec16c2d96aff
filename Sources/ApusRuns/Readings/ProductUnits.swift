import ApusData

/// The conversion of products of scaled columns to the columns' own units: (x − m) / d · (y − n) / e is a sum of x·y,
/// x, y and a constant.
struct ProductUnits {
  private typealias Term = LinearReading.Term
  private let units: [FeatureUnits]
  private let step: FittedTransform
  /// The products of columns that occur, those of fewer factors first.
  private let monomials: [[Int]]
  /// The deviation of each product over the rows, and its mean.
  private let deviations: [Double]
  private let means: [Double]

  /// The most numbers that are looked at for how much the products vary.
  private static let mostNumbers = 20_000_000

  /// - Returns: nil where the features are mixed otherwise.
  init?(_ table: TablePreprocessing, _ scores: LinearScores) {
    let units = table.columnUnits
    guard table.steps.count == 1, let step = table.steps.first, step.matrix.isEmpty,
      step.names.count == scores.columns, units.count == step.inputs
    else { return nil }
    (self.units, self.step) = (units, step)
    var found: Set<[Int]> = []
    for product in step.products { Self.subsets(product) { subset, _ in found.insert(subset) } }
    found.remove([])
    let monomials = found.sorted {
      ($0.count, $0.map(String.init).joined()) < ($1.count, $1.map(String.init).joined())
    }
    self.monomials = monomials
    // Columns by themselves stay as they are: their values are among the features.
    var places = [Int?](repeating: nil, count: step.inputs)
    for (place, product) in step.products.enumerated() where product.count == 1 { places[product[0]] = place }
    let every = max(scores.rows * monomials.count / Self.mostNumbers, 1)
    let rows = Array(stride(from: 0, to: scores.rows, by: every))
    var (sums, squares) = (monomials.map { _ in 0.0 }, monomials.map { _ in 0.0 })
    var total = 0.0
    for row in rows {
      let values = units.indices.map { column in
        units[column].mean
          + (places[column].map { Double(scores.features[row * scores.columns + $0]) } ?? 0)
          * units[column].deviation
      }
      let weight = scores.weight(ofRow: row)
      total += weight
      for (index, monomial) in monomials.enumerated() {
        let value = monomial.reduce(1) { $0 * values[$1] }
        sums[index] += weight * value
        squares[index] += weight * value * value
      }
    }
    means = sums.map { total > 0 ? $0 / total : 0 }
    deviations = zip(squares, means).map { total > 0 ? max($0 / total - $1 * $1, 0).squareRoot() : 0 }
  }

  /// The terms of an output's weights, and the constant.
  func terms(of weights: [Double], bias: Double) -> (terms: [LinearReading.Term], intercept: Double) {
    var coefficients: [[Int]: Double] = [:]
    var intercept = bias
    for (index, product) in step.products.enumerated() {
      let weight = weights[index] / step.deviations[index]
      intercept -= weight * step.means[index]
      let scale = product.reduce(1) { $0 / units[$1].deviation }
      Self.subsets(product) { kept, left in
        let part = weight * scale * left.reduce(1) { $0 * -units[$1].mean }
        if kept.isEmpty { intercept += part } else { coefficients[kept, default: 0] += part }
      }
    }
    let terms = monomials.enumerated().compactMap { index, monomial -> LinearReading.Term? in
      guard let weight = coefficients[monomial] else { return nil }
      return LinearReading.Term(
        name: name(of: monomial), weight: weight, effect: weight * deviations[index],
        size: weight * means[index])
    }
    return (terms, intercept)
  }

  /// Every way to take some of a product's factors, with those that are left.
  private static func subsets(_ product: [Int], _ body: ([Int], [Int]) -> Void) {
    for choice in 0..<(1 << product.count) {
      body(
        product.indices.filter { choice >> $0 & 1 == 1 }.map { product[$0] },
        product.indices.filter { choice >> $0 & 1 == 0 }.map { product[$0] })
    }
  }

  /// `a²·b`
  private func name(of product: [Int]) -> String {
    let powers = ["", "", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸"]
    return Set(product).sorted().map { column in
      let count = product.count { $0 == column }
      let term = units[column].term
      return (count > 1 && term.contains(" ") ? "(\(term))" : term) + powers[min(count, powers.count - 1)]
    }.joined(separator: "·")
  }
}
