import ApusCore

/// Numbers over seeds, starts or samples: their mean with its standard error, their median, the slope of a line.
package enum LabStatistics {
  package static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(values.count, 1))
  }

  /// √(Σ (x − mean)² / (n − 1)); 0 of a single one.
  package static func deviation(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = mean(values)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  /// The standard error of the mean.
  package static func standardError(_ values: [Double]) -> Double {
    deviation(values) / Double(max(values.count, 1)).squareRoot()
  }

  /// Mean ± standard error, as a figure.
  package static func measured(_ values: [Double]) -> LabValue {
    LabValue([mean(values)], standardError: standardError(values))
  }

  /// A share of a number of samples, with √(p (1 − p) / n).
  package static func share(_ count: Int, of all: Int) -> LabValue {
    let share = Double(count) / Double(max(all, 1))
    return LabValue([share], standardError: (share * (1 - share) / Double(max(all, 1))).squareRoot())
  }

  /// The middle value; the mean of the two middle ones of an even number.
  package static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The slope of the least-squares line through points.
  package static func slope(_ x: [Double], _ y: [Double]) -> Double {
    let (centerX, centerY) = (mean(x), mean(y))
    let products = zip(x, y).reduce(0) { $0 + ($1.0 - centerX) * ($1.1 - centerY) }
    return products / x.reduce(0) { $0 + ($1 - centerX) * ($1 - centerX) }
  }

  /// The exponent p of y ∝ xᵖ: the slope of ln y over ln x.
  package static func exponent(_ x: [Double], _ y: [Double]) -> Double {
    slope(x.map { Mathematics.log($0) }, y.map { Mathematics.log($0) })
  }
}
