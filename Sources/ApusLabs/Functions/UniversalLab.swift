import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// One hidden layer as any continuous function: set by hand, learned, and with noise in the targets.
struct UniversalLab: Lab {
  let name = "universal"
  let theme = LabTheme.functions
  let slides = [
    Slide(.stevens, "Single hidden layer"), Slide(.newYork, "More about MLPs"),
    Slide(.newYork, "Keras basics"),
  ]
  let claim = "A network with one hidden layer can be any continuous function, given enough data."
  let formula =
    "f(x) = sin 3πx on [−1, 1];  by N pieces the error is at most h² max |f″| / 8 = 9π² h² / 8, h = 2 / N"
  let expected = Verdict.holdsPartly
  let conclusion =
    "enough units are near any such function on an interval, but descent doesn't find the best ones, and rows don't stand in "
    + "for units"
  let sabotage = "hidden units without an activation"
  let tryIt = "apus train circles --hidden 8"
  let lesson: String? = "A circle"
  let isShort = false

  private static let frequency = 3 * Double.pi

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let built = try byHand(&report)
    try learned(built, context, &report)
    try noisy(context, &report)
    report.note(
      "“Any” is any continuous one on a bounded set; outside of it the network goes on in straight lines or stays where it is."
    )
    report.note(
      "That weights exist is not that they are found, and what it takes is units, not data: one unit fits 2,000 rows no better "
        + "than 200.")
    report.note(
      "Rows on an even grid about 0 make it harder: the gradient of each bias is then 0 but for rounding, and all units keep "
        + "bending at 0")
    return report
  }

  private func wave(_ x: Double) -> Double { Mathematics.sin(Self.frequency * x) }

  private func grid(_ count: Int) -> LabSamples {
    let places = (0..<count).map { -1 + 2 * Double($0) / Double(count - 1) }
    return LabSamples(places.map { [$0] }, values: places.map(wave))
  }

  /// Rows drawn from the interval. Rows that lie alike on both sides of 0 keep a network with biases of 0 almost odd.
  private func drawn(_ count: Int, _ random: Philox) -> LabSamples {
    let places = (0..<count).map { 2 * random.uniform(UInt64($0)) - 1 }
    return LabSamples(places.map { [$0] }, values: places.map(wave))
  }

  private func outputs(_ model: Model, _ samples: LabSamples) throws -> [Double] {
    try model(Tensor(samples.features.map { $0.map { Float($0) } })).values().map { Double($0) }
  }

  private func rootMeanSquare(_ outputs: [Double], _ samples: LabSamples) -> Double {
    LabStatistics.mean(zip(outputs, samples.values).map { ($0 - $1) * ($0 - $1) }).squareRoot()
  }

  // MARK: By hand

  /// The root mean square error of N ReLU units that interpolate between N + 1 points, by N.
  private func byHand(_ report: inout LabReport) throws -> [Int: Double] {
    report.part("Set by hand: N ReLU units join N + 1 points")
    let sizes = [8, 16, 32, 64]
    let fine = grid(8_001)
    var (largest, means): ([Double], [Int: Double]) = ([], [:])
    for size in sizes {
      let knots = (0...size).map { -1 + 2 * Double($0) / Double(size) }
      let slopes = zip(knots, knots.dropFirst()).map { (wave($1) - wave($0)) / ($1 - $0) }
      var model = try Model(input: [1]) {
        Dense(size); ReLU()
        Dense(1)
      }
      try model.set("0.weight", to: Array(repeating: 1, count: size))
      try model.set("0.bias", to: knots.dropLast().map { Float(-$0) })
      try model.set("2.weight", to: slopes.indices.map { Float(slopes[$0] - ($0 > 0 ? slopes[$0 - 1] : 0)) })
      try model.set("2.bias", to: [Float(wave(-1))])
      let outputs = try outputs(model, fine)
      largest.append(zip(outputs, fine.values).map { abs($0 - $1) }.max() ?? .nan)
      means[size] = rootMeanSquare(outputs, fine)
    }
    for (size, error) in zip(sizes, largest) {
      let width = 2 / Double(size)
      let bound = 9 * Double.pi * Double.pi * width * width / 8
      report.judge(
        "largest error, N = \(size)", error,
        LabRule.atMost(bound).called("at most 9π² h² / 8 = \(LabValue.figure(bound))"))
    }
    report.judge(
      "it falls as N to the power of, from 16 on",
      LabStatistics.exponent(sizes.dropFirst().map { Double($0) }, Array(largest.dropFirst())),
      .equals(-2, within: 0.1))
    return means
  }

  // MARK: Learned

  private struct Setting: Sendable {
    var units: Int
    var rows = 200
  }

  private func learned(
    _ built: [Int: Double], _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part(
      "Learned: 1-H-1, tanh, 200 rows, 2,000 steps of Adam at 0.01 with a cosine; root mean square error")
    let sizes = [1, 2, 4, 8, 16, 64]
    let seeds = context.seeds(5)
    let settings = sizes.map { Setting(units: $0) } + [Setting(units: 1, rows: 2_000)]
    let fine = grid(2_001)
    let runs = try Sweep.run(settings, seeds: seeds) { setting, seed -> (error: Double, model: Model) in
      let activation: any Layer = context.isSabotaged ? Identity() : Tanh()
      var model = try Model.dense(
        [1, setting.units, 1], activation, initializer: Normal(deviation: 1), seed: seed)
      try model.fit(
        drawn(setting.rows, Philox(seed: seed, path: "lab/rows")).dataset(), epochs: 2_000,
        batch: setting.rows, optimizer: .adam(0.01),
        schedule: .cosine, seed: seed)
      return (rootMeanSquare(try outputs(model, fine), fine), model)
    }
    let linear = (0.5 - 1 / (3 * Double.pi * Double.pi)).squareRoot()
    report.judge(
      "a straight line", try straightLine(fine), .equals(linear, within: 1e-3),
      lecture: "√(½ − 1 / (3π²)) = \(LabValue.figure(linear))")
    let medians = runs.map { LabStatistics.median($0.map(\.error)) }
    report.tell("H = 1, 2, 4, 8, 16, 64, medians of \(seeds.count) seeds", Array(medians.dropLast()))
    report.judge(
      "H = 64", medians[5], LabRule.atMost(0.3 * linear).called("at most 0.3 of the line's"))
    report.judge(
      "H = 1 with 2,000 rows", medians[6], .atLeast(0.5), lecture: "it takes units: data don't help")
    report.test(
      "H = 64 over 64 units set by hand", medians[5] / (built[64] ?? .nan), .atMost(1),
      lecture: "the function is found")
    report.show(
      LineChart(
        "Error over hidden units",
        [
          .init("learned", zip(sizes, medians).map { Point(Double($0), $1) }),
          .init("set by hand", built.sorted { $0.key < $1.key }.map { Point(Double($0.key), $0.value) }),
        ], xName: "hidden units", yName: "root mean square error", xKind: .logarithmic,
        yKind: .logarithmic))
    let coarse = grid(301)
    func series(_ name: String, _ values: [Double], isDashed: Bool = false) -> LineChart.Series {
      .init(name, zip(coarse.features, values).map { Point($0[0], $1) }, isDashed: isDashed)
    }
    report.show(
      LineChart(
        "sin 3πx and what was learned",
        try [1, 3, 5].map { series("H = \(sizes[$0])", try outputs(runs[$0][0].model, coarse)) }
          + [series("sin 3πx", coarse.values, isDashed: true)], xName: "x"))
  }

  private func straightLine(_ samples: LabSamples) throws -> Double {
    let fit = LeastSquares(
      features: samples.features.map { Float($0[0]) }, columns: 1, targets: samples.values)
    guard let fit else { throw ApusError("least squares of \(samples.count) rows has no solution") }
    return rootMeanSquare(samples.features.map { fit.weights[0] * $0[0] + fit.bias }, samples)
  }

  // MARK: With noise

  /// x cos x + sin² x + ½ N(0, 1), x from 0 to 12, as a sixth of its distance from the middle.
  private func notebook(_ count: Int, _ random: Philox) -> LabSamples {
    let places = (0..<count).map { 12 * random.uniform(UInt64(2 * $0)) }
    return LabSamples(
      places.map { [$0 / 6 - 1] },
      values: places.enumerated().map { row, x in
        let sine = Mathematics.sin(x)
        return x * Mathematics.cos(x) + sine * sine + 0.5 * random.normal(UInt64(2 * row + 1))
      })
  }

  private func noisy(_ context: LabContext, _ report: inout LabReport) throws {
    report.part(
      "x cos x + sin² x + ½ N(0, 1), 1,000 rows, 1-16-16-1, ReLU: mean squared error on 2,000 others")
    let seeds = context.seeds(3)
    let runs = try Sweep.map(seeds) { seed -> (error: Double, model: Model) in
      let training = notebook(1_000, Philox(seed: seed, path: "lab/notebook"))
      let test = notebook(2_000, Philox(seed: seed, path: "lab/notebook test"))
      let activation: any Layer = context.isSabotaged ? Identity() : ReLU()
      var model = try Model.dense([1, 16, 16, 1], activation, seed: seed)
      try model.fit(
        training.dataset(), epochs: 200, batch: 32, optimizer: .adam(0.01), schedule: .cosine, seed: seed)
      return (try model.loss(on: test.dataset()), model)
    }
    report.judge(
      "of \(seeds.count) seeds", runs.map(\.error), .between(0.2, 0.6),
      lecture: "0.2656; no function is below the noise, 0.25")
    let random = Philox(seed: seeds[0], path: "lab/notebook")
    let shown = notebook(300, random)
    let places = (0...240).map { -1 + Double($0) / 120 }
    let line = try outputs(runs[0].model, LabSamples(places.map { [$0] }, values: []))
    report.show(
      ScatterChart(
        "The rows, and the network",
        [.init("300 rows", zip(shown.features, shown.values).map { Point(6 * $0[0] + 6, $1) })],
        lines: [.init("network", zip(places, line).map { Point(6 * $0 + 6, $1) })], xName: "x", yName: "y"))
  }
}
