import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// A rate that begins small: on a product of two weights, from first weights that are too large, and from good ones.
struct WarmupLab: Lab {
  let name = "warmup"
  let theme = LabTheme.descent
  let slides = [Slide(.stevens, "Warm-up")]
  let claim =
    "At first weights that are random a large rate may oscillate or diverge: begin with a small one and raise it."
  let formula = "η_t = η · min(1, (t + 1) / N)"
  let expected = Verdict.holdsPartly
  let conclusion = "warm-up saves a start that would explode; from good first weights it gains nothing"
  let sabotage = "no warm-up"
  let tryIt = "apus train digits --learning-rate 0.3 --optimizer sgd --schedule 'warmup(100 steps)'"
  let isShort = false

  private static let most = 500

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try product(context, &report)
    try deep(context, &report)
    return report
  }

  /// A warm-up of some steps; none of a sabotaged lab.
  private func schedule(_ steps: Int, _ context: LabContext) -> any Schedule {
    context.isSabotaged || steps == 0 ? ConstantRate() : Warmup.warmup(steps)
  }

  // MARK: A product

  private func product(_ w: [Tensor]) -> Tensor { 0.5 * (w[0] * w[1] - 1).square() }

  private func product(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("½ (a b − 1)² from (3, 3.5): steps until J ≤ 0.00001")
    let length = RunLength(steps: Self.most, stepsPerEpoch: 1)
    func path(_ rate: Double, warmup: Int) throws -> [[Double]] {
      let schedule = schedule(warmup, context)
      return try Descent([[3, 3.5]], product).path(
        steps: Self.most, rate: { schedule.rate(step: $0, base: rate, run: length) })
    }
    /// Infinity where it never gets there.
    func steps(_ path: [[Double]]) -> Double {
      let first = path.firstIndex { place in
        let distance = place[0] * place[1] - 1
        return 0.5 * distance * distance <= 1e-5
      }
      return first.map { Double($0) } ?? .infinity
    }
    let rates = [0.05, 0.1, 0.2, 0.3, 0.4, 0.6]
    let none = try rates.map { steps(try path($0, warmup: 0)) }
    let twenty = try rates.map { steps(try path($0, warmup: 20)) }
    let fifty = try rates.map { steps(try path($0, warmup: 50)) }
    let finite = LabRule("finite") { $0.values.allSatisfy(\.isFinite) }
    let never = LabRule("∞: it diverges") { $0.values.allSatisfy { $0 == .infinity } }
    report.judge("no warm-up, rates 0.05, 0.1, 0.2", Array(none.prefix(3)), finite)
    report.judge("no warm-up, rates 0.3, 0.4, 0.6", Array(none.suffix(3)), never)
    report.judge("20 steps of warm-up, rates 0.3, 0.4, 0.6", Array(twenty.suffix(3)), finite)
    report.tell("50 steps of warm-up, rates 0.3, 0.4, 0.6", Array(fifty.suffix(3)))
    let calm = Contours.points(try path(0.4, warmup: 20))
    let jump = Contours.points(Array(try path(0.2, warmup: 0).prefix(30)))
    report.show(
      try Contours.chart(
        "Ways to the hyperbola a b = 1", product, x: -4...4, y: -4...4, levels: [0.1, 1, 5, 20, 60],
        paths: [.init("0.4, warm-up 20", calm), .init("0.2, none", jump)], xName: "a", yName: "b"))
  }

  // MARK: A deep network

  private struct Outcome: Sendable {
    var isDiverged = false
    var loss = 0.0
    var running: [Double] = []
  }

  private func train(
    gain: Double, rate: Double, warmup: Int, epochs: Int, _ context: LabContext, _ seed: UInt64
  ) throws -> Outcome {
    let data = try LabSamples.digits64().training.dataset()
    var model = try Model.dense([64, 64, 64, 64, 64, 64, 10], seed: seed)
    // The hidden layers' weights; the last one stays Xavier's.
    for parameter in model.parameters where parameter.path.hasSuffix("weight") && parameter.shape[1] == 64 {
      try model.set(parameter.path, to: model[parameter.path]!.map { Float(gain) * $0 })
    }
    let training = try LabTraining(
      model, on: data,
      TrainingSettings(
        optimizer: .sgd(rate), schedule: schedule(warmup, context), epochs: epochs, batch: 32, seed: seed))
    return Outcome(
      isDiverged: training.isDiverged, loss: training.running.last ?? .nan, running: training.running)
  }

  private func deep(_ context: LabContext, _ report: inout LabReport) throws {
    let seeds = context.seeds(12)
    report.part("64-(64×5)-10 with ReLU, first weights 2.5 times He's, SGD 0.03, 3 epochs")
    let outcomes = try Sweep.run([0, 100], seeds: seeds) { warmup, seed in
      try train(gain: 2.5, rate: 0.03, warmup: warmup, epochs: 3, context, seed)
    }
    let diverged = outcomes.map { Double($0.count { $0.isDiverged || !($0.loss < 2) }) / Double(seeds.count) }
    report.tell(
      "loss at the end without, of the seeds",
      outcomes[0].map { $0.isDiverged ? Double.infinity : $0.loss })
    report.judge(
      "share lost without warm-up: diverged, or above 2", diverged[0], .atLeast(1.0 / 3),
      lecture: "it may diverge")
    report.judge("the same with 100 steps of warm-up", diverged[1], .atMost(0.25), lecture: "hardly any")
    report.tell("loss at the end with warm-up, median", LabStatistics.median(outcomes[1].map(\.loss)))
    func series(_ name: String, _ outcome: Outcome) -> LineChart.Series {
      let finite = outcome.running.prefix { $0.isFinite }.enumerated()
      return .init(name, finite.map { Point(Double($0 + 1), $1) })
    }
    report.show(
      LineChart(
        "Running loss from weights 2.5 times He's",
        [series("no warm-up", outcomes[0][0]), series("100 steps", outcomes[1][0])], xName: "step",
        yName: "loss", yKind: .logarithmic))

    report.part("The same from He's own weights: loss after 3 epochs")
    let rates = [0.03, 0.1, 0.3]
    let settings = rates.flatMap { rate in [0, 100].map { (rate, $0) } }
    let good = try Sweep.run(settings, seeds: context.seeds(3)) { setting, seed in
      try train(gain: 1, rate: setting.0, warmup: setting.1, epochs: 3, context, seed).loss
    }.map { LabStatistics.median($0) }
    report.tell("no warm-up, rates 0.03, 0.1, 0.3", [good[0], good[2], good[4]])
    report.tell("100 steps of warm-up", [good[1], good[3], good[5]])
    let gains = [good[0] / good[1], good[2] / good[3], good[4] / good[5]]
    report.test("the first over the second", gains, .atLeast(1.1), lecture: "more: warm-up helps")
    report.note(
      "Not each start that explodes is lost: some seeds come back without warm-up, to a larger loss.")
    report.note(
      "Good first weights leave warm-up little to save here; batch normalization and attention are other cases."
    )
  }
}
