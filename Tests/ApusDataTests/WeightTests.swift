import ApusCore
import ApusData
import Testing

/// Rows that count more than others.
@Suite struct WeightTests {
  private static let header = "a,b,count,price"

  /// Prices of 2a + b, and a weight for each row.
  private func csv(_ rows: Int = 40, header: String? = header, weight: (Int) -> String = { "\($0 % 4)" })
    -> String
  {
    ((header.map { [$0] } ?? [])
      + (0..<rows).map { row in
        let (a, b) = (Double(row * 7 % 40) / 4, Double(row * 11 % 40) / 8)
        return "\(a),\(b),\(weight(row)),\(2 * a + b + Double(row % 5) / 10)"
      }).joined(separator: "\n") + "\n"
  }

  @Test func theColumnIsNeitherInputNorTarget() throws {
    let task = try parse(csv()).task(target: "price", weights: "count")
    #expect(task.schema.inputs == [0, 1] && task.schema.weights == 2 && task.target.index == 3)
    #expect(task.schema.whyWeights == "column 3 \"count\" has the rows' weights, as asked")
    #expect(task.weights == (0..<40).map { Float($0 % 4) })
    // A weight of 0 leaves the row out, as a missing target does.
    #expect(task.rows == (0..<40).filter { $0 % 4 != 0 })
    #expect(task.notes.contains("10 rows with a weight of 0 are left out"))
    let split = try task.split(validation: 0.1, test: 0.2, seed: 1)
    #expect(split.training.inputShape == [2])
    for part in [split.training, split.validation, split.test] {
      let subset = try #require(part as? DatasetSubset)
      #expect(subset.weights == subset.indices.map { Float($0 % 4) } && subset.weights?.contains(0) == false)
    }
    guard case .table(let fitted)? = split.preprocessing else {
      Issue.record("no preprocessing")
      return
    }
    #expect(fitted.weights == WeightColumn(name: "count", number: 3))
    #expect(fitted.format.expectedNames == ["a", "b", "price", "count"])
  }

  /// The target that isn't named is not the weights.
  @Test func theWeightsAreNotTheDefaultTarget() throws {
    let last = try parse(csv(header: "a,b,price,w") { "\($0 % 3 + 1)" })
    #expect(try last.task(weights: "4").target.index == 2)
    let named = try parse(csv(header: "a,b,y,price") { "\($0 % 3 + 1)" })
    #expect(try named.task().target.index == 2)
    #expect(try named.task(weights: "y").target.index == 3)
    // Left out as an input, which it is not.
    #expect(try named.task(weights: "y", leaveOut: ["y"]).schema.weights == 2)
    let alone = message { _ = try parse("w\n1\n2\n").task(weights: "w") }
    #expect(alone.contains("no column beside the weights"))
  }

  /// Both the mean and the deviation of the target are those of the repeated rows; those of inputs are not weighted.
  @Test func theTargetIsScaledByWeight() throws {
    let table = try parse(csv())
    let task = try table.task(target: "price", weights: "count")
    let plain = try parse(csv()).task(target: "price", leaveOut: ["count"])
    let repeated = table.rows((0..<40).flatMap { Array(repeating: $0, count: $0 % 4) })
    let expected = try repeated.task(target: "price", leaveOut: ["count"])
    func fitted(_ task: TableTask) throws -> FittedTable {
      try task.fit(task.unsplit().training)
    }
    let (found, truth) = (try fitted(task), try fitted(expected))
    #expect(abs(found.targets.scales[0].mean - truth.targets.scales[0].mean) < 1e-12)
    #expect(abs(found.targets.scales[0].deviation - truth.targets.scales[0].deviation) < 1e-12)
    #expect(found.targets != (try fitted(plain)).targets)
    // Of rows of weight 1 and more, each once.
    let rows = (0..<40).filter { $0 % 4 != 0 }
    let mean = rows.reduce(0.0) { $0 + Double($1 * 7 % 40) / 4 } / 30
    #expect(abs(found.preprocessing.columns[0].scalings[0].mean - mean) < 1e-12)
  }

  @Test(arguments: [
    ("", "the weight is missing"), ("-2", "the weight is \"-2\""), ("many", "the weight is \"many\""),
    ("1e40", "from 1e-30 to 1e+30"), ("1e-40", "from 1e-30 to 1e+30"),
  ])
  func wrongWeightsAreNamedByTheirRow(_ cell: String, _ problem: String) throws {
    let table = try parse(csv { $0 == 16 ? cell : "\($0 % 4)" })
    let text = message { _ = try table.task(target: "price", weights: "count") }
    #expect(text.contains("t.csv, row 17, column 3 \"count\"") && text.contains(problem), "\(text)")
    #expect(text.contains("expected 0") && text.contains("a weight of 0 leaves the row out"), "\(text)")
    // Of a row without a target it is of no account.
    var columns = table.columns
    if case .numbers(let cells) = columns[3].cells {
      var numbers = Array(cells)
      numbers[16] = .nan
      columns[3].cells = .numbers(StoredValues(numbers))
    }
    let unknown = try Table(name: "t.csv", columns: columns)
    #expect(try unknown.task(target: "price", weights: "count").rows.contains(16) == false)
  }

  @Test func wrongColumnsAreNamed() throws {
    let table = try parse(csv())
    let missing = message { _ = try table.task(target: "price", weights: "cuont") }
    #expect(missing.contains("there is no column \"cuont\"") && missing.contains("did you mean"))
    let target = message { _ = try table.task(target: "price", weights: "price") }
    #expect(target.contains("is the target, and is to be the weights"))
    let zero = message { _ = try parse(csv { _ in "0" }).task(target: "price", weights: "count") }
    #expect(zero.contains("all 40 rows have a weight of 0") && zero.contains("column 3 \"count\""))
    // Some rows count, but none of those trained on.
    let some = try parse(csv { $0 < 20 ? "0" : "1" }).task(target: "price", weights: "count")
    let split = try Split.explicit(training: Array(0..<10), test: Array(20..<40))
    #expect(message { _ = try some.fit(split.training) }.contains("all 10 rows have a weight of 0"))
    let single = message {
      _ = try parse(csv { $0 == 3 ? "1" : "0" }).task(target: "price", weights: "count")
    }
    #expect(single.contains("a single row") && single.contains("a weight above 0"))
  }

  @Test func newRowsMayLackIt() throws {
    let task = try parse(csv()).task(target: "price", weights: "count")
    let fitted = try task.fit(task.unsplit().training)
    // In the file's own words.
    let schema = try InputSchema(jsonText: InputSchema.table(fitted.preprocessing).jsonText(), name: "model")
    #expect(schema == .table(fitted.preprocessing))

    let with = try fitted.apply(to: parse("count,price,b,a\n2,3,1,1\n0,3,1,1\n,,1,1\n"))
    #expect(with.dataset.weights == [2, 0, 0] && with.rowsWithTarget == [0])
    #expect(with.notes.contains("rows count by their weights in column 1 \"count\""))
    #expect(with.notes.contains("1 row with a weight of 0 is left out"))
    let without = try fitted.apply(to: parse("price,b,a\n3,1,1\n3,1,2\n"))
    #expect(without.dataset.weights == nil && without.rowsWithTarget == [0, 1])
    #expect(without.notes.contains("there is no column \"count\" of weights: each row counts once"))
    #expect(try fitted.apply(to: parse("b,a\n1,1\n")).notes.isEmpty)
    let wrong = try parse("count,price,b,a\n2,3,1,1\n-1,3,1,1\n")
    #expect(message { _ = try fitted.apply(to: wrong) }.contains("row 2, column 1 \"count\""))
    // For predictions it may hold anything.
    let ignored = try fitted.apply(to: wrong, readsTargets: false)
    #expect(ignored.dataset.weights == nil && ignored.notes.isEmpty)
  }

  @Test func withoutAHeaderByPlace() throws {
    let task = try parse(csv(header: nil)).task(target: "4", weights: "3")
    let fitted = try task.fit(task.unsplit().training)
    #expect(fitted.preprocessing.weights?.number == 3 && !fitted.preprocessing.hasHeader)
    let features = try fitted.apply(to: parse("1,2,1,5\n3,4,2,6\n", TableFormat(hasHeader: false)))
    #expect(features.dataset.weights == [1, 2])
    for text in ["1,2,1\n3,4,2\n", "1,2\n3,4\n"] {
      let new = try fitted.apply(to: parse(text, TableFormat(hasHeader: false)))
      #expect(new.dataset.features == features.dataset.features && !new.hasTarget)
    }
    let text = message {
      _ = try fitted.apply(to: parse("1\n2\n", TableFormat(hasHeader: false)))
    }
    #expect(text.contains("all but target and weights (columns 4, 3)"))
  }

  @Test func damagedModelsAreFound() throws {
    let task = try parse(csv()).task(target: "price", weights: "count")
    var fitted = try task.fit(task.unsplit().training).preprocessing
    fitted.weights?.number = 1
    let text = try InputSchema.table(fitted).jsonText()
    #expect(message { _ = try InputSchema(jsonText: text, name: "m") }.contains("\"count\" is damaged"))
  }

  /// A model goes on with rows of other weights.
  @Test func anotherTaskHasItsOwnWeights() throws {
    let task = try parse(csv()).task(target: "price", weights: "count")
    let fitted = try task.fit(task.unsplit().training)
    let plain = try parse(csv()).task(target: "price", leaveOut: ["count"])
    #expect(
      try plain.fit(plain.unsplit().training, inputsOf: fitted.preprocessing).preprocessing.weights == nil)
    let input = try parse(csv { "\($0 % 4 + 1)" }).task(target: "price", weights: "b")
    let text = message { _ = try input.fit(input.unsplit().training, inputsOf: fitted.preprocessing) }
    #expect(text.contains("\"b\" has the weights here, and is an input of the model"), "\(text)")
  }

  @Test func describedAndSurveyed() throws {
    let table = try parse(csv())
    let summary = try DataSummary(table, target: "price", weights: "count")
    #expect(summary.columns[2].role == .weights)
    #expect(summary.targetAssociations.map(\.first).sorted() == ["a", "b"])
    #expect(summary.lines().contains("column 3 \"count\" has the rows' weights, as asked"))
    #expect(message { _ = try DataSummary(table, weights: "w") }.contains("there is no column \"w\""))
  }

  @Test func arraysOfAProgram() throws {
    func make(_ weights: [Float]?) throws -> [Float]? {
      try TableDataset(
        features: [1, 2, 3], inputShape: [1], values: [4, 5, 6], names: ["y"], weights: weights
      )
      .weights
    }
    #expect(try make(nil) == nil && make([1, 0, 2.5]) == [1, 0, 2.5])
    #expect(message { _ = try make([1, 2]) }.contains("2 weights for 3 rows"))
    #expect(message { _ = try make([1, -1, 2]) }.contains("row 2 has a weight of -1"))
    #expect(message { _ = try make([1, 2, .nan]) }.contains("row 3 has a weight of nan"))
    #expect(message { _ = try make([.infinity, 2, 1]) }.contains("row 1 has a weight of inf"))
    #expect(message { _ = try make([0, 0, 0]) }.contains("all 3 rows have a weight of 0"))
    let classes = try TableDataset(
      features: [1, 2], inputShape: [1], labels: [0, 1], names: ["a", "b"], weights: [1, 2])
    let labels = try TableDataset(
      features: [1, 2], inputShape: [1], indicators: [0, 1], labels: ["a"], weights: [3, 4])
    #expect(classes.subset([1]).weights == [2] && labels.subset([1, 0]).subset([0]).weights == [4])
    #expect(
      message {
        _ = try TableDataset(
          features: [1, 2], inputShape: [1], indicators: [0, 1], labels: ["a"], weights: [3])
      }.contains("1 weights for 2 rows"))
  }
}
