extension LabStatistics {
  /// Pearson's r of pairs; 0 where one side doesn't vary.
  package static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    let (centerX, centerY) = (mean(x), mean(y))
    let products = zip(x, y).reduce(0) { $0 + ($1.0 - centerX) * ($1.1 - centerY) }
    let squares = (
      x.reduce(0) { $0 + ($1 - centerX) * ($1 - centerX) },
      y.reduce(0) { $0 + ($1 - centerY) * ($1 - centerY) }
    )
    let size = (squares.0 * squares.1).squareRoot()
    return size > 0 ? products / size : 0
  }
}
