import Apus
import Foundation
import Testing

@Suite struct SearchTests {
  private func space(_ over: String) throws -> SearchConfiguration.Space {
    try SearchConfiguration.Space(StrictJSON.parse(over, name: "over"))
  }

  private func yaml(_ search: String, epochs: Int = 6) -> String {
    """
    data: {source: iris}
    model: {hidden: [6]}
    training: {epochs: \(epochs), batch: 16}
    search:
      over:
        training.learningRate: {log: [1e-5, 0.1]}
        training.l2: {choice: [0, 0.001]}
    \(search.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
    """
  }

  private func search(
    _ folder: TemporaryFolder, _ name: String, _ yaml: String, resume: Bool = false, parallel: Int = 1,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Search.Run {
    let file = try ConfigurationFile(contentsOf: folder.write("\(name).yaml", yaml))
    return try Search.Run(
      file.run, file.search, folder: folder.path(name), resume: resume, parallel: parallel,
      isCancelled: isCancelled)
  }

  // MARK: Ranges

  @Test func whatRangesGive() throws {
    let log = try Search.Range(.log, 1e-4, 1e-1, steps: 4)
    #expect(log.grid.map(\.doubleValue) == [1e-4, 1e-3, 1e-2, 1e-1])
    #expect(log.value(at: 0.5).doubleValue == 0.003162)
    #expect(try Search.Range(.uniform, -1, 1).grid.map(\.doubleValue) == [-1, 0, 1])
    let integer = try Search.Range(.integer, 3, 5)
    #expect([0, 0.32, 0.34, 0.66, 0.67, 0.999].map { integer.value(at: $0).intValue } == [3, 3, 4, 4, 5, 5])
    #expect(try Search.Range(.logInteger, 16, 256).grid.map(\.intValue) == [16, 64, 256])
    let choice = try Search.Range(choice: [.string("a"), .string("b")])
    #expect([0, 0.49, 0.5, 0.99].map { choice.value(at: $0).stringValue } == ["a", "a", "b", "b"])
  }

  /// A log-uniform draw has as many values in each power of ten.
  @Test func drawsAreOfTheRange() throws {
    let space = try space(
      #"{"training.learningRate": {"log": [1e-4, 1e-1]}, "training.l2": {"uniform": [0, 1]}}"#)
    let draws = (0..<3000).map { space.random(trial: $0, seed: 5).map { $0.doubleValue! } }
    for power in [1e-4, 1e-3, 1e-2] {
      let count = draws.count { $0[0] >= power && $0[0] < power * 10 }
      #expect(abs(Double(count) - 1000) < 4 * (3000 * 2.0 / 9).squareRoot())
    }
    let mean = draws.reduce(0) { $0 + $1[1] } / 3000
    #expect(abs(mean - 0.5) < 4 / (12.0 * 3000).squareRoot())
    // The axes are drawn by themselves: no correlation.
    let covariance = draws.reduce(0) { $0 + (Mathematics.log($1[0]) + 5.756) * ($1[1] - 0.5) } / 3000
    #expect(abs(covariance) < 0.05)
  }

  @Test func anAxisMoreLeavesTheOthers() throws {
    let one = try space(#"{"training.l2": {"uniform": [0, 1]}}"#)
    let two = try space(#"{"model.dropout": {"uniform": [0, 0.5]}, "training.l2": {"uniform": [0, 1]}}"#)
    #expect(
      (0..<5).map { one.random(trial: $0, seed: 1)[0] } == (0..<5).map { two.random(trial: $0, seed: 1)[1] })
  }

  @Test func valuesReachTheConfiguration() throws {
    let space = try space(
      #"{"training.optimizer.adam.beta1": [0.8], "model.hidden": [[4, 5]], "training.schedule": ["cosine"]}"#)
    var base = RunConfiguration()
    base.training.optimizer = Adam()
    let configuration = try space.configuration(at: space.grid[0], of: base)
    #expect(configuration.model.hidden == [4, 5])
    #expect(configuration.training.schedule is CosineDecay)
    #expect(configuration.training.optimizer as? Adam == Adam(beta1: 0.8))
  }

  @Test(arguments: [
    (#"{"training.learnigRate": [1]}"#, "did you mean “training.learningRate”"),
    (#"{"training": [1]}"#, "unknown key “training”"),
    (#"{"training.l2": {"lgo": [1, 2]}}"#, "did you mean “log”"),
    (#"{"training.l2": {"log": [0, 2]}}"#, "use uniform"),
    (#"{"training.l2": {"uniform": [2, 1]}}"#, "a range from 2 to 1"),
    (#"{"training.l2": {"integer": [1.5, 3]}}"#, "whole numbers"),
    (#"{"training.l2": []}"#, "a choice of nothing"), (#"{}"#, "a search over nothing"),
    (#"{"training.l2": {"log": [1]}}"#, "[low, high]"),
  ])
  func mistakesAreNamed(_ over: String, _ expected: String) {
    let text = message { _ = try space(over) }
    #expect(text.contains(expected), "\(text)")
  }

  /// Bergstra and Bengio's figure: with one hyper-parameter that matters and one that does not, nine random trials come
  /// nearer the best value than a grid of nine, because they try nine of its values and the grid three.
  ///
  /// No luck: the mean distance over all places of the optimum is 1/8 for {0, ½, 1}; for n uniform draws it is
  /// ∫∫ min|x − t| = 1/(2(n+1)) · (1 + 1/(n+2)) ≈ 0.055 for n = 9.
  @Test func randomBeatsGridWhereOneAxisMatters() throws {
    let space = try space(
      #"{"training.learningRate": {"uniform": [0, 1]}, "training.l2": {"uniform": [0, 1]}}"#)
    let places = (0..<100).map { (Double($0) + 0.5) / 100 }
    func distance(_ points: [[JSONValue]]) -> Double {
      let tried = points.map { $0[0].doubleValue! }
      return places.reduce(0) { sum, place in sum + tried.map { abs($0 - place) }.min()! } / 100
    }
    #expect(space.grid.count == 9)
    #expect(abs(distance(space.grid) - 0.125) < 1e-3)
    let random = (0..<400).map { seed in
      distance((0..<9).map { space.random(trial: $0, seed: UInt64(seed)) })
    }
    let mean = random.reduce(0, +) / 400
    let expected = (1 + 1.0 / 11) / 20
    #expect(abs(mean - expected) < 0.004, "\(mean)")
    #expect(mean < 0.55 * distance(space.grid))
  }

  // MARK: Search.Importance

  @Test func importanceIsOmegaSquared() {
    // By hand: groups (1, 2), (5, 6): SS_b = 16, SS_w = 1, MS_w = 0.5; (16 − 0.5) / (17 + 0.5).
    #expect(abs(Search.Importance.omegaSquared([1, 2, 5, 6], [0, 0, 1, 1]) - 15.5 / 17.5) < 1e-12)
    #expect(Search.Importance.omegaSquared([1, 2, 1, 2], [0, 0, 1, 1]) == 0)
    #expect(Search.Importance.omegaSquared([1, 2, 3], [0, 0, 0]) == 0)
    #expect(Search.Importance.ranks([3, 1, 1, .nan]) == [2, 0.5, 0.5, 3])
  }

  @Test func whatMattersIsFound() throws {
    let space = try space(
      #"{"training.learningRate": {"log": [1e-4, 1]}, "training.l2": {"uniform": [0, 1]}, "training.batch": [8, 16]}"#
    )
    let trials = (0..<40).map { number in
      var trial = Search.Trial(number: number + 1, values: space.random(trial: number, seed: 2))
      trial.scores = [Mathematics.log(trial.values[0].doubleValue!) + (trial.values[2].intValue == 8 ? 1 : 0)]
      return trial
    }
    let importance = Search.Importance.all(space, trials)
    #expect(importance.map(\.key).first == "training.learningRate")
    #expect(importance[0].share > 0.7)
    #expect(importance.first { $0.key == "training.l2" }!.share < 0.2)
  }

  // MARK: Whole searches

  @Test func findsTheBestAndRerunsIt() throws {
    let folder = try TemporaryFolder()
    let report = try search(folder, "a", yaml("trials: 6")).run()
    #expect(report.trials.count == 6 && report.trials.allSatisfy { $0.status == .finished && $0.epochs == 6 })
    let scores = report.trials.map { $0.score! }
    #expect(scores == scores.sorted() && scores[0] < scores[5])
    #expect(report.importance.count == 2)
    // The configuration of the best reruns it: the same validation loss.
    let best = try RunConfiguration.load(yaml: report.bestConfiguration!)
    #expect(best.training.learningRate == report.best?.values[0].doubleValue)
    let rerun = try RunPlan(best, folder: folder.path("rerun")).run()
    #expect(rerun.validation.first { $0.name == "loss" }?.value == report.best?.score)
    #expect(!rerun.test.isEmpty)
    // No trial has looked at the test rows.
    let trial = try StrictJSON.parse(
      String(decoding: folder.bytes("a/trials/1/run.json"), as: UTF8.self), name: "run.json")
    #expect(trial["test"] == .object([]))
  }

  /// The same search with two trials at a time and interrupted after each few steps comes to the same scores.
  @Test func parallelAndInterruptedSearchesAreTheSame() throws {
    let folder = try TemporaryFolder()
    let text = yaml("trials: 6\nhalving: 2\nmetric: accuracy")
    let whole = try search(folder, "whole", text).run()
    #expect(Set(whole.trials.map(\.epochs)) == [2, 3, 6] || Set(whole.trials.map(\.epochs)) == [2, 6, 3])
    #expect(
      whole.trials.count { $0.status == .finished } == 2 || whole.trials.count { $0.status == .finished } == 1
    )
    let parallel = try search(folder, "parallel", text, parallel: 3).run()
    func key(_ report: Search.Report) -> [String] {
      report.trials.map { "\($0.number) \($0.scores) \($0.status) \($0.epochs)" }
    }
    #expect(key(parallel) == key(whole))

    final class Counter: @unchecked Sendable { var left = 0 }
    let counter = Counter()
    var resumed: Search.Report?
    for round in 0..<200 {
      counter.left = 25
      let part = try search(folder, "parts", text, resume: round > 0) {
        counter.left -= 1
        return counter.left < 0
      }
      let report = try part.run()
      if !report.isInterrupted {
        resumed = report
        #expect(round > 2)
        break
      }
    }
    #expect(try key(#require(resumed)) == key(whole))
  }

  @Test func aFailingTrialEndsNothing() throws {
    let folder = try TemporaryFolder()
    let text = yaml("method: grid", epochs: 2)
      .replacing(
        "training.l2: {choice: [0, 0.001]}", with: "training.ensemble: [{snapshots: 2}, {snapshots: 7}]"
      )
      .replacing("{log: [1e-5, 0.1]}", with: "[0.01, 1e30]")
    let report = try search(folder, "a", text).run()
    #expect(report.trials.count == 4)
    #expect(report.trials.count { $0.status == .failed } == 3)
    #expect(report.best?.values.first == .number("0.01"))
    #expect(report.trials.contains { $0.problem?.contains("7 snapshots") == true })
    let none = text.replacing("[{snapshots: 2}, {snapshots: 7}]", with: "[{snapshots: 7}, {snapshots: 8}]")
    #expect(message { _ = try search(folder, "b", none).run() }.contains("all 4 trials have failed"))
  }

  /// A value that its key does not take is no trial's failure: it is found before any training.
  @Test(arguments: [
    ("model.dropout: [0.1, 7]", "search.over.model.dropout: 7 is out of range"),
    ("model.dropout: {uniform: [0, 1.5]}", "search.over.model.dropout: 1.5 is out of range"),
    ("training.batch: {uniform: [8, 32]}", "search.over.training.batch: uniform gives fractions"),
    ("training.batch: {integer: [0, 32]}", "search.over.training.batch: 0 is out of range"),
    ("training.optimizer.adam.beta3: [0.8]", "did you mean “beta1”?"),
    ("training.loss: [squred]", "did you mean “squaredError”?"),
  ])
  func rangesThatCannotBe(_ axis: String, _ expected: String) throws {
    let folder = try TemporaryFolder()
    let text = yaml("trials: 2").replacing("training.l2: {choice: [0, 0.001]}", with: axis)
    let problem = message { _ = try search(folder, "a", text) }
    #expect(problem.contains(expected), "\(problem)")
    #expect(try folder.names() == ["a.yaml"])
  }

  // MARK: In a program

  private func task() throws -> TableTask {
    try Table.parse(Array(Samples.csv(90).utf8), name: "houses").task(target: "price")
  }

  @Test func typedSearch() throws {
    let folder = try TemporaryFolder()
    var base = RunConfiguration()
    base.training = Recipe(epochs: 3)
    let search = Search(try task(), base: base, trials: 5, seed: 1) {
      Vary(\.training.learningRate, .log(1e-4...1e-1))
      Vary(\.model.hidden, [[8], [4, 4]])
      Vary(\.model.dropout, 0...0.5)
      Vary(\.training.batch, 8...32)
      Vary(\.training.optimizer, [Adam(), Momentum(momentum: 0.95)])
    }
    let found = try search.run(parallel: 2, folder: folder.path("a"))
    #expect(found.report.trials.count == 5 && found.importance.count == 5)
    #expect(
      found.report.keys == [
        "training.learningRate", "model.hidden", "model.dropout", "training.batch", "training.optimizer",
      ])
    let values = found.best.trial.values
    #expect(
      found.best.recipe.learningRate == values[0].doubleValue && found.best.recipe.batch == values[3].intValue
    )
    #expect(found.best.recipe.epochs == 3 && found.best.configuration.data.target == "price")
    #expect(found.best.score == found.report.trials[0].score)
    // The same as the file says it, on any number of threads.
    let path = try folder.write("houses.csv", Samples.csv(90))
    let file = try folder.write(
      "s.yaml",
      """
      data: {source: \(path), target: price}
      training: {epochs: 3}
      search:
        trials: 5
        seed: 1
        over:
          training.learningRate: {log: [1e-4, 1e-1]}
          model.hidden: [[8], [4, 4]]
          model.dropout: {uniform: [0, 0.5]}
          training.batch: {integer: [8, 32]}
          training.optimizer: [adam, {momentum: 0.95}]
      """)
    let said = try ConfigurationFile(contentsOf: file)
    let report = try Search.Run(said.run, said.search, folder: folder.path("b")).run()
    #expect(report.trials.map(\.number) == found.report.trials.map(\.number))
    #expect(report.trials.map(\.scores) == found.report.trials.map(\.scores))
  }

  @Test func typedMistakes() throws {
    let folder = try TemporaryFolder()
    let task = try task()
    func problem(_ vary: Vary) -> String {
      message { _ = try Search(task, trials: 2) { vary }.run(folder: folder.path("a")) }
    }
    #expect(
      problem(Vary(\.model.dropout, 0...1.5)).contains("search.over.model.dropout: 1.5 is out of range"))
    #expect(
      problem(Vary(\.training.learningRate, .log(0...1))).contains(
        "training.learningRate: a logarithmic range"))
    #expect(problem(Vary(\.training.batch, [0, 8])).contains("0 is out of range"))
    #expect(problem(Vary(\.training.epochs, [Int]())).contains("a choice of nothing"))
    #expect(
      message { _ = try Search(task, trials: 0) { Vary(\.training.l2, 0...1) }.run() }.contains(
        "search.trials: 0"))
    #expect(message { _ = try Search(task) {}.run() }.contains("a search over nothing"))
    #expect(try folder.names() == [])
  }

  /// Steps in the place of epochs are halved too, within an epoch as well.
  @Test func halvesSteps() throws {
    let folder = try TemporaryFolder()
    let text = yaml("trials: 4\nhalving: 2").replacing("epochs: 6", with: "steps: 40")
    let report = try search(folder, "a", text).run()
    let finished = report.trials.filter { $0.status == .finished }
    let stopped = report.trials.filter { $0.status == .stopped }
    #expect(finished.count == 1 && stopped.count == 3, "\(report.trials)")
    // 105 rows in batches of 16: 7 steps an epoch; 10, 20 and 40 steps.
    #expect(stopped.allSatisfy { $0.epochs < finished[0].epochs })
    #expect(
      finished[0].steps == 40 && Set(stopped.map(\.steps)) == [10, 20], "\(report.trials.map(\.steps))")
    #expect(SearchTable(report).lines(.plain)[0].contains("steps"))
    #expect(finished[0].scores.count == 3)
    // The same with an interruption, and in parallel.
    let other = try search(folder, "b", text, parallel: 2).run()
    #expect(other.trials.map(\.scores) == report.trials.map(\.scores))
  }

  /// A finished search takes more trials, and those that are done stay as they are.
  @Test func takesMoreTrials() throws {
    let folder = try TemporaryFolder()
    let first = try search(folder, "a", yaml("trials: 2", epochs: 2)).run()
    let more = try search(folder, "a", yaml("trials: 4", epochs: 2), resume: true)
    #expect(more.trials.count { $0.status == .finished } == 2)
    let report = try more.run()
    let whole = try search(folder, "b", yaml("trials: 4", epochs: 2)).run()
    func key(_ report: Search.Report) -> [String] { report.trials.map { "\($0.number) \($0.scores)" } }
    #expect(key(report) == key(whole))
    #expect(Set(first.trials.map(\.number)).isSubset(of: Set(report.trials.map(\.number))))
    let fewer = message { _ = try search(folder, "a", yaml("trials: 3", epochs: 2), resume: true) }
    #expect(fewer.contains("another search"))
  }

  /// A parameter that a named thing doesn't have, or a value that it doesn't take, is found before the first trial.
  @Test(arguments: [
    ("training.optimizer.adam.beta9: [0.9, 0.99]", "beta9"),
    ("training.optimizer.adam.beta1: [0.9, 1.5]", "beta1"),
    ("training.loss.huber.delta: {uniform: [-2, -1]}", "delta"),
    ("model.family.ridge.lamda: [1, 2]", "lamda"),
  ])
  func badParametersAreFoundFirst(_ axis: String, _ name: String) throws {
    let folder = try TemporaryFolder()
    let text = "data: {source: iris}\nsearch:\n  trials: 2\n  over:\n    \(axis)"
    let problem = message { _ = try search(folder, "a", text) }
    #expect(problem.contains(name) && problem.contains("search.over"), "\(problem)")
    #expect(try folder.names() == ["a.yaml"])
  }

  /// Any metric that the targets have.
  @Test(arguments: ["rocAUC", "f1", "precision", "logLoss", "topK(2)", "brier"])
  func anyMetricJudges(_ metric: String) throws {
    let folder = try TemporaryFolder()
    let report = try search(folder, "a", yaml("trials: 2\nmetric: \(metric)", epochs: 2)).run()
    let scores = report.trials.compactMap(\.score)
    #expect(scores.count == 2)
    #expect(["logLoss", "brier"].contains(metric) ? scores[0] <= scores[1] : scores[0] >= scores[1])
    #expect(report.metric == (metric == "topK(2)" ? "top2" : metric))
    // What the best trial is run again with says nothing of the search.
    #expect(try RunConfiguration.load(yaml: folder.path("a/best.yaml")).training.metrics == nil)
  }

  /// A metric that cannot judge trials is refused before the first of them.
  @Test(arguments: ["r2", "bitsPerCharacter", "microF1"])
  func metricsThatCannotJudge(_ metric: String) throws {
    let folder = try TemporaryFolder()
    let text = message { _ = try search(folder, "a", yaml("trials: 2\nmetric: \(metric)")) }
    #expect(text.contains("search.metric: the metric \(metric) is not defined for 3 classes"), "\(text)")
    #expect(try folder.names() == ["a.yaml"])
  }

  @Test(arguments: [
    ("metric: acuracy", "did you mean “accuracy”"), ("halving: 1", "search.halving: 1 is out of range"),
    ("trials: 0", "search.trials: 0 is out of range"),
    ("method: grid\ntrials: 7", "7 trials for a grid of 6 points"),
    ("methd: grid", "did you mean “search.method”"),
  ])
  func settingsThatCannotBe(_ setting: String, _ expected: String) throws {
    let folder = try TemporaryFolder()
    let text = message { _ = try search(folder, "a", yaml(setting)) }
    #expect(text.contains(expected), "\(text)")
  }

  @Test func anotherSearchsFolderIsRefused() throws {
    let folder = try TemporaryFolder()
    _ = try search(folder, "a", yaml("trials: 2"))
    #expect(
      message { _ = try search(folder, "a", yaml("trials: 2\nseed: 9"), resume: true) }
        .contains("another search"))
  }
}
