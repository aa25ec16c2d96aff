import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// Nine trials on a grid and nine at random: by probability, then on the digits.
struct RandomSearchLab: Lab {
  let name = "random-search"
  let theme = LabTheme.practice
  let slides = [
    Slide(.bucharest, "Random search against grid search"), Slide(.bucharest, "Search in log space"),
  ]
  let claim =
    "Search at random instead of on a grid: nine trials then try nine values of the parameter that matters, and not three. "
    + "Draw rates in log space."
  let formula = "good values of a share v of the range: grid 3 v, random 1 − (1 − v)⁹"
  let expected = Verdict.holdsPartly
  let conclusion =
    "nine values find a narrow good range more often than three, but on the digits the loss is so flat about its best "
    + "rate that the grid's three find it as well"
  let sabotage = "random trials at the grid's three values"
  let tryIt = "apus search digits --trials 9 --epochs 2 --over '{training.learningRate: {log: [1e-4, 1]}}'"
  let isShort = false

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    chances(context, &report)
    try logarithms(context, &report)
    try digits(context, &report)
    report.note(
      "A grid is as good where the good range is wide beside its steps, or where one of its values is the best one by luck: of "
        + "rates from 0.0001 to 1 the last one is."
    )
    return report
  }

  // MARK: Chances

  private func chances(_ context: LabContext, _ report: inout LabReport) {
    report.part("A share v of one parameter's range is good, anywhere in it; 10,000 times nine trials")
    let draws = context.isFull ? 100_000 : 10_000
    for (number, share) in [0.05, 0.1, 0.2].enumerated() {
      let random = context.random("chances \(number)")
      var (grid, drawn) = (0, 0)
      for draw in 0..<draws {
        let first = UInt64(16 * draw)
        // The range's ends meet, so that each value is as often good as any other.
        let start = random.uniform(first)
        func isGood(_ place: Double) -> Bool {
          let distance = place - start
          return (distance < 0 ? distance + 1 : distance) < share
        }
        let values = [1.0 / 6, 0.5, 5.0 / 6]
        if values.contains(where: isGood) { grid += 1 }
        let trials = (1...9).map { trial in
          context.isSabotaged ? values[trial % 3] : random.uniform(first + UInt64(trial))
        }
        if trials.contains(where: isGood) { drawn += 1 }
      }
      let expected = 1 - Mathematics.pow(1 - share, 9)
      report.judge(
        "v = \(share): grid", LabStatistics.share(grid, of: draws), .equals(3 * share, standardErrors: 3.5),
        lecture: "3 v = \(LabValue.figure(3 * share))")
      report.judge(
        "v = \(share): random", LabStatistics.share(drawn, of: draws),
        .equals(expected, standardErrors: 3.5), lecture: "1 − (1 − v)⁹ = \(LabValue.figure(expected))")
    }
    let random = context.random("layout")
    let places = (0..<9).map { Point(random.uniform(UInt64(2 * $0)), random.uniform(UInt64(2 * $0 + 1))) }
    let cells = [1.0 / 6, 0.5, 5.0 / 6]
    let grid = (0..<9).map { Point(cells[$0 % 3], cells[$0 / 3]) }
    for (name, points) in [
      ("A grid: three values of each parameter", grid), ("At random: nine values", places),
    ] {
      report.show(
        ScatterChart(
          name,
          [.init("trials", points), .init("values tried", points.map { Point($0.x, 0) })],
          xName: "the parameter that matters", yName: "the other one", width: 300, height: 300))
    }
  }

  // MARK: Log space

  private func logarithms(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("10,000 rates between 0.00001 and 1, as a search draws them: the share below 0.01")
    let random = context.random("rates")
    func share(_ kind: Search.Range.Kind, _ first: Int) throws -> LabValue {
      let range = try Search.Range(kind, 1e-5, 1)
      let below = (0..<10_000).count { draw in
        (range.value(at: random.uniform(UInt64(first + draw))).doubleValue ?? 1) < 0.01
      }
      return LabStatistics.share(below, of: 10_000)
    }
    report.judge(
      "uniform", try share(.uniform, 0), .equals(0.00999, standardErrors: 3.5), lecture: "1 %")
    report.judge("in log space", try share(.log, 10_000), .equals(0.6, standardErrors: 3.5), lecture: "60 %")
  }

  // MARK: Digits

  private struct Trial: Sendable {
    var rate: Double
    var lambda: Double
  }

  private func digits(_ context: LabContext, _ report: inout LabReport) throws {
    report.part(
      "64-50-10, 1,500 digits, 2 epochs; four decades of rates, wherever they begin; best loss of nine on 500 others"
    )
    let training = try LabSamples.digits64().training
    let (data, held) = (
      try training.rows(0..<1_500).dataset(), try training.rows(1_500..<2_000).dataset()
    )
    let lambdas = try Search.Range(.log, 1e-6, 1e-4)
    func number(_ value: JSONValue) -> Double { value.doubleValue ?? .nan }
    let seeds = context.seeds(12)
    // Nobody knows before where in the range the best rate lies: from 0.00001 … 0.1 to 0.001 … 10.
    let ranges = try seeds.map { seed -> Search.Range in
      let place = Philox(seed: seed, path: "lab/range").uniform(0)
      let low = Mathematics.pow(10, 2 * place - 5)
      return try Search.Range(.log, low, 1e4 * low)
    }
    let grids = ranges.map { rates in
      rates.grid.flatMap { rate in
        lambdas.grid.map { Trial(rate: number(rate), lambda: number($0)) }
      }
    }
    let trials = zip(seeds, ranges).map { seed, rates -> [Trial] in
      let random = Philox(seed: seed, path: "lab/random search")
      return (0..<9).map { trial in
        let (first, second) = (random.uniform(UInt64(2 * trial)), random.uniform(UInt64(2 * trial + 1)))
        let rate = context.isSabotaged ? rates.grid[trial % 3] : rates.value(at: first)
        return Trial(rate: number(rate), lambda: number(lambdas.value(at: second)))
      }
    }
    @Sendable func loss(_ trial: Trial, seed: UInt64) throws -> Double {
      let run = try LabTraining(
        .d50(seed: seed), on: data,
        TrainingSettings(
          optimizer: .sgd(trial.rate), epochs: 2, batch: 32,
          regularization: Regularization(l2: trial.lambda), seed: seed))
      return run.isDiverged ? .infinity : try run.model.loss(on: held)
    }
    func losses(_ trials: [[Trial]]) throws -> [[Double]] {
      let jobs = seeds.indices.flatMap { seed in trials[seed].map { (seed: seeds[seed], trial: $0) } }
      let flat = try Sweep.map(jobs) { try loss($0.trial, seed: $0.seed) }
      return seeds.indices.map { Array(flat[(9 * $0)..<(9 * $0 + 9)]) }
    }
    let onGrid = try losses(grids)
    let atRandom = try losses(trials)
    let best = (onGrid.map { $0.min()! }, atRandom.map { $0.min()! })
    report.tell("best of the grid", LabStatistics.measured(best.0))
    report.tell("best at random", LabStatistics.measured(best.1))
    report.test(
      "searches in which random is better, of \(seeds.count)", zip(best.1, best.0).count { $0 < $1 },
      .atLeast(Double(3 * seeds.count / 4)), lecture: "most")
    report.tell(
      "the grid's less the random ones', on average",
      LabStatistics.mean(best.0) - LabStatistics.mean(best.1), lecture: "random is better")
    func group(_ name: String, _ trials: [[Trial]], _ losses: [[Double]]) -> ScatterChart.Group {
      .init(
        name,
        zip(trials.joined(), losses.joined()).filter { $0.1.isFinite }.map { Point($0.0.rate, $0.1) })
    }
    report.show(
      ScatterChart(
        "Loss over the rate, all searches",
        [
          group("random", trials, atRandom),
          group("grid", grids, onGrid),
        ], xName: "learning rate", yName: "loss on other rows", xKind: .logarithmic, yKind: .logarithmic))
  }
}
