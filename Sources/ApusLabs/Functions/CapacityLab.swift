import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// More hidden units fit more, and a penalty holds them back better than fewer units.
struct CapacityLab: Lab {
  let name = "capacity"
  let theme = LabTheme.functions
  let slides = [
    Slide(.bucharest, "Setting the number of layers and their sizes"),
    Slide(.bucharest, "Do not use size as a regularizer"),
  ]
  let claim =
    "More units have more capacity; do not shrink the network against overfitting, regularize it more strongly."
  let formula = "loss + λ/2 ‖W‖²"
  let expected = Verdict.holds
  let conclusion = "training accuracy rises with the units, and a large network with λ beats the small ones"
  let sabotage = "no penalty"
  let tryIt = "apus train moons --noise 0.3 --hidden 64 --l2 0.001"
  let lesson: String? = "20 hidden units"
  let isShort = false

  private struct Setting: Sendable {
    var units: Int
    var lambda: Double
  }

  private struct Outcome: Sendable {
    var accuracy: Double
    var validation: Double
    var test: Double
    var model: Model
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let sizes = [1, 2, 3, 6, 20, 64]
    let lambdas = [1e-3, 1e-2, 0.1]
    let settings =
      sizes.map { Setting(units: $0, lambda: 0) }
      + [20, 64].flatMap { size in lambdas.map { Setting(units: size, lambda: $0) } }
    let seeds = context.seeds(10)
    let outcomes = try Sweep.run(settings, seeds: seeds) { setting, seed in try train(setting, seed, context)
    }

    report.part("Moons of noise 0.3, 100 rows, \(seeds.count) seeds, no penalty")
    let accuracy = outcomes.map { LabStatistics.measured($0.map(\.accuracy)) }
    let losses = outcomes.map { LabStatistics.measured($0.map(\.test)) }
    for (number, size) in sizes.enumerated() {
      report.tell("\(size) \(size == 1 ? "unit" : "units"): training accuracy", accuracy[number])
    }
    let rises = seeds.indices.count { outcomes[5][$0].accuracy > outcomes[0][$0].accuracy }
    report.judge(
      "seeds in which 64 units fit more than 1", rises, .atLeast(0.8 * Double(seeds.count)), lecture: "all")
    report.judge(
      "training accuracy, 1, 3, 20, 64 units", [0, 2, 4, 5].map { accuracy[$0].values[0] },
      .rising(slack: 0.005))

    report.part("The test loss: fewer units, or a penalty")
    for (number, size) in sizes.enumerated() {
      report.tell("\(size) \(size == 1 ? "unit" : "units")", losses[number])
    }
    // The penalty that does best on other rows, seed by seed.
    func chosen(_ first: Int) -> LabValue {
      LabStatistics.measured(
        seeds.indices.map { seed in
          (first..<(first + lambdas.count)).map { outcomes[$0][seed] }.min { $0.validation < $1.validation }!
            .test
        })
    }
    let (twenty, sixtyFour) = (chosen(6), chosen(9))
    report.tell("20 units, λ chosen on validation rows", twenty)
    report.tell("64 units, λ chosen on validation rows", sixtyFour)
    let best = min(twenty.values[0], sixtyFour.values[0])
    let small = losses[..<4].map { $0.values[0] }.min() ?? .nan
    report.judge(
      "the better of the two", best,
      .below(small).called("below the best of 1 to 6 units, \(LabValue.figure(small))"))
    func series(_ name: String, _ values: [LabValue]) -> LineChart.Series {
      .init(name, zip(sizes, values).map { Point(Double($0), $1.values[0]) })
    }
    report.show(
      LineChart(
        "Loss over hidden units",
        [
          series("test, no penalty", losses),
          .init("test, with λ", [Point(20, twenty.values[0]), Point(64, sixtyFour.values[0])]),
        ],
        xName: "hidden units", yName: "test loss", xKind: .logarithmic))
    report.show(
      LineChart(
        "Training accuracy over hidden units", [series("", accuracy)], xName: "hidden units",
        yName: "training accuracy", xKind: .logarithmic))
    for (title, number) in [
      ("3 units", 2), ("6 units", 3), ("20 units", 4), ("64 units", 5), ("64 units, λ = 0.001", 9),
      ("64 units, λ = 0.01", 10),
    ] {
      report.show(
        try HeatMap.decision(
          of: outcomes[number][0].model, title, moons(100, seeds[0]), x: -1.8...2.8, y: -1.2...1.6))
    }
    return report
  }

  private func moons(_ rows: Int, _ seed: UInt64) throws -> LabSamples {
    try .generated("moons", rows: rows, noise: 0.3, seed: seed)
  }

  private func train(_ setting: Setting, _ seed: UInt64, _ context: LabContext) throws -> Outcome {
    let data = try moons(100, seed).dataset()
    var model = try Model.dense([2, setting.units, 2], Tanh(), initializer: XavierNormal(), seed: seed)
    try model.fit(
      data, epochs: 400, batch: 100, optimizer: .adam(0.02),
      regularization: Regularization(l2: context.honest(setting.lambda, sabotaged: 0)), seed: seed)
    func loss(_ rows: Int, _ offset: UInt64) throws -> Double {
      try model.loss(on: moons(rows, seed &+ offset).dataset())
    }
    return Outcome(
      accuracy: try model.accuracy(on: data).values[0], validation: try loss(100, 10_000),
      test: try loss(2_000, 20_000), model: model)
  }
}
