import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The gain of averaging independent models, checkpoints, and weights along the way.
struct EnsembleLab: Lab {
  let name = "ensemble"
  let theme = LabTheme.generalizing
  let slides = [Slide(.bucharest, "Model ensembles"), Slide(.bucharest, "Ensembles: tips and tricks")]
  let claim =
    "Train several independent models and average their results: 2 % extra. Checkpoints of one model, or a running average of "
    + "its weights, do it too."
  let formula = "J(p̄) ≤ mean of J(p_m), by Jensen's inequality;  a ← a + (1 − d)(w − a)"
  let expected = Verdict.holdsPartly
  let conclusion =
    "averages gain at every number of rows, but the gain is what there is left to gain, not 2 %"
  let sabotage = "the same model eight times"
  let tryIt = "apus train digits --hidden 32 --ensemble 'seeds(count: 8)'"
  let isShort = false

  private static let members = 8

  private struct Outcome: Sendable {
    /// Accuracy and log-loss of each member, and of the average.
    var members: [(accuracy: Double, loss: Double)]
    var average: (accuracy: Double, loss: Double)

    /// In points.
    var gain: Double { 100 * (average.accuracy - LabStatistics.mean(members.map(\.accuracy))) }
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    try independent(digits, context, &report)
    try along(digits, context, &report)
    return report
  }

  // MARK: Independent models

  private func independent(
    _ digits: (training: LabSamples, test: LabSamples), _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part("8 × 64-32-10, Adam 0.003, from other first weights and orders, by the number of rows")
    let test = try digits.test.dataset()
    let sizes = [100, 300, 1_000, digits.training.count]
    let epochs = [60, 40, 20, 10]
    let order = context.random("rows").permutation(digits.training.count)
    var outcomes: [Outcome] = []
    for (size, epochs) in zip(sizes, epochs) {
      let data = try digits.training.rows(order.prefix(size)).dataset()
      let models = try Sweep.map(
        (0..<Self.members).map { context.seed &* 1_000 &+ UInt64(context.honest($0, sabotaged: 0)) }
      ) { seed in
        var model = try Model.dense([64, 32, 10], seed: seed)
        try model.fit(data, epochs: epochs, optimizer: .adam(3e-3), seed: seed)
        return model
      }
      func result(_ model: Model) throws -> (accuracy: Double, loss: Double) {
        (try model.accuracy(on: test).values[0], try model.loss(on: test))
      }
      outcomes.append(
        Outcome(members: try models.map(result), average: try result(.ensemble(of: models))))
    }
    for (size, outcome) in zip(sizes, outcomes) {
      report.tell(
        "\(size.formattedCount) rows: accuracy of a model, of the average",
        [LabStatistics.mean(outcome.members.map(\.accuracy)), outcome.average.accuracy])
    }
    for (size, outcome) in zip(sizes, outcomes) {
      report.tell(
        "\(size.formattedCount) rows: log-loss of a model, of the average",
        [LabStatistics.mean(outcome.members.map(\.loss)), outcome.average.loss])
    }
    report.judge(
      "log-loss of the average less the members' mean",
      outcomes.map { $0.average.loss - LabStatistics.mean($0.members.map(\.loss)) },
      .below(0), lecture: "below 0, always")
    let gains = outcomes.map(\.gain)
    report.judge("gain in points, 100, 300, 1,000, all rows", gains, .above(0), lecture: "above 0")
    report.test("gain in points, all rows", gains[3], .atLeast(1.5), lecture: "2 %")
    report.show(
      LineChart(
        "Gain of eight models over one", [.init("", zip(sizes, gains).map { Point(Double($0), $1) })],
        xName: "training rows", yName: "points", xKind: .logarithmic))
  }

  // MARK: One model

  private func along(
    _ digits: (training: LabSamples, test: LabSamples), _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part(
      "64-32-10, SGD, 5 epochs: the last weights, the mean of 3 checkpoints, a running average (0.99)")
    let (data, test) = (try digits.training.dataset(), try digits.test.dataset())
    let methods: [(any EnsembleMethod)?] = [nil, CheckpointAverage(count: 3), MovingAverage(decay: 0.99)]
    let runs: [(name: String, rate: Double, batch: Int)] = [
      ("rate 0.15, batches of 4: noisy", 0.15, 4), ("rate 0.1, batches of 32: calm", 0.1, 32),
    ]
    let settings = runs.flatMap { run in methods.indices.map { (run: run, method: $0) } }
    let accuracies = try Sweep.run(settings, seeds: context.seeds(4)) { setting, seed -> Double in
      var training = TrainingSettings(
        optimizer: .sgd(setting.run.rate), epochs: 5, batch: setting.run.batch, seed: seed)
      training.ensemble = methods[context.honest(setting.method, sabotaged: 0)]
      var model = try Model.dense([64, 32, 10], seed: seed)
      try model.fit(data, settings: training)
      return try model.accuracy(on: test).values[0]
    }
    for (number, run) in runs.enumerated() {
      let own = Array(accuracies[(3 * number)..<(3 * number + 3)])
      for (name, seeds) in zip(["last", "3 checkpoints", "running average"], own) {
        report.tell("\(run.name): \(name)", LabStatistics.measured(seeds))
      }
      let gains = own.dropFirst().map { seeds in
        LabStatistics.mean(zip(seeds, own[0]).map { 100 * ($0 - $1) })
      }
      if number == 0 {
        report.judge(
          "checkpoints, running average: gain in points", gains, .above(0), lecture: "they do it too")
      } else {
        report.tell(
          "checkpoints, running average: gain in points", gains, lecture: "nothing is left to average out")
      }
    }
    let noisy = try course(data, test, context)
    report.show(
      LineChart(
        "Test loss of a noisy training, after each epoch",
        [.init("last weights", values: noisy.last), .init("running average", values: noisy.average)],
        xName: "epoch", yName: "loss"))
    report.note(
      "A running average helps where the steps' noise is large beside what is left to learn: at a high rate with small batches. A "
        + "falling rate does the same.")
  }

  private func course(_ data: TableDataset, _ test: TableDataset, _ context: LabContext) throws
    -> (last: [Double], average: [Double])
  {
    var settings = TrainingSettings(optimizer: .sgd(0.15), epochs: 8, batch: 4, seed: context.seed)
    settings.ensemble = MovingAverage(decay: 0.99)
    let session = try TrainingSession(
      Model.dense([64, 32, 10], seed: context.seed), training: data, settings: settings)
    var (last, average): ([Double], [Double]) = ([], [])
    while !session.isFinished {
      try session.runEpoch()
      last.append(try session.snapshot().loss(on: test))
      average.append(try session.result().loss(on: test))
    }
    return (last, average)
  }
}

extension Int {
  /// In groups of three digits.
  fileprivate var formattedCount: String { grouped(self) }
}
