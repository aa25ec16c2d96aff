import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Test error over the number of training rows, of a linear model and of networks.
struct MoreDataLab: Lab {
  let name = "more-data"
  let theme = LabTheme.generalizing
  let slides = [
    Slide(.stevens, "Myths about neural networks"), Slide(.newYork, "Deep learning: when to use it"),
  ]
  let claim =
    "Networks shine only with sufficient data, deeper ones need more of it, and the other models of machine learning are not "
    + "useless."
  let expected = Verdict.holds
  let conclusion =
    "every model gains from more rows, the deeper network has the most to gain, and with few rows the linear model is as good"
  let sabotage = "the same 20 rows whatever the number"
  let tryIt = "apus plot rows digits --hidden 64"
  let isShort = false

  private static let sizes = [20, 50, 100, 200, 500, 1_000, 2_000, 3_823]

  private struct Kind: Sendable {
    var name: String
    var layers: [Int]
  }

  private static let kinds = [
    Kind(name: "softmax", layers: [64, 10]), Kind(name: "64-64-10", layers: [64, 64, 10]),
    Kind(name: "64-(64×4)-10", layers: [64, 64, 64, 64, 64, 10]),
  ]

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try digits(context, &report)
    try iris(context, &report)
    report.note(
      "All have the same 1,200 steps of Adam with a cosine, and no regularization: a hundred rows are seen hundreds of times."
    )
    return report
  }

  // MARK: Digits

  private func digits(_ context: LabContext, _ report: inout LabReport) throws {
    let digits = try LabSamples.digits64()
    let test = try digits.test.dataset()
    let seeds = context.seeds(4)
    let settings = Self.kinds.flatMap { kind in Self.sizes.map { (kind: kind, rows: $0) } }
    let errors = try Sweep.run(settings, seeds: seeds) { setting, seed -> Double in
      let order = Philox(seed: seed, path: "lab/rows").permutation(digits.training.count)
      let rows = context.honest(setting.rows, sabotaged: 20)
      let data = try digits.training.rows(order.prefix(rows)).dataset()
      var settings = TrainingSettings(
        optimizer: .adam(3e-3), schedule: .cosine, epochs: 1, batch: min(32, rows), seed: seed)
      settings.steps = 1_200
      let training = try LabTraining(.dense(setting.kind.layers, seed: seed), on: data, settings)
      return 1 - (try training.model.accuracy(on: test).values[0])
    }
    let means = Self.kinds.indices.map { kind in
      Self.sizes.indices.map { LabStatistics.mean(errors[kind * Self.sizes.count + $0]) }
    }
    report.part("Digits, 20, 50, 100, 200, 500, 1,000, 2,000, 3,823 rows, \(seeds.count) seeds: test error")
    for (kind, own) in zip(Self.kinds, means) { report.tell(kind.name, own) }
    for (kind, own) in zip(Self.kinds, means) {
      report.judge(
        "\(kind.name): over rows", own, .falling(slack: 0.005), lecture: "more data, smaller error")
    }
    func differences(_ a: Int, _ b: Int, _ size: Int) -> LabValue {
      let (left, right) = (errors[a * Self.sizes.count + size], errors[b * Self.sizes.count + size])
      return LabStatistics.measured(zip(left, right).map { $0 - $1 })
    }
    let (few, all) = (differences(2, 1, 2), differences(2, 1, 7))
    report.tell("deep less shallow, 100 rows", few)
    report.tell("deep less shallow, all rows", all)
    report.judge(
      "the first less the second", few.values[0] - all.values[0], .above(0), lecture: "deeper needs more data"
    )
    report.judge(
      "softmax less 64-64-10, 20 and 50 rows",
      [differences(0, 1, 0).values[0], differences(0, 1, 1).values[0]],
      .atMost(0.02), lecture: "not useless: as good with few rows")
    report.judge(
      "softmax less 64-64-10, all rows", differences(0, 1, 7).values[0], .above(0.01),
      lecture: "with sufficient data networks win")
    report.show(
      LineChart(
        "Test error over training rows",
        zip(Self.kinds, means).map { kind, own in
          .init(kind.name, zip(Self.sizes, own).map { Point(Double($0), $1) })
        }, xName: "training rows", yName: "test error", xKind: .logarithmic, yKind: .logarithmic, width: 560))
  }

  // MARK: Iris

  private func iris(_ context: LabContext, _ report: inout LabReport) throws {
    let seeds = context.seeds(4)
    report.part("Iris, five folds, \(seeds.count) divisions: accuracy on the rows left out")
    let samples = try LabSamples.iris()
    let kinds = [[4, 3], [4, 16, 16, 3]]
    let shares = try Sweep.run(kinds, seeds: seeds) { layers, seed -> Double in
      let order = Philox(seed: seed, path: "lab/folds").permutation(samples.count)
      var hits = 0.0
      for fold in 0..<5 {
        let held = order.indices.filter { $0 % 5 == fold }.map { order[$0] }
        let training = samples.rows(order.filter { !held.contains($0) })
        var model = try Model.dense(layers, seed: seed)
        try model.fit(
          training.standardized().dataset(), epochs: 60, batch: 16, optimizer: .adam(1e-2), seed: seed)
        let rows = samples.rows(held)
        let accuracy = try model.accuracy(on: rows.standardized(by: training).dataset()).values[0]
        hits += accuracy * Double(rows.count)
      }
      return hits / Double(samples.count)
    }
    report.tell("softmax", LabStatistics.measured(shares[0]))
    report.tell("4-16-16-3", LabStatistics.measured(shares[1]))
    report.judge(
      "softmax less network", LabStatistics.mean(shares[0]) - LabStatistics.mean(shares[1]), .atLeast(-0.03),
      lecture: "as good")
  }
}
