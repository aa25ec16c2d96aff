import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Test error over the number of random features, through p = N.
struct DoubleDescentLab: Lab {
  let name = "double-descent"
  let theme = LabTheme.generalizing
  let slides = [Slide(.newYork, "Double descent curve")]
  let claim =
    "With more parameters the test error falls, rises up to p ≈ N, and then falls again, below its first minimum: so always use "
    + "wider networks."
  let formula = "w = argmin ‖w‖ of those with X w = y, p > N;  with λ: (Xᵀ X + λ)⁻¹ Xᵀ y"
  let expected = Verdict.holdsPartly
  let conclusion =
    "there is a peak at p = N and a second descent below the first minimum, but short of the peak wider is worse, unless a penalty "
    + "removes it"
  let sabotage = "λ = 5 in the place of the shortest weights"
  let tryIt = "apus plot width digits --samples 200 --l2 0 --sizes 1,2,4,8,16,24,32,64,128"
  let isShort = false

  private static let rows = 200
  private static let sizes = [5, 10, 20, 40, 80, 120, 160, 180, 200, 220, 260, 320, 400, 800, 1_600]

  private struct Outcome: Sendable {
    var clean: Double
    var noisy: Double
    var ridge: Double
    var training: Double
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let test = try digits.test.dataset()
    let seeds = context.seeds(5)
    let outcomes = try Sweep.run(Self.sizes, seeds: seeds) { size, seed in
      try outcome(size, digits.training, test, context, seed: seed)
    }
    func medians(_ value: (Outcome) -> Double) -> [Double] {
      outcomes.map { LabStatistics.median($0.map(value)) }
    }
    let (clean, noisy, ridge, training) = (
      medians(\.clean), medians(\.noisy), medians(\.ridge), medians(\.training)
    )

    report.part(
      "200 digits, p random ReLU features, the shortest least squares; test error, median of \(seeds.count) seeds"
    )
    let place = Self.sizes.firstIndex(of: Self.rows)!
    func figure(_ name: String, _ values: [Double]) {
      report.tell(
        "\(name): p = 20, 80, 200, 220, 400, 1,600",
        [20, 80, 200, 220, 400, 1_600].map { values[Self.sizes.firstIndex(of: $0)!] })
    }
    figure("right classes", clean)
    figure("10 % wrong classes", noisy)
    figure("right classes, λ = 5", ridge)
    for (name, values) in [("right classes", clean), ("10 % wrong", noisy)] {
      let wide = Self.sizes.indices.filter { Self.sizes[$0] >= 40 }
      let peak = wide.max { values[$0] < values[$1] }!
      report.judge(
        "\(name): p of the largest error from p = 40 on", Self.sizes[peak], .between(180, 220),
        lecture: "N = 200")
      let first = Self.sizes.indices.filter { Self.sizes[$0] < 160 }.map { values[$0] }.min() ?? .nan
      report.judge(
        "\(name): error at p = 8 N less the first minimum", values[Self.sizes.count - 1] - first, .below(0),
        lecture: "below it")
    }
    report.judge(
      "training error at p = 200 and above", training[place...].max() ?? .nan, .atMost(0),
      lecture: "0: every row is fitted")
    let rises = zip(ridge, ridge.dropFirst()).map { $1 - $0 }.max() ?? .nan
    report.judge("λ = 5: largest rise from one p to the next", rises, .atMost(0.02), lecture: "no peak")
    let worst = zip(clean, clean.dropFirst()).map { $1 - $0 }.max() ?? .nan
    report.test(
      "without: largest rise from one p to the next", worst, .atMost(0.02), lecture: "always use wider")
    func series(_ name: String, _ values: [Double]) -> LineChart.Series {
      .init(name, zip(Self.sizes, values).map { Point(Double($0), $1) })
    }
    report.show(
      LineChart(
        "Test error over features",
        [
          series("right classes", clean), series("10 % wrong", noisy), series("λ = 5", ridge),
          series("training", training),
        ],
        marks: [.init(Point(200, clean[place]), "p = N")], xName: "features p", yName: "error",
        xKind: .logarithmic,
        width: 640))
    report.note(
      "At p = N there is just one solution, and it must go through every row whatever the weights: the longest. Beyond, there are "
        + "many, and the shortest of them is ever shorter.")
    report.note(
      "The weights are solved for, not descended to: descent from 0 ends at the same shortest ones.")
    return report
  }

  private func outcome(
    _ size: Int, _ digits: LabSamples, _ test: TableDataset, _ context: LabContext, seed: UInt64
  ) throws -> Outcome {
    let order = Philox(seed: seed, path: "lab/rows").permutation(digits.count)
    let samples = digits.rows(order.prefix(Self.rows))
    var model = try Model(input: [64], seed: seed) {
      Dense(size, hasBias: false, initializer: Normal(deviation: 0.125)); ReLU(); Dense(10, hasBias: false)
    }
    model.objective = Objective(test.targets)
    let features = try samples.features(of: model, layer: "1").features.flatMap { $0 }
    let solver = ShortestLeastSquares(features: features, columns: size)
    let random = Philox(seed: seed, path: "lab/labels")
    let wrong = samples.labels.enumerated().map { row, label in
      random.uniform(UInt64(2 * row)) < 0.1
        ? (label + 1 + random.integer(UInt64(2 * row + 1), below: 9)) % 10 : label
    }
    func error(_ labels: [Int], _ lambda: Double, on data: TableDataset) throws -> Double {
      let targets = labels.flatMap { label in (0..<10).map { $0 == label ? 0.9 : -0.1 } }
      let weights = try solver.weights(targets: targets, count: 10, lambda: lambda)
      var fitted = model
      try fitted.set("2.weight", to: weights.map { Float($0) })
      return 1 - (try fitted.accuracy(on: data).values[0])
    }
    let lambda = context.honest(0.0, sabotaged: 5)
    return Outcome(
      clean: try error(samples.labels, lambda, on: test), noisy: try error(wrong, lambda, on: test),
      ridge: try error(samples.labels, 5, on: test),
      training: try error(samples.labels, lambda, on: samples.dataset()))
  }
}
