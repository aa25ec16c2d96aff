import Apus
import Testing

/// A run whose rows have weights, from the file to the result.
@Suite struct WeightedRunTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Prices of 2a + b with noise; every third row counts for four.
  private static func csv(
    _ rows: Int, header: Bool = true, weight: (Int) -> String = { $0 % 3 == 0 ? "4" : "1" }
  )
    -> String
  {
    let random = Philox(seed: 9, path: "weighted")
    let lines = (0..<rows).map { row -> String in
      let (a, b) = (random.normal(UInt64(3 * row)), random.normal(UInt64(3 * row + 1)))
      let price = 2 * a + b + 0.3 * random.normal(UInt64(3 * row + 2))
      return "\(a),\(b),\(weight(row)),\(price)"
    }
    return ((header ? ["a,b,count,price"] : []) + lines).joined(separator: "\n") + "\n"
  }

  private func run(_ data: String, _ rest: String, _ name: String = "run") throws -> RunPlan {
    let text = "data: {\(data)}\n\(rest)\n".replacing("DIR", with: folder.path)
    return try RunPlan(
      RunConfiguration.load(yaml: folder.write("x.yaml", text)), folder: folder.path(name))
  }

  @Test func theFileRemembersTheColumn() throws {
    try folder.write("t.csv", Self.csv(120))
    let plan = try run("source: DIR/t.csv, weights: count", "model: {hidden: [8]}\ntraining: {epochs: 3}")
    #expect(plan.reasons.lines.contains("column 3 \"count\" has the rows' weights, as asked"))
    let result = try plan.run()
    #expect(plan.configuration.data.weights == "count" && plan.configuration.data.target == "price")
    let rerun = try RunConfiguration.load(yaml: folder.path("run/config.yaml"))
    #expect(rerun.data.weights == "count")
    #expect(try RunPlan(rerun).model.inputShape == [2])

    let saved = try Model(contentsOf: folder.path("run/model.safetensors"))
    func evaluate(_ text: String) throws -> Evaluation {
      try saved.evaluate(DataSource.open(folder.write("new.csv", text), format: saved.tableFormat))
    }
    // Four rows of weight 1 are one of weight 4.
    let rows = Self.csv(30).split(separator: "\n").map(String.init)
    let repeated = rows.flatMap { row -> [String] in
      let fields = row.split(separator: ",").map(String.init)
      guard fields[2] == "4" else { return [row] }
      return Array(repeating: "\(fields[0]),\(fields[1]),1,\(fields[3])", count: 4)
    }
    let (weighted, plain) = (try evaluate(Self.csv(30)), try evaluate(repeated.joined(separator: "\n")))
    #expect(weighted.samples == 30 && plain.samples == 60)
    for (metric, truth) in zip(weighted.metrics, plain.metrics) {
      #expect(metric.name == truth.name && abs(metric.value - truth.value) < 1e-5)
    }
    #expect(weighted.notes.contains("rows count by their weights in column 3 \"count\""))
    // Without the column each row counts once, which is said.
    let without = Self.csv(30).split(separator: "\n").map { row in
      row.split(separator: ",").enumerated().filter { $0.offset != 2 }.map(\.element).joined(separator: ",")
    }.joined(separator: "\n")
    let once = try evaluate(without)
    #expect(once.notes.contains("there is no column \"count\" of weights: each row counts once"))
    #expect(once.metrics.map(\.value) != weighted.metrics.map(\.value))
    let new = try DataSource.open(folder.write("new.csv", without), format: saved.tableFormat)
    #expect(try saved.predict(new).notes.isEmpty)
    // The run's own figures are weighted as the evaluation is.
    let all = try evaluate(Self.csv(120))
    #expect(all.metrics[0].value.isFinite && result.test[0].value.isFinite)
    // The result says so, and the column is no input of the doctor's.
    #expect(RunPage(result).html.contains("“count” has the rows’ weights and is no input"))
  }

  @Test func withoutAHeaderByNumber() throws {
    try folder.write("t.csv", Self.csv(80, header: false))
    let plan = try run("source: DIR/t.csv, weights: '3', target: '4'", "training: {epochs: 1}")
    #expect(plan.configuration.data.weights == "3")
    _ = try plan.run()
    #expect(try Model(contentsOf: folder.path("run/model.safetensors")).inputShape == [2])
  }

  @Test func testDataWithAndWithoutWeights() throws {
    try folder.write("t.csv", Self.csv(80))
    try folder.write("with.csv", Self.csv(20))
    try folder.write("without.csv", Self.csv(20).replacing("count", with: "other"))
    func notes(_ file: String) throws -> [String] {
      try run(
        "source: DIR/t.csv, weights: count, testData: DIR/\(file)", "training: {epochs: 1}", "run of \(file)"
      ).notes
    }
    let note = "the test data has no column \"count\" of weights: each of its rows counts once"
    #expect(try notes("with.csv").contains(note) == false)
    #expect(try notes("without.csv").contains(note))
  }

  /// The least training loss of the weighted rows is that of the repeated ones, and λ is beside the weighted sum.
  @Test(arguments: ["linear", "{ridge: {lambda: 3}}"])
  func closedForm(_ family: String) throws {
    try folder.write("t.csv", Self.csv(60))
    let rows = Self.csv(60).split(separator: "\n").map(String.init)
    let repeated = rows.flatMap { row in
      Array(repeating: row, count: row.contains(",4,") ? 4 : 1)
    }.joined(separator: "\n")
    try folder.write("r.csv", repeated)
    let scaling = "scaling: none, validation: 0, test: 0"
    let rest = "model: {family: \(family)}\ntraining: {epochs: 2}"
    let weighted = try run("source: DIR/t.csv, weights: count, \(scaling)", rest, "w")
    let plain = try run("source: DIR/r.csv, leaveOut: [count], \(scaling)", rest, "r")
    let (found, expected) = (try weighted.run().linear, try plain.run().linear)
    let (form, truth) = (try #require(found?.closedForm), try #require(expected?.closedForm))
    #expect(abs(form.loss - truth.loss) < 1e-6 * truth.loss, "\(form.loss), repeated \(truth.loss)")
    #expect(form.trained.isFinite)
    #expect(abs(found!.l2 - expected!.l2) < 1e-12)
    #expect(found!.residualDeviation!.isFinite)
    if family != "linear" {
      #expect(
        weighted.reasons.lines.contains { $0.contains("60 rows of weight 120") }, "\(weighted.reasons.lines)")
    }
  }

  /// Weights far from those that columns were standardized with do not let the steps overshoot.
  @Test func aHeavyRow() throws {
    try folder.write("t.csv", Self.csv(60) { $0 == 7 ? "1000" : "1" } + "9,-9,1000,9\n")
    let result = try run(
      "source: DIR/t.csv, weights: count, validation: 0, test: 0",
      "model: {family: linear}\ntraining: {epochs: 50}"
    ).run()
    #expect(result.training[0].value.isFinite)
  }

  /// A balance that weights make is one, and guessing is as good as the heaviest class.
  @Test func theDoctorCountsByWeight() throws {
    let labels = (0..<200).map { Int32($0 % 20 == 0 ? 1 : 0) }
    let features = (0..<400).map { Float($0 * 7 % 13) / 13 }
    func check(_ weights: [Float]?) throws -> Finding {
      let data = try TableDataset(
        features: features, inputShape: [2], labels: labels, names: ["no", "yes"], weights: weights)
      let model = try Model(input: [2], seed: 1) { Dense(2) }
      let examined = ExaminedModel(
        model, training: data,
        settings: TrainingSettings(optimizer: .adam(1e-3), batch: 32))
      return try #require(Doctor.examine(examined, at: .beforeTraining).first { $0.name == "class balance" })
    }
    let plain = try check(nil)
    #expect(plain.level != .ok && plain.result.figure.contains("10 of 200"), "\(plain.result.figure)")
    let balanced = try check(labels.map { $0 == 1 ? 19 : 1 })
    #expect(balanced.level == .ok && balanced.result.figure.contains("50 %"), "\(balanced.result.figure)")
  }

  @Test(arguments: [
    ("source: digits, weights: a", "data.weights: images have no columns"),
    ("source: DIR/c.txt, weights: a", "data.weights: a text has no columns"),
    ("source: DIR/t.csv, weights: cuont", "there is no column \"cuont\""),
    ("source: DIR/t.csv, weights: price, target: price", "is the target, and is to be the weights"),
  ])
  func refused(_ data: String, _ problem: String) throws {
    try folder.write("t.csv", Self.csv(40))
    try folder.write("c.txt", String(repeating: "To be, or not to be. ", count: 60))
    let text = message { _ = try run(data, "") }
    #expect(text.contains(problem) && text.contains("("), "\(text)")
    #expect(try folder.names() == ["c.txt", "t.csv", "x.yaml"])
  }
}
