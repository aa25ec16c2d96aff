/// Measures how much two columns have to do with one another.
struct AssociationReading {
  private let table: Table
  private let schema: TableSchema

  init(_ table: Table, _ schema: TableSchema) {
    self.table = table
    self.schema = schema
  }

  /// nil where there is nothing to measure: texts of which hardly any occurs twice, dates, no variety.
  func association(_ first: Int, _ second: Int) -> DataSummary.Association? {
    let value: Double?
    let measure: DataSummary.Association.Measure
    switch (numbers(first), numbers(second)) {
    case (let a?, let b?):
      measure = .correlation
      value = Self.correlation(a, b)
    case (let a?, nil):
      measure = .ratio
      value = categories(second).flatMap { Self.ratio(a, $0.codes, $0.count) }
    case (nil, let b?):
      measure = .ratio
      value = categories(first).flatMap { Self.ratio(b, $0.codes, $0.count) }
    case (nil, nil):
      measure = .contingency
      value = categories(first).flatMap { a in categories(second).flatMap { Self.contingency(a, $0) } }
    }
    guard let value, value.isFinite else { return nil }
    return DataSummary.Association(
      first: table.columns[first].name, second: table.columns[second].name, measure: measure,
      value: min(max(value, -1), 1))
  }

  private typealias Categories = (codes: [Int32], count: Int)

  private func isClass(_ index: Int) -> Bool {
    schema.target?.index == index && schema.target?.task == .classification
  }

  private func numbers(_ index: Int) -> [Double]? {
    guard !isClass(index), schema.columns[index].kind == .number,
      case .numbers(let numbers) = table.columns[index].cells
    else { return nil }
    return Array(numbers)
  }

  private func categories(_ index: Int) -> Categories? {
    let kind = schema.columns[index].kind
    guard isClass(index) || kind == .category || kind == .boolean,
      case .texts(let codes, let values) = table.columns[index].asTexts().cells, values.count <= 1000
    else { return nil }
    return (Array(codes), values.count)
  }

  /// Pearson's r over the rows where both are known.
  static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
    var count = 0.0
    var sumA = 0.0
    var sumB = 0.0
    for (x, y) in zip(a, b) where !x.isNaN && !y.isNaN {
      count += 1
      sumA += x
      sumB += y
    }
    guard count > 2 else { return nil }
    let (meanA, meanB) = (sumA / count, sumB / count)
    var (aa, ab, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) where !x.isNaN && !y.isNaN {
      aa += (x - meanA) * (x - meanA)
      ab += (x - meanA) * (y - meanB)
      bb += (y - meanB) * (y - meanB)
    }
    return aa > 0 && bb > 0 ? ab / (aa.squareRoot() * bb.squareRoot()) : nil
  }

  /// η: the root of the part of the numbers' variance that lies between the categories.
  private static func ratio(_ numbers: [Double], _ codes: [Int32], _ categories: Int) -> Double? {
    var counts = [Double](repeating: 0, count: categories)
    var sums = [Double](repeating: 0, count: categories)
    for (x, code) in zip(numbers, codes) where !x.isNaN && code >= 0 {
      counts[Int(code)] += 1
      sums[Int(code)] += x
    }
    let count = counts.reduce(0, +)
    guard count > 2 else { return nil }
    let mean = sums.reduce(0, +) / count
    var between = 0.0
    for i in counts.indices where counts[i] > 0 {
      let d = sums[i] / counts[i] - mean
      between += counts[i] * d * d
    }
    var total = 0.0
    for (x, code) in zip(numbers, codes) where !x.isNaN && code >= 0 { total += (x - mean) * (x - mean) }
    return total > 0 ? (between / total).squareRoot() : nil
  }

  /// Cramér's V of the table of frequencies.
  private static func contingency(_ a: Categories, _ b: Categories) -> Double? {
    guard a.count > 1, b.count > 1, a.count * b.count <= 1 << 20 else { return nil }
    var table = [Double](repeating: 0, count: a.count * b.count)
    var rows = [Double](repeating: 0, count: a.count)
    var columns = [Double](repeating: 0, count: b.count)
    var count = 0.0
    for (x, y) in zip(a.codes, b.codes) where x >= 0 && y >= 0 {
      table[Int(x) * b.count + Int(y)] += 1
      rows[Int(x)] += 1
      columns[Int(y)] += 1
      count += 1
    }
    guard count > 2 else { return nil }
    var square = 0.0
    for i in rows.indices {
      for j in columns.indices where rows[i] > 0 && columns[j] > 0 {
        let expected = rows[i] * columns[j] / count
        let d = table[i * b.count + j] - expected
        square += d * d / expected
      }
    }
    let degrees = Double(min(rows.count { $0 > 0 }, columns.count { $0 > 0 }) - 1)
    return degrees > 0 ? (square / count / degrees).squareRoot() : nil
  }
}
