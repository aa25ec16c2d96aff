import ApusCore
import ApusData
import Testing

@Suite struct FeatureTests {
  private let rows: [Float] = [1, 2, 3, 1, -1, 0, 0, 4, 2, -2, 0.5, 1, 2, 2, -3, 1, 1, 1]
  private let names = ["a", "b", "c"]

  @Test func polynomials() throws {
    let fitted = try Polynomial(degree: 2).fit([1, 2, 3, 4, 5, 7], names: ["a", "b"])
    #expect(fitted.names == ["a", "b", "a²", "a·b", "b²"])
    let made = fitted.apply(to: [1, 2, 3, 4, 5, 7], rows: 3)
    #expect(made[0] == 1 && made[1] == 2 && made[5] == 3 && made[6] == 4)
    // a·b is 2, 12, 35: mean 49/3, deviation √(Σ(x − m)²/3).
    let mean = 49.0 / 3
    let deviation = ([2.0, 12, 35].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3).squareRoot()
    #expect(abs(Double(made[8]) - (12 - mean) / deviation) < 1e-6)
    #expect(try Polynomial(degree: 3).fit([1, 2, 3, 5], names: ["x"]).names == ["x", "x²", "x³"])
    // 0 and 1 are their own squares.
    #expect(
      try Polynomial().fit([0, 1, 1, 3, 0, 4], names: ["f", "x"]).names == ["f", "x", "f·x", "x²"])
  }

  @Test func tooManyProducts() {
    let names = (0..<300).map { "\($0)" }
    #expect(throws: ApusError.self) {
      try Polynomial(degree: 3).fit([Float](repeating: 0, count: 600), names: names)
    }
  }

  /// Whitened components have variance 1 and no correlation, on the rows that they were fitted to.
  @Test func whitening() throws {
    let fitted = try PCA(epsilon: 0).fit(rows, names: names)
    #expect(fitted.names == ["component 1", "component 2", "component 3"])
    let white = fitted.apply(to: rows, rows: 6).map { Double($0) }
    for i in 0..<3 {
      for j in 0..<3 {
        let covariance = (0..<6).reduce(0.0) { $0 + white[$1 * 3 + i] * white[$1 * 3 + j] } / 6
        #expect(abs(covariance - (i == j ? 1 : 0)) < 1e-5)
      }
    }
  }

  /// NumPy: numpy.linalg.eigvalsh of the covariance of these rows.
  @Test func componentsAreEigenvectors() throws {
    let fitted = try PCA(whiten: false).fit(rows, names: names)
    let means = (0..<3).map { feature in (0..<6).reduce(0.0) { $0 + Double(rows[$1 * 3 + feature]) } / 6 }
    var covariance = [[Double]](repeating: [0, 0, 0], count: 3)
    for i in 0..<3 {
      for j in 0..<3 {
        covariance[i][j] =
          (0..<6).reduce(0.0) {
            $0 + (Double(rows[$1 * 3 + i]) - means[i]) * (Double(rows[$1 * 3 + j]) - means[j])
          } / 6
      }
    }
    let projected = fitted.apply(to: rows, rows: 6).map { Double($0) }
    var last = Double.infinity
    for component in 0..<3 {
      let v = Array(fitted.matrix[(component * 3)..<((component + 1) * 3)])
      let variance =
        (0..<6).reduce(0.0) { $0 + projected[$1 * 3 + component] * projected[$1 * 3 + component] } / 6
      #expect(variance <= last)
      last = variance
      for i in 0..<3 {
        let image = (0..<3).reduce(0.0) { $0 + covariance[i][$1] * v[$1] }
        #expect(abs(image - variance * v[i]) < 1e-5)
      }
      #expect(abs(v.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
      #expect(v.max { abs($0) < abs($1) }! > 0)
    }
  }

  @Test func fewerComponentsAndNoVariance() throws {
    #expect(try PCA(components: 2).fit(rows, names: names).names.count == 2)
    // The third feature is the sum of the others.
    let dependent: [Float] = [1, 2, 3, 4, 1, 5, 0, 7, 7, 2, 2, 4]
    #expect(try PCA().fit(dependent, names: names).names.count == 2)
    #expect(throws: ApusError.self) { try PCA().fit([1, 1, 1, 1, 1, 1], names: names) }
  }

  @Test func largerMatricesAreDecomposed() throws {
    let random = Philox(seed: 4)
    let count = 40
    let rows = (0..<(200 * count)).map { Float(random.uniform(UInt64($0))) }
    let fitted = try PCA(epsilon: 0).fit(rows, names: (0..<count).map { "\($0)" })
    let white = fitted.apply(to: rows, rows: 200).map { Double($0) }
    for (i, j) in [(0, 0), (0, 39), (17, 17), (17, 18), (39, 39)] {
      let covariance = (0..<200).reduce(0.0) { $0 + white[$1 * count + i] * white[$1 * count + j] } / 200
      #expect(abs(covariance - (i == j ? 1 : 0)) < 1e-4)
    }
  }

  // MARK: In a table

  private func table() throws -> Table {
    let a: [Double] = (0..<40).map { Double($0 % 7) }
    let b: [Double] = (0..<40).map { Double($0 % 5) * 10 }
    let y: [Double] = zip(a, b).enumerated().map { $1.0 * $1.1 / 10 + Double($0) / 100 }
    return try Table(
      name: "t",
      columns: [
        Table.Column("a", numbers: a), Table.Column("b", numbers: b), Table.Column("y", numbers: y),
      ])
  }

  @Test func stepsAreFittedOnTrainingRowsAndTravel() throws {
    let task = try TableTask(table(), target: "y")
    let split = try task.split(Split.Options(validation: 0.2, test: 0.2, seed: 1))
    let options = TablePreprocessing.Options(steps: [Polynomial(degree: 2), PCA(components: 3)])
    let fitted = try task.fit(split.training, options: options)
    let preprocessing = fitted.preprocessing
    #expect(preprocessing.inputShape == [3])
    #expect(preprocessing.featureNames == ["component 1", "component 2", "component 3"])
    let all = try fitted.apply(to: table()).dataset
    // Whitened on the training rows alone.
    let batch = try all.batch(split.training.indices).arrays()
    for feature in 0..<3 {
      let values = (0..<batch.count).map { Double(batch.inputs[$0 * 3 + feature]) }
      let variance = values.reduce(0) { $0 + $1 * $1 } / Double(batch.count)
      #expect(abs(variance - 1) < 0.01)
    }
    let schema = InputSchema.table(preprocessing)
    #expect(try InputSchema(jsonText: schema.jsonText(), name: "inputs") == schema)
  }

  @Test(arguments: [
    (NumberScaling.Kind.center, -3.0, 3.0), (.minMax, 0, 1), (.none, 0, 6),
  ])
  func scalings(_ kind: NumberScaling.Kind, _ least: Double, _ most: Double) throws {
    let task = try TableTask(table(), target: "y")
    let fitted = try task.fit(task.unsplit().training, options: TablePreprocessing.Options(scaling: kind))
    let data = try fitted.apply(to: table()).dataset
    let batch = try data.batch(Array(0..<40)).arrays()
    let values = (0..<40).map { Double(batch.inputs[$0 * 2]) }
    let shift = kind == .center ? -(0..<40).reduce(0.0) { $0 + Double($1 % 7) } / 40 - least : 0
    #expect(abs(values.min()! - least - shift) < 1e-5 && abs(values.max()! - most - shift) < 1e-5)
  }

  @Test func damagedStepsAreRefused() throws {
    let task = try TableTask(table(), target: "y")
    let options = TablePreprocessing.Options(steps: [Polynomial(degree: 2)])
    let preprocessing = try task.fit(task.unsplit().training, options: options).preprocessing
    let text = try InputSchema.table(preprocessing).jsonText()
    #expect(throws: ApusError.self) {
      try InputSchema(jsonText: text.replacing("\"inputs\":2", with: "\"inputs\":1"), name: "inputs")
    }
  }
}
