import Apus
import TestSupport
import Testing

/// One model that predicts several numbers of a table, against least squares and metrics computed here.
@Suite struct SeveralTargetsTests {
  private let folder: TemporaryFolder
  /// `a`, `b`, and the targets, whose units are far apart.
  private let cells: [[Double]]
  private static let rows = 150

  init() throws {
    folder = try TemporaryFolder()
    let random = Philox(seed: 9, path: "several targets")
    cells = (0..<Self.rows).map { row in
      func normal(_ place: Int) -> Double { random.normal(UInt64(4 * row + place)) }
      let (a, b) = (10 + 3 * normal(0), 0.5 + 0.1 * normal(1))
      return [a, b, 900 + 40 * a - 300 * b + 25 * normal(2), 0.02 * a + 0.1 * b + 0.004 * normal(3)]
    }
    try write("t.csv")
  }

  /// - Parameter gaps: cells that are empty, by row and column.
  private func write(_ name: String, gaps: [(row: Int, column: Int)] = []) throws {
    let lines = cells.enumerated().map { row, cells in
      cells.enumerated().map { column, cell in
        gaps.contains { $0 == (row, column) } ? "" : "\(cell)"
      }.joined(separator: ",")
    }
    try folder.write(name, "a,b,Weight,Height\n" + lines.joined(separator: "\n") + "\n")
  }

  private func configuration(
    _ data: String, _ model: String = "family: linear", _ training: String = "", file: String = "t.csv"
  ) throws -> RunConfiguration {
    try RunConfiguration.load(
      yaml: folder.write(
        "x.yaml",
        """
        data: {source: \(folder.path(file)), seed: 3, validation: 0.1, \(data)}
        model: {\(model)}
        training: {seed: 1\(training)}
        """))
  }

  private func run(
    _ data: String, _ model: String = "family: linear", _ training: String = "", file: String = "t.csv",
    into name: String = "run"
  ) throws -> RunResult {
    try RunPlan(configuration(data, model, training, file: file), folder: folder.path(name), overwrite: true)
      .run()
  }

  private func rows(of part: String, in run: String = "run") throws -> [Int] {
    try FileBytes.text(of: folder.path("\(run)/split.csv")).split(separator: "\n").dropFirst()
      .filter { $0.hasSuffix(",\(part)") }.map { Int($0.split(separator: ",")[0])! - 1 }
  }

  /// The coefficients of a and b, and the constant, by the normal equations of raw columns.
  private func leastSquares(_ column: Int, _ rows: [Int]) -> [Double] {
    let x = rows.map { [cells[$0][0], cells[$0][1], 1] }
    var a = (0..<3).map { i in (0..<3).map { j in x.reduce(0) { $0 + $1[i] * $1[j] } } }
    var b = (0..<3).map { i in zip(x, rows).reduce(0) { $0 + $1.0[i] * cells[$1.1][column] } }
    for k in 0..<3 {
      for i in (k + 1)..<max(3, k + 1) {
        let part = a[i][k] / a[k][k]
        for j in k..<3 { a[i][j] -= part * a[k][j] }
        b[i] -= part * b[k]
      }
    }
    for k in [2, 1, 0] {
      for j in (k + 1)..<max(3, k + 1) { b[k] -= a[k][j] * b[j] }
      b[k] /= a[k][k]
    }
    return b
  }

  @Test func leastSquaresOfEach() throws {
    let result = try run("targets: [Weight, Height]")
    #expect(result.task == .regression && result.kept.rule == .closedForm)
    #expect(result.model.objective?.targets == .values(names: ["Weight", "Height"]))
    let linear = try #require(result.linear)
    #expect(linear.rules.map(\.name) == ["Weight", "Height"])
    #expect(linear.closedForm?.isSolution == true && linear.closedForm?.coefficients == 3)
    for (rule, column) in zip(linear.rules, [2, 3]) {
      let expected = leastSquares(column, try rows(of: "training"))
      let found = Dictionary(rule.terms.map { ($0.name, $0.weight) }) { $1 }
      for (value, truth) in zip([found["a"] ?? 0, found["b"] ?? 0, rule.intercept], expected) {
        #expect(abs(value - truth) < 1e-4 * abs(truth), "\(rule) \(expected)")
      }
    }
    // Scaled each on its own, by the training rows.
    let training = try rows(of: "training")
    for (scale, column) in zip(result.model.objective?.scales ?? [], [2, 3]) {
      let values = training.map { cells[$0][column] }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      #expect(abs(scale.mean - mean) < 1e-9 * mean && abs(scale.deviation - variance.squareRoot()) < 1e-9)
    }
  }

  /// What each target would have alone, bit by bit: closed form, penalties, and gradient descent.
  @Test(arguments: ["linear", "{ridge: {lambda: 40}}"])
  func asTwoRuns(_ family: String) throws {
    let both = try run("targets: [Weight, Height]", "family: \(family)")
    let source = try DataSource.open(folder.path("t.csv"))
    let found = try both.model.predict(source)
    #expect(found.numberNames == ["Weight", "Height"] && found.count == Self.rows)
    for (place, (target, other)) in [("Weight", "Height"), ("Height", "Weight")].enumerated() {
      let alone = try run("target: \(target), leaveOut: [\(other)]", "family: \(family)", into: "alone")
      let expected = try alone.model.predict(source)
      #expect(expected.predictions == (0..<Self.rows).map { found.predictions[2 * $0 + place] })
      #expect(alone.test["r2"] == both.targets(.test)[place].metrics["r2"])
    }
  }

  /// The kept epoch is that of the loss over both targets: of lasso the last is compared.
  @Test func descentAndLassoAsTwoRuns() throws {
    for (family, training, tolerance) in [
      ("linear", ", epochs: 40", 1e-3), ("{lasso: {lambda: 30}}", ", keep: last", 1e-4),
    ] {
      let both = try run("targets: [Weight, Height]", "family: \(family)", training)
      for (place, (target, other)) in [("Weight", "Height"), ("Height", "Weight")].enumerated() {
        let alone = try run(
          "target: \(target), leaveOut: [\(other)]", "family: \(family)", training, into: "alone")
        for name in ["rmse", "mae", "r2"] {
          let (one, two) = (
            alone.test[name]?.value ?? 0, both.targets(.test)[place].metrics[name]?.value ?? 1
          )
          #expect(abs(one - two) < tolerance * abs(one), "\(family) \(name) \(one) \(two)")
        }
      }
    }
  }

  @Test func metricsOverallAndOfEach() throws {
    let result = try run("targets: [Weight, Height]", "hidden: [8]", ", epochs: 20")
    let test = try rows(of: "test")
    let predictions = try result.model.predict(Table.read(folder.path("t.csv")))
    var (squares, sizes, shares): ([Double], [Double], [Double]) = ([], [], [])
    for (place, column) in [2, 3].enumerated() {
      let truth = test.map { cells[$0][column] }
      let errors = zip(test, truth).map { predictions[$0].values[place] - $1 }
      let mean = truth.reduce(0, +) / Double(truth.count)
      let square = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
      let spread = truth.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(errors.count)
      squares.append(square)
      sizes.append(errors.reduce(0) { $0 + abs($1) } / Double(errors.count))
      shares.append(1 - square / spread)
      let own = result.targets(.test)[place]
      #expect(own.name == ["Weight", "Height"][place])
      for (name, value) in [("rmse", square.squareRoot()), ("mae", sizes[place]), ("r2", shares[place])] {
        #expect(abs((own.metrics[name]?.value ?? 0) - value) < 1e-5 * abs(value), "\(name)")
      }
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    for (name, value) in [
      ("mse", mean(squares)), ("rmse", mean(squares).squareRoot()), ("mae", mean(sizes)),
      ("r2", mean(shares)),
    ] {
      #expect(abs((result.test[name]?.value ?? 0) - value) < 1e-5 * abs(value), "\(name) \(result.test)")
    }
    // The file says the same, of every part.
    let json = result.json
    let own = try #require(json["targets"]?.arrayValue)
    #expect(own.map { $0["name"]?.stringValue } == ["Weight", "Height"])
    for part in ["train", "validation", "test"] {
      #expect(own.allSatisfy { $0[part]?["r2"]?.doubleValue != nil && $0["standardErrors"]?[part] != nil })
    }
    let table = TargetTable(result.targetParts).lines().joined(separator: "\n")
    #expect(table.hasPrefix("each target") && table.contains("Weight") && table.contains("Height"))
    let evaluated = try result.model.evaluate(DataSource.open(folder.path("t.csv")))
    #expect(evaluated.targets.map(\.name) == ["Weight", "Height"] && evaluated.unseenTargets.count == 2)
    #expect(EvaluationObject(evaluated).json["targets"]?.arrayValue?.count == 2)
  }

  /// The error of the mean R² is that of the rows' mean influences: of two targets that are copies, that of one.
  @Test func standardErrorsAreOfRows() throws {
    let random = Philox(seed: 2, path: "errors")
    let truth = (0..<40).map { random.normal(UInt64($0)) }
    let predictions = truth.indices.map { truth[$0] + 0.5 * random.normal(UInt64(100 + $0)) }
    func samples(_ copies: Int) -> EvaluatedSamples {
      EvaluatedSamples(
        width: copies, predictions: predictions.flatMap { Array(repeating: $0, count: copies) }, labels: [],
        values: truth.flatMap { Array(repeating: $0, count: copies) },
        losses: Array(repeating: 0, count: truth.count))
    }
    let metrics: [any Metric] = [MSE(), RMSE(), MAE(), R2()]
    for metric in metrics {
      let (one, three) = (try #require(metric(samples(1))), try #require(metric(samples(3))))
      #expect(abs(one.value - three.value) < 1e-12)
      #expect(abs((one.standardError ?? 0) - (three.standardError ?? 1)) < 1e-12, "\(metric)")
    }
    // Of a target that doesn't vary there is no share: the mean is over the others.
    var constant = samples(2)
    constant = EvaluatedSamples(
      width: 2, predictions: constant.predictions, labels: [],
      values: constant.values.enumerated().map { $0 % 2 == 1 ? 4 : $1 }, losses: constant.losses)
    #expect(R2()(constant)?.value == R2()(samples(1))?.value)
  }

  @Test func gapsInOneOfThem() throws {
    try write("gaps.csv", gaps: [(7, 2), (9, 3), (11, 3)])
    let result = try run("targets: [Weight, Height]", file: "gaps.csv")
    #expect(
      result.notes.contains("3 rows without a target in each of the 2 columns are left out"),
      "\(result.notes)")
    let used = try ["training", "validation", "test"].flatMap { try rows(of: $0) }
    #expect(used.count == Self.rows - 3 && !used.contains(7) && !used.contains(9) && !used.contains(11))
    // Predicted all the same, and judged by the others.
    let source = try DataSource.open(folder.path("gaps.csv"))
    #expect(try result.model.predict(source).count == Self.rows)
    #expect(try result.model.evaluate(source).samples == Self.rows - 3)
    try folder.write("half.csv", "a,b,Weight\n1,2,3\n")
    let text = message { _ = try result.model.evaluate(DataSource.open(folder.path("half.csv"))) }
    #expect(text.contains("the columns “Weight”, “Height”"), "\(text)")
  }

  @Test func filesSayWhichIsWhich() throws {
    // A list in the place of one target, and what the run leaves.
    let result = try run("target: [Weight, Height]")
    #expect(
      result.configuration.data.targets == ["Weight", "Height"] && result.configuration.data.target == nil)
    let again = try RunConfiguration.load(yaml: folder.path("run/config.yaml"))
    let rerun = try RunPlan(again, folder: folder.path("again")).run()
    #expect(rerun.model.bits == result.model.bits)
    let table = try result.model.predict(DataSource.open(folder.path("t.csv")))
    let lines = table.csv().split(separator: "\n")
    #expect(lines.count == Self.rows + 1 && lines[0] == "Weight,Height")
    let first = lines[1].split(separator: ",").compactMap { Double($0) }
    #expect(abs(first[0] - cells[0][2]) < 150 && abs(first[1] - cells[0][3]) < 0.05)
    let history = try FileBytes.text(of: folder.path("run/history.csv"))
    #expect(!history.contains("Weight"))
  }

  @Test func spreadOfEach() throws {
    let result = try run("targets: [Weight, Height]", "hidden: [8], dropout: 0.3", ", epochs: 3")
    let table = try result.model.predict(DataSource.open(folder.path("t.csv")), passes: 8)
    #expect(table.csv().hasPrefix("Weight,Height,deviation_Weight,deviation_Height\n"))
    #expect(table.deviations.count == 2 * Self.rows)
    // Of a few rows no unit of the network is active, whatever is dropped.
    for target in 0..<2 {
      let own = stride(from: target, to: table.deviations.count, by: 2).map { table.deviations[$0] }
      #expect(own.count { $0 > 0 } > Self.rows / 2)
    }
  }

  @Test func foldsHaveEach() throws {
    let validation = try CrossValidation(
      configuration("targets: [Weight, Height]"), folds: 3, folder: folder.path("folds"))
    let result = try validation.run()
    #expect(result.targetScores.map(\.name) == ["Weight", "Height"])
    #expect(result.targetScores.allSatisfy { $0.scores.first { $0.name == "r2" }?.values.count == 3 })
    #expect(
      result.predictions.hasPrefix("row,fold,true_Weight,predicted_Weight,true_Height,predicted_Height\n"))
    #expect(result.predictions.split(separator: "\n").count == Self.rows + 1)
    #expect(result.json["targets"]?.arrayValue?.count == 2)
    #expect(FoldsPage(result).html.contains("Predicted against true of Height"))
    #expect(FoldTable(result).lines().contains("Weight"))
  }

  @Test func reportAndDoctor() throws {
    var plan = try RunPlan(
      configuration("targets: [Weight, Height]"), folder: folder.path("run"), overwrite: true)
    let leak = try #require(plan.examine().first { $0.name == "leaking columns" })
    let result = try plan.run()
    // Neither of the targets tells the other: they are no inputs.
    #expect(!leak.result.figure.contains("Weight") && !leak.result.figure.contains("Height"))
    let html = RunPage(result).html
    for text in [
      "Predicted against true of Weight", "Residuals of Height", "Each target",
      "“Weight”, “Height” are the targets (regression)", "The model predicts 2 numbers on 30 rows",
      "The mean R² of the targets is",
    ] {
      #expect(html.contains(text), "\(text)")
    }
    #expect(result.residuals.count == 60 && result.residuals(ofTarget: 1).count == 30)
    #expect(result.residuals(ofTarget: 1).allSatisfy { $0.truth < 1 })
    let found = try Search(configuration("targets: [Weight, Height]", "hidden: [4]"), trials: 2, metric: "r2")
    {
      Vary(\.training.learningRate, [0.01, 0.02])
    }.run(folder: folder.path("search"))
    #expect(found.best.score.isFinite)
  }

  @Test func arraysOfTargets() throws {
    func doubles(_ values: [Double]) -> [UInt8] {
      values.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
    }
    let x = npy("<f8", [Self.rows, 2], doubles(cells.flatMap { $0.prefix(2) }))
    let y = npy("<f8", [Self.rows, 2], doubles(cells.flatMap { $0.suffix(2) }))
    try folder.write("t.npz", storedZip([("x.npy", x), ("y.npy", y)]))
    let result = try run("scaling: standardize", file: "t.npz")
    #expect(result.model.objective?.targets == .values(names: ["y1", "y2"]))
    let table = try run("targets: [Weight, Height]", into: "table")
    #expect(result.test["r2"] == table.test["r2"])
    // A column of 0 and 1 beside numbers is one of them: an array is of one kind.
    let mixed = npy(
      "<f8", [Self.rows, 2], doubles(cells.indices.flatMap { [cells[$0][2], Double($0 % 2)] }))
    try folder.write("mixed.npz", storedZip([("x.npy", x), ("y.npy", mixed)]))
    #expect(try run("scaling: standardize", file: "mixed.npz").task == .regression)
    let marks = npy("|u1", [Self.rows, 2], (0..<(2 * Self.rows)).map { UInt8($0 * 7 % 3 % 2) })
    try folder.write("marks.npz", storedZip([("x.npy", x), ("y.npy", marks)]))
    #expect(try run("scaling: standardize", "hidden: [4]", file: "marks.npz").task == .multiLabel)
  }

  @Test func inTheLibrary() throws {
    let split = try Table.read(folder.path("t.csv")).task(targets: ["Weight", "Height"]).split(seed: 1)
    var model = try Model(for: split, seed: 1) { Dense(2) }
    try model.fit(split, epochs: 30, batch: 16, optimizer: .adam(0.05))
    let results = try model.results(on: split.test)
    #expect(results.targetMetrics().map(\.name) == ["Weight", "Height"])
    #expect(results.targetMetrics().allSatisfy { $0.metrics["r2"]?.value ?? 0 > 0.8 })
  }
}
