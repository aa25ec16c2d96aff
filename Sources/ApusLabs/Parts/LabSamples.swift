package import ApusCore
package import ApusData

/// Rows of numbers with classes or values, as labs choose and scale them before the engine sees them.
package struct LabSamples: Sendable {
  /// `[rows][columns]`
  package var features: [[Double]]
  /// The class of each row; empty where the targets are ``values``.
  package var labels: [Int] = []
  package var classes: [String] = []
  /// A number for each row; empty where the targets are classes.
  package var values: [Double] = []

  package var count: Int { features.count }
  package var columns: Int { features.first?.count ?? 0 }

  package init(_ features: [[Double]], labels: [Int], classes: [String]) {
    (self.features, self.labels, self.classes) = (features, labels, classes)
  }

  package init(_ features: [[Double]], values: [Double]) {
    (self.features, self.values) = (features, values)
  }

  /// Some of the rows, in their order.
  package func rows(_ indices: some Sequence<Int>) -> LabSamples {
    var result = self
    let indices = Array(indices)
    result.features = indices.map { features[$0] }
    if !labels.isEmpty { result.labels = indices.map { labels[$0] } }
    if !values.isEmpty { result.values = indices.map { values[$0] } }
    return result
  }

  /// Some of the columns.
  package func columns(_ indices: [Int]) -> LabSamples {
    var result = self
    result.features = features.map { row in indices.map { row[$0] } }
    return result
  }

  /// The rows of some classes, which are then the only ones, in this order.
  package func classes(_ wanted: [Int]) -> LabSamples {
    var result = rows(labels.indices.filter { wanted.contains(labels[$0]) })
    result.labels = result.labels.map { wanted.firstIndex(of: $0)! }
    result.classes = wanted.map { classes[$0] }
    return result
  }

  /// The classes in another order: rows that have nothing to do with their class.
  package func shufflingLabels(_ random: Philox) -> LabSamples {
    var result = self
    random.shuffle(&result.labels)
    random.shuffle(&result.values)
    return result
  }

  /// Each column about the mean of other rows in their deviations (of n, not n − 1); constant columns are 0.
  package func standardized(by fitted: LabSamples? = nil) -> LabSamples {
    let fitted = fitted ?? self
    let count = Double(fitted.count)
    var (means, deviations) = ([Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns))
    for row in fitted.features { for column in 0..<columns { means[column] += row[column] / count } }
    for row in fitted.features {
      for column in 0..<columns {
        let distance = row[column] - means[column]
        deviations[column] += distance * distance / count
      }
    }
    var result = self
    result.features = features.map { row in
      (0..<columns).map { column in
        deviations[column] > 0 ? (row[column] - means[column]) / deviations[column].squareRoot() : 0
      }
    }
    return result
  }

  /// As the engine takes them.
  package func dataset() throws(ApusError) -> TableDataset {
    let floats = features.flatMap { $0.map { Float($0) } }
    return values.isEmpty
      ? try TableDataset(
        features: floats, inputShape: [columns], labels: labels.map { Int32($0) }, names: classes)
      : try TableDataset(
        features: floats, inputShape: [columns], values: values.map { Float($0) }, names: ["y"])
  }
}

extension LabSamples {
  /// The 150 flowers: four measures and three species, as they stand in the file.
  package static func iris() throws -> LabSamples { try table("iris", GeneratedOptions(), target: "species") }

  /// The 159 fish: three lengths, height and width, and the weight in grams.
  package static func fish() throws -> LabSamples { try table("fish", GeneratedOptions(), target: "Weight") }

  /// A generated set of the plane: moons, circles, spirals, blobs.
  package static func generated(
    _ name: String, rows: Int, noise: Double, seed: UInt64
  ) throws -> LabSamples {
    try table(name, GeneratedOptions(rows: rows, noise: noise, seed: seed), target: "class")
  }

  private static func table(_ name: String, _ options: GeneratedOptions, target: String) throws -> LabSamples
  {
    guard case .table(let table) = try DataSource.open(name, generated: options).content,
      let place = table.columnIndex(target)
    else { throw ApusError("no table with the column \(target)", at: name) }
    var columns: [[Double]] = []
    for (index, column) in table.columns.enumerated() where index != place {
      if case .numbers(let numbers) = column.cells { columns.append(Array(numbers)) }
    }
    let features = (0..<table.rowCount).map { row in columns.map { $0[row] } }
    switch table.columns[place].cells {
    case .texts(let codes, let names):
      return LabSamples(features, labels: codes.map { Int($0) }, classes: names)
    case .numbers(let numbers) where target == "class":
      let count = Int(numbers.max() ?? 0) + 1
      return LabSamples(features, labels: numbers.map { Int($0) }, classes: (0..<count).map { "\($0)" })
    case .numbers(let numbers):
      return LabSamples(features, values: Array(numbers))
    }
  }

  /// The bundled digits as a table of 64 columns: 3,823 rows for training, and the official 1,797 for the test, each column
  /// standardized on the rows for training.
  package static func digits64() throws -> (training: LabSamples, test: LabSamples) { try digits.get() }

  private static let digits = Result<(training: LabSamples, test: LabSamples), any Error> {
    let raw = try rawDigits()
    return (raw.training.standardized(), raw.test.standardized(by: raw.training))
  }

  /// The same as they stand in the file, 0 … 16.
  package static func rawDigits() throws -> (training: LabSamples, test: LabSamples) {
    let digits = try ImageSet.digits()
    func samples(_ images: ImageDataset) -> LabSamples {
      let rows = (0..<images.count).map { row in
        images.bytes[(row * 64)..<((row + 1) * 64)].map { Double($0) }
      }
      return LabSamples(rows, labels: images.labels.map { Int($0) }, classes: (0..<10).map { "\($0)" })
    }
    guard let test = digits.test else { throw ApusError("the digits have no test set") }
    return (samples(digits.training), samples(test))
  }
}
