import Apus
import Testing

/// What the report says holds for the run that it is of, within what its rows can tell.
@Suite struct SentenceTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ yaml: String) throws -> RunResult {
    let configuration = try RunConfiguration.load(yaml: folder.write("x.yaml", yaml))
    return try RunPlan(configuration, folder: folder.path("run"), overwrite: true).run()
  }

  private func value(_ name: String, _ value: Double, _ error: Double) -> MetricValue {
    MetricValue(name: name, value: value, standardError: error)
  }

  private func classes(
    training: (Double, Double), test: (Double, Double), rows: Int = 100
  ) throws -> RunHeadline {
    var result = try run("data: {source: iris}\nmodel: {hidden: [4]}\ntraining: {epochs: 2}")
    result.outcome.training = [value("accuracy", training.0, training.1)]
    result.outcome.test = [value("accuracy", test.0, test.1)]
    (result.trainingCount, result.evaluatedCount) = (400, rows)
    return RunHeadline(result)
  }

  /// A gap of one and a half standard errors is none.
  @Test(arguments: [
    (0.95, 0.90, 0.033, "no more different than chance allows"), (0.95, 0.80, 0.02, "learned by heart"),
    (0.95, 0.92, 0.005, "somewhat better than on new ones"), (0.90, 0.95, 0.02, "no more different"),
  ])
  func gaps(_ training: Double, _ test: Double, _ error: Double, _ expected: String) throws {
    let rows = Int(test * (1 - test) / (error * error))
    let headline = try classes(training: (training, 0.005), test: (test, error), rows: rows)
    #expect(headline.remarks.contains { $0.contains(expected) }, "\(headline.remarks)")
  }

  /// All of 33 rows are not all of the rows there are.
  @Test func aPerfectScoreHasAnInterval() throws {
    let headline = try classes(training: (1, 0), test: (1, 0), rows: 33)
    #expect(headline.sentence.contains("correctly for all of 33 rows"), "\(headline.sentence)")
    #expect(headline.sentence.contains("95 % confident: at least 91 % of new ones"))
    #expect(try !classes(training: (1, 0), test: (0.99, 0.01)).sentence.contains("confident"))
  }

  @Test func noBetterThanTheMostFrequentClass() throws {
    var result = try run("data: {source: iris}\nmodel: {hidden: [4]}\ntraining: {epochs: 2}")
    for (share, expected) in [
      (0.9, "the model is no better than that"), (0.78, "is within chance"), (0.5, "50 % of them."),
    ] {
      result.mostFrequentShare = share
      result.outcome.test = [value("accuracy", 0.8, 0.02)]
      #expect(
        RunHeadline(result).remarks.contains { $0.contains(expected) }, "\(RunHeadline(result).remarks)")
    }
  }

  @Test func varianceExplained() throws {
    var result = try run("data: {source: fish}\nmodel: {hidden: [4]}\ntraining: {epochs: 2}")
    for (share, expected) in [
      (0.9, "it explains 90 % of the variance"), (0.05, "so few rows do not tell"),
      (-0.2, "would be no worse"),
    ] {
      result.outcome.test = [value("rmse", 10, 1), value("r2", share, 0.04)]
      #expect(RunHeadline(result).sentence.contains(expected), "\(RunHeadline(result).sentence)")
    }
    // The doctor doesn't call it accuracy.
    let honest = try #require(
      result.outcomeFindings.first { $0.name == "result ± error" }
        ?? Doctor.examine(try ExaminedModel(result.configuration)).first { $0.name == "result ± error" })
    #expect(honest.result.figure.hasPrefix("r2 "), "\(honest.result.figure)")
  }

  /// Characters are counted, not windows; a text has a curve over steps, a sample and a command of its own.
  @Test func texts() throws {
    let text = String(repeating: "the quick brown fox jumps over the lazy dog.\n", count: 40)
    let result = try run(
      """
      data: {source: "\(folder.write("c.txt", text))", context: 16}
      model: {family: {gpt: {layers: 1, heads: 2, width: 16}}}
      training: {epochs: 1, batch: 16}
      """)
    let characters = result.evaluatedCount * 16
    #expect(RunHeadline(result).sentence.contains("\(grouped(characters)) characters"))
    let html = RunPage(result).html
    #expect(html.contains("apus generate") && !html.contains("apus predict"))
    #expect(html.contains("Training loss") && html.contains("What it writes on"))
    #expect(result.writtenText?.unicodeScalars.count == 300)
    #expect(result.stepLosses.points.count == result.history.epochs.last?.step)
  }

  @Test func oneEpochIsOne() throws {
    let result = try run("data: {source: iris}\nmodel: {hidden: [4]}\ntraining: {epochs: 1, batch: 16}")
    let html = RunPage(result).html
    #expect(!html.contains("1 epochs") && html.contains("Training loss"))
    let lines = try RunPlan(result.configuration, folder: folder.path("one")).reasons.lines
    #expect(!lines.contains { $0.contains("1 epochs") })
  }

  /// A schedule that was chosen is said with the rate that it changes; a rate that stays needs no word.
  @Test(arguments: [
    ("{family: cnn}", "digits", "adam at 0.004, schedule oneCycle"),
    ("{hidden: [4]}", "iris", "adam at 0.005, falling to 0 along a cosine"),
    ("{family: perceptron}", "xor", "sgd at 1"),
  ])
  func schedules(_ model: String, _ data: String, _ words: String) throws {
    let yaml = "data: {source: \(data)}\nmodel: \(model)\ntraining: {epochs: 1}"
    let configuration = try RunConfiguration.load(yaml: folder.write("s.yaml", yaml))
    let lines = try RunPlan(configuration, folder: folder.path("s")).reasons.lines
    let line = try #require(lines.first { $0.contains(" at ") }, "\(lines)")
    #expect(line.hasPrefix(words) && (line == words || line.hasPrefix(words + ", L2")), "\(line)")
  }

  @Test func oneOutputIsOne() throws {
    let words = message {
      _ = try run("data: {source: iris}\nmodel: {layers: [{dense: 1}]}\ntraining: {epochs: 1}")
    }
    #expect(words.contains("the model has 1 output for 3 classes"), "\(words)")
  }

  /// Many steps are a few means.
  @Test func stepLosses() {
    var losses = StepLosses()
    for step in 1...1000 { losses.add(Float(step), step: step) }
    #expect(losses.stride == 4 && losses.points.count == 250)
    #expect(losses.points[0].step == 2.5 && losses.points[0].loss == 2.5)
    #expect(losses.points[249].loss == 998.5)
  }
}
