import Apus
import Testing

/// Every sentence of report and terminal that hangs on something: said where it holds, and not said where it doesn't.
@Suite struct HeadlineTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ yaml: String) throws -> RunResult {
    let configuration = try RunConfiguration.load(yaml: folder.write("x.yaml", yaml))
    return try RunPlan(configuration, folder: folder.path("run"), overwrite: true).run()
  }

  private func iris(_ training: String = "epochs: 2", _ data: String = "") throws -> RunResult {
    try run("data: {source: iris\(data)}\nmodel: {hidden: [4]}\ntraining: {\(training)}")
  }

  private func value(_ name: String, _ value: Double, _ error: Double? = nil) -> MetricValue {
    MetricValue(name: name, value: value, standardError: error)
  }

  private func remarks(_ result: RunResult) -> String { RunHeadline(result).remarks.joined(separator: "\n") }

  // MARK: What was learned

  /// As many digits as the standard error has a say in, and none beside a perfect score.
  @Test(arguments: [
    (0.9764, 0.004, "97.6 % (± 0.4) of"), (0.9764, 0.04, "98 % (± 4) of"),
    (0.9764, 0.0004, "97.64 % (± 0.04) of"),
    (0.5, 0.0, "50.0 % of"), (1.0, 0.0, "all of"),
  ])
  func shares(_ share: Double, _ error: Double, _ words: String) throws {
    var result = try iris()
    result.outcome.test = [value("accuracy", share, error)]
    #expect(
      RunHeadline(result).sentence.contains("correctly for \(words)"), "\(RunHeadline(result).sentence)")
  }

  @Test func whichRowsItWasJudgedBy() throws {
    var result = try iris()
    #expect(RunHeadline(result).sentence.contains("30 rows that it has never seen"))
    result.evaluatedCount = 1
    #expect(RunHeadline(result).sentence.contains("1 row that it has never seen"))
    let untested = try iris("epochs: 2", ", test: 0")
    #expect(RunHeadline(untested).sentence.contains("15 rows set aside for validation"))
    #expect(remarks(untested).contains("The epoch was chosen by these very rows"))
    #expect(!remarks(untested).contains("On the training rows"), "nothing to compare them with")
    let last = try iris("epochs: 2, keep: last", ", test: 0")
    #expect(!remarks(last).contains("chosen by these very rows"))
    var all = try iris("epochs: 2", ", test: 0, validation: 0")
    #expect(RunHeadline(all).sentence.contains("the 150 rows that it was trained on"))
    #expect(remarks(all).contains("Nothing was set aside"))
    (all.outcome.training, all.trainingCount) = ([value("accuracy", 1, 0)], 400)
    #expect(
      RunHeadline(all).sentence.hasSuffix("for all of 150 rows that it was trained on."),
      "no word of new ones")
    #expect(!remarks(try iris()).contains("Nothing was set aside"))
  }

  @Test func severalLabels() throws {
    let rows = (0..<80).map { "\($0 % 9),\($0 * 7 % 13),\($0 % 9 > 4 ? 1 : 0),\($0 % 2)" }
    let path = try folder.write("l.csv", "a,b,one,two\n" + rows.joined(separator: "\n") + "\n")
    var result = try run(
      "data: {source: \(path), targets: [one, two]}\nmodel: {hidden: [4]}\ntraining: {epochs: 2}")
    let (f1, all) = (value("microF1", 0.8, 0.03), value("subsetAccuracy", 0.6, 0.05))
    result.outcome.test = [f1, all]
    let sentence = RunHeadline(result).sentence
    #expect(sentence.hasPrefix("The model finds the labels with an F1 of 0.80"), "\(sentence)")
    #expect(sentence.contains("and all of a sample’s labels right for 60 % (± 5) of them"), "\(sentence)")
    result.outcome.test = [f1]
    #expect(!RunHeadline(result).sentence.contains("all of a sample’s"))
    result.outcome.test = []
    #expect(RunHeadline(result).sentence.hasPrefix("The model was trained on 56 samples of "))
    #expect(!remarks(result).contains("most frequent class"))
  }

  // MARK: How it went

  @Test func whichWeightsWereKept() throws {
    let best = try iris("epochs: 3")
    #expect(remarks(best).contains("Trained for 3 epochs. Weights kept: epoch "))
    #expect(remarks(best).contains("The validation rows chose them, so their own figures are optimistic."))
    #expect(WeightLines(best).lines.count == 2 && WeightLines(best).lines[1].contains("optimistic"))
    let last = try iris("epochs: 3, keep: last")
    #expect(remarks(last).contains("Weights kept: the last epoch, 3."))
    #expect(!remarks(last).contains("optimistic"))
    #expect(WeightLines(last).lines == ["weights kept: the last epoch, 3"])
    #expect(!remarks(try iris("epochs: 1")).contains("Trained for"))
    let solved = try run("data: {source: fish}\nmodel: {family: linear}")
    #expect(WeightLines(solved).lines == ["weights kept: those of the closed form"])
    let averaged = try iris("epochs: 3, ensemble: {checkpoints: 2}")
    #expect(WeightLines(averaged).lines[0] == "weights kept: the mean of those after 2 epochs")
    let members = try iris("epochs: 3, ensemble: {seeds: 2}")
    #expect(WeightLines(members).lines[0].hasSuffix("each of its epoch with the lowest validation loss"))
  }

  @Test func whyItEnded() throws {
    #expect(!remarks(try iris("epochs: 3")).contains("ended early"))
    let stopped = try iris("epochs: 400, learningRate: 0.1, earlyStopping: 2")
    #expect(
      stopped.epochs < 400 && remarks(stopped).contains("Training ended early: "), "\(remarks(stopped))")
  }

  @Test func howItLearned() throws {
    func page(_ yaml: String) throws -> String { RunPage(try run(yaml)).html }
    let (nothing, one) = ("There was no whole epoch.", "There was 1 epoch, of 1 step.")
    let solved = "The weights are those of the closed form: no step was trained."
    let expected = [
      ("data: {source: iris}\ntraining: {epochs: 0}", nothing),
      ("data: {source: iris}\ntraining: {epochs: 1, batch: all}", one),
      ("data: {source: fish}\nmodel: {family: linear}", solved),
      ("data: {source: iris}\ntraining: {epochs: 3}", ""),
    ]
    for (yaml, sentence) in expected {
      let html = try page(yaml)
      for other in [nothing, one, solved] {
        #expect(html.contains(other) == (other == sentence), "\(yaml): \(other)")
      }
    }
  }

  @Test func whatTheDoctorSays() throws {
    var result = try iris()
    let fine = try Doctor.examine(ExaminedModel(result.configuration)).filter { $0.level == .ok }
    (result.firstFindings, result.outcomeFindings) = ([], [])
    #expect(remarks(result).contains("No doctor has looked at this training: apus check --config "))
    result.outcomeFindings = Array(fine.prefix(1))
    #expect(remarks(result).contains("The doctor’s only check is OK."))
    result.firstFindings = Array(fine.prefix(4))
    #expect(remarks(result).contains("The doctor’s 4 checks are all OK."), "one was examined once more")
    let slow = "data: {source: moons}\nmodel: {hidden: [4]}\ntraining: {epochs: 1, learningRate: 1.0e-7}"
    let configuration = try RunConfiguration.load(yaml: folder.write("d.yaml", slow))
    let ill = try #require(
      Doctor.examine(try ExaminedModel(configuration)).first { $0.name == "learning rate" })
    result.firstFindings.append(ill)
    #expect(remarks(result).contains("The doctor points out: learning rate ("), "\(remarks(result))")
    #expect(!remarks(result).contains("are all OK"))
  }

  /// Of errors the larger one is the worse.
  @Test(arguments: [
    (10.0, 15.0, 1.0, "learned by heart"), (10, 11, 0.2, "somewhat better than on new ones"),
    (10, 11, 2, "no more different than chance allows"), (10, 8, 0.2, "no more different"),
  ])
  func gapsOfErrors(_ training: Double, _ test: Double, _ error: Double, _ words: String) throws {
    var result = try run("data: {source: fish}\nmodel: {hidden: [4]}\ntraining: {epochs: 2}")
    result.outcome.training = [value("rmse", training, 0.05)]
    result.outcome.test = [value("rmse", test, error)]
    #expect(remarks(result).contains(words), "\(remarks(result))")
  }

  // MARK: Thresholds and rules

  @Test func thresholdsThatAreNotTheDefault() throws {
    let two = "data: {source: moons}\nmodel: {hidden: [4]}\ntraining: {epochs: 2"
    #expect(ThresholdLines(try run(two + "}")).lines.isEmpty)
    #expect(ThresholdLines(try run(two + ", threshold: 0.3}")).lines == ["predicted: \"1\" above 0.3"])
    let chosen = try run(two + ", threshold: auto}")
    let line = try #require(ThresholdLines(chosen).lines.first)
    #expect(
      line.contains(
        "the highest F1 on the \(chosen.validationCount) validation rows, whose own figures are optimistic"))
  }

  @Test func whatARuleSays() throws {
    var reading = try #require(try run("data: {source: fish}\nmodel: {family: linear}").linear)
    var form = try #require(reading.closedForm)
    var rule = try #require(reading.rules.first)
    rule.terms = [rule.terms[0]]
    (rule.name, rule.intercept, rule.otherwise) = ("y", 0, nil)
    (rule.terms[0].name, rule.terms[0].weight, rule.terms[0].effect, rule.terms[0].size) = ("a", 2, 2, 1)
    reading.rules = [rule]
    (reading.conclusion, reading.closedForm, reading.residualDeviation, reading.margin) = (nil, nil, nil, nil)
    (reading.l2, reading.l1, reading.zeroCount, reading.weightNorm) = (0, 0, 0, 2)
    func text() -> String { LinearLines(reading).lines().joined(separator: "\n") }
    /// However it is wrapped.
    func words() -> String { text().split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    #expect(words() == "the rule, in the columns' own units y = 2·a ‖w‖ 2")
    (reading.l2, reading.l1, reading.zeroCount) = (0.5, 0.25, 1)
    (reading.margin, reading.residualDeviation) = (0.3, 1.5)
    for part in [
      "λ 0.5 beside the mean loss", "λ₁ 0.25 beside", "1 of \(reading.weightCount) weights are exactly 0",
      "margin 0.3: every training row", "residual standard deviation 1.5",
    ] { #expect(words().contains(part), "\(part) in \(text())") }
    (form.isSolution, form.loss, form.trained, form.condition) = (false, 0.1, 0.1, 3)
    form.rank = reading.weightCount + 1
    reading.closedForm = form
    #expect(words().contains("trained by gradient descent") && words().contains("the same"))
    #expect(!words().contains("rank"))
    (form.trained, form.rank) = (0.105, reading.weightCount)
    reading.closedForm = form
    #expect(words().contains("5 % above it (condition number 3, rank \(reading.weightCount) of"), "\(text())")
    reading.rules = [LinearReading.Rule](repeating: rule, count: 14)
    #expect(words().contains("… and 2 more"))
    reading.decision = .largest
    #expect(words().hasPrefix("the decision rule: the largest of these"))
  }
}
