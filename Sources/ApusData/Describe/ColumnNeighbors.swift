import ApusCore

/// A search for columns of numbers that may say the same, without comparing each with each where there are many.
///
/// Columns of mean 0 and length 1 that say the same, or the opposite, have nearly the same product with any direction, but for
/// its sign: sorted by one product, only neighbors can be copies (random projections; Johnson and Lindenstrauss 1984).
enum ColumnNeighbors {
  /// Columns up to which each is compared with each.
  private static let few = 500
  /// The least correlation of candidates on the rows that are looked at.
  private static let least = 0.99
  /// The least correlation where there are many columns; copies agree to far more.
  private static let leastOfMany = 0.999
  private static let directions = 4
  /// Standard deviations of the difference of two products.
  private static let margin = 4.0

  /// - Parameter columns: numbers of the same rows; nil for what isn't compared.
  /// - Returns: the places of pairs that are nearly the same on these rows.
  static func pairs(_ columns: [[Double]?]) -> [(Int, Int)] {
    let numbers = columns.indices.filter { columns[$0] != nil }
    func agree(_ i: Int, _ j: Int, _ least: Double) -> Bool {
      abs(AssociationReading.correlation(columns[i]!, columns[j]!) ?? 1) > least
    }
    guard numbers.count > few else {
      return numbers.enumerated().flatMap { place, i in
        numbers.dropFirst(place + 1).filter { agree(i, $0, least) }.map { (i, $0) }
      }
    }
    let rows = columns[numbers[0]]?.count ?? 0
    let random = Philox(seed: 0, path: "columns that say the same")
    let axes = (0..<directions).map { axis in (0..<rows).map { random.normal(UInt64(axis * rows + $0)) } }
    let products = numbers.compactMap { index in
      Self.products(columns[index]!, axes).map { (index: index, values: $0) }
    }.sorted { (abs($0.values[0]), $0.index) < (abs($1.values[0]), $1.index) }
    let reach = margin * (2 * (1 - leastOfMany)).squareRoot()
    var found: [(Int, Int)] = []
    for (place, first) in products.enumerated() {
      for second in products[(place + 1)...] {
        guard abs(second.values[0]) - abs(first.values[0]) <= reach else { break }
        let isSame = zip(first.values, second.values).allSatisfy { abs($0 - $1) <= reach }
        let isOpposite = zip(first.values, second.values).allSatisfy { abs($0 + $1) <= reach }
        guard isSame || isOpposite, agree(first.index, second.index, leastOfMany) else { continue }
        found.append((min(first.index, second.index), max(first.index, second.index)))
      }
    }
    return found
  }

  /// - Returns: nil for a column that does not vary.
  private static func products(_ column: [Double], _ axes: [[Double]]) -> [Double]? {
    let known = column.filter { !$0.isNaN }
    guard known.count > 2 else { return nil }
    let mean = known.reduce(0, +) / Double(known.count)
    let centered = column.map { $0.isNaN ? 0 : $0 - mean }
    let length = centered.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0, length.isFinite else { return nil }
    return axes.map { axis in zip(axis, centered).reduce(0) { $0 + $1.0 * $1.1 } / length }
  }
}
