import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// Optimizers on features of very different frequency, on a scaled loss, and over rates.
struct OptimizersLab: Lab {
  let name = "optimizers"
  let theme = LabTheme.descent
  let slides = [
    Slide(.stevens, "Adaptive Learning Rate"), Slide(.stevens, "Recipe: breakthroughs"),
    Slide(.bucharest, "SGD, momentum, Adagrad, RMSprop, Adam"),
  ]
  let claim =
    "One learning rate does not fit all parameters: Adagrad, RMSprop and Adam give each its own. All of them still have a "
    + "learning rate."
  let formula = "s ← s + g²; w ← w − η g / (√s + ε)"
  let expected = Verdict.holds
  let conclusion =
    "adaptive rates learn the weights of rare inputs that SGD leaves, and none of them works at all rates"
  let sabotage = "every feature as frequent as the others"
  let tryIt = "apus train digits --optimizer adagrad --learning-rate 0.05"
  let isShort = false

  private typealias Named = (name: String, make: @Sendable (Double) -> OptimizerSetting)

  private static let all: [Named] = [
    ("SGD", { .sgd($0) }), ("momentum", { .momentum($0, 0.9) }), ("Nesterov", { .nesterov($0, 0.9) }),
    ("Adagrad", { .adagrad($0) }), ("RMSprop", { .rmsprop($0) }), ("Adam", { .adam($0) }),
  ]

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try rare(context, &report)
    try scaled(&report)
    try rates(context, &report)
    report.note(
      "On the digits the rate matters more than the optimizer: a tenth of its best rate costs SGD more than what Adam gains on "
        + "it.")
    return report
  }

  // MARK: Rare features

  private static let features = 8
  private static let noise = 0.5

  /// y = Σ ± x + noise; the j-th feature is there in one row of 2ʲ, and 0 else.
  private func data(_ count: Int, _ random: Philox, _ context: LabContext) -> LabSamples {
    var (rows, values): ([[Double]], [Double]) = ([], [])
    for row in 0..<count {
      let first = UInt64(row * 4 * Self.features)
      let own = (0..<Self.features).map { feature -> Double in
        let share = context.honest(Mathematics.pow(0.5, Double(feature + 1)), sabotaged: 0.5)
        return random.uniform(first + UInt64(feature)) < share ? 1 : 0
      }
      rows.append(own)
      let noise = Self.noise * random.normal(first + UInt64(2 * Self.features))
      values.append(own.enumerated().reduce(noise) { $0 + ($1.offset % 2 == 0 ? 1 : -1) * $1.element })
    }
    return LabSamples(rows, values: values)
  }

  private func rare(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("8 features, in one row of 2, 4, …, 256; y = ±1 each and noise; batches of 16, 500 steps")
    let data = try data(8_000, context.random("rare"), context).dataset()
    let rates = [0.003, 0.01, 0.03, 0.1, 0.3, 1]
    /// |w − w*| of each feature, at the rate with the least ½ Σ share (w − w*)².
    func errors(_ optimizer: Named) throws -> (rate: Double, errors: [Double]) {
      let outcomes = try Sweep.run(rates, seeds: context.seeds(5)) { rate, seed -> [Double]? in
        var model = try Model.linear(Self.features, 1)
        model.objective = Objective(data.targets, loss: .halfSquared)
        var settings = TrainingSettings(
          optimizer: optimizer.make(rate), epochs: 1, batch: 16, groups: [.frozen("0.bias")], seed: seed)
        settings.steps = 500
        let training = try LabTraining(model, on: data, settings)
        guard !training.isDiverged else { return nil }
        return training.model["0.weight"]!.enumerated().map { abs(Double($1) - ($0 % 2 == 0 ? 1 : -1)) }
      }
      let means: [(rate: Double, errors: [Double])] = zip(rates, outcomes).compactMap { rate, seeds in
        let good = seeds.compactMap { $0 }
        guard good.count == seeds.count else { return nil }
        return (rate, (0..<Self.features).map { feature in LabStatistics.mean(good.map { $0[feature] }) })
      }
      return means.min { excess($0.errors) < excess($1.errors) }!
    }
    let found = try Self.all.map { try errors($0) }
    for (optimizer, best) in zip(Self.all, found) {
      report.tell(
        "\(optimizer.name), rate \(LabValue.figure(best.rate)): error of the most frequent, the rarest weight",
        [best.errors[0], best.errors[Self.features - 1]])
    }
    let last = found.map { $0.errors[Self.features - 1] }
    report.judge("rarest weight's error, SGD", last[0], .above(0.3), lecture: "its rate is too small for it")
    report.judge(
      "the same, Adagrad, RMSprop, Adam over SGD", last[3...].map { $0 / last[0] }, .below(0.8),
      lecture: "less: a rate of its own")
    report.show(
      LineChart(
        "Error of each feature's weight",
        zip(Self.all, found).map { .init($0.name, values: $1.errors) }, xName: "feature, in one row of 2ʲ",
        yName: "|w − w*|"))
  }

  private func excess(_ errors: [Double]) -> Double {
    errors.enumerated().reduce(0.0) {
      $0 + Mathematics.pow(0.5, Double($1.offset + 1)) * $1.element * $1.element
    }
  }

  // MARK: A loss times 100

  private func scaled(_ report: inout LabReport) throws {
    report.part("½ (x² + 10 y²) from (1, 1), and 100 times that")
    func places(_ optimizer: OptimizerSetting, _ factor: Double, steps: Int) throws -> [Double] {
      let descent = try Descent([[1, 1]], optimizer: optimizer) { w in
        factor * (0.5 * w[0].square() + 5 * w[1].square())
      }
      try descent.run(steps: steps, rate: optimizer.rate)
      return descent.places[0]
    }
    let adam = (try places(.adam(0.01), 1, steps: 50), try places(.adam(0.01), 100, steps: 50))
    report.judge(
      "Adam, 50 steps: largest difference", zip(adam.0, adam.1).map { abs($0 - $1) }.max() ?? .nan,
      .atMost(1e-3), lecture: "0: it divides by its own scale")
    let plain = (try places(.sgd(1e-4), 1, steps: 1), try places(.sgd(1e-4), 100, steps: 1))
    report.judge(
      "SGD: a step 100 times as far", (1 - plain.1[0]) / (1 - plain.0[0]), .equals(100, within: 1))
  }

  // MARK: Rates

  private func rates(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("64-50-10 on the digits, batches of 32, 5 epochs, at rates from 0.0001 to 1")
    let data = try LabSamples.digits64().training.dataset()
    let rates = (0...8).map { Mathematics.pow(10, -4 + Double($0) / 2) }
    let losses = try Self.all.map { optimizer in
      try Sweep.map(rates) { rate -> Double in
        let training = try LabTraining(
          .d50(seed: context.seed), on: data,
          TrainingSettings(optimizer: optimizer.make(rate), epochs: 5, batch: 32, seed: context.seed))
        return training.isDiverged ? .infinity : LabStatistics.mean(Array(training.losses.suffix(120)))
      }
    }
    let best = losses.map { $0.min() ?? .nan }
    for (optimizer, loss) in zip(Self.all, best) { report.tell("best loss, \(optimizer.name)", loss) }
    report.judge(
      "best of Adagrad, RMSprop, Adam over SGD's", (best.suffix(3).min() ?? .nan) / best[0], .atMost(1),
      lecture: "at least as good")
    let widths = zip(losses, best).map { losses, best in losses.count { $0 <= 3 * best } }
    report.judge(
      "rates within 3 times its best loss, of 9", widths, .between(1, 6),
      lecture: "each has a learning rate to choose")
    report.show(
      LineChart(
        "Loss of the fifth epoch over the rate",
        zip(Self.all, losses).map { optimizer, losses in
          let points = zip(rates, losses).filter { $0.1.isFinite && $0.1 < 10 }
          return .init(optimizer.name, points.map { Point($0, $1) })
        }, xName: "learning rate", yName: "loss", xKind: .logarithmic, yKind: .logarithmic))
  }
}
