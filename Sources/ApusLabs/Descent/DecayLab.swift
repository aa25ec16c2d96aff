import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// Rates that fall: their formulas, the noise that they take away, and a case with no noise to take away.
struct DecayLab: Lab {
  let name = "decay"
  let theme = LabTheme.descent
  let slides = [
    Slide(.stevens, "Adaptive Learning Rate"), Slide(.bucharest, "Learning rate decay"),
  ]
  let claim =
    "Begin with a large rate, since the goal is far, and let it fall: by half every few epochs, as e^(−k t), or as "
    + "1 / (1 + k t)."
  let formula = "η e^(−k t);  η / (1 + k t);  η / √(t + 1);  noise that stays: η σ² / (2 − η)"
  let expected = Verdict.holdsPartly
  let conclusion =
    "a falling rate takes the noise away that a constant one keeps, but where the loss ends at 0 there is none"
  let sabotage = "rates that do not fall"
  let tryIt =
    "apus train digits --model softmax --optimizer sgd --learning-rate 0.3 --schedule 'step(2 epochs)'"
  let isShort = false

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try formulas(context, &report)
    try floor(context, &report)
    try labels(context, &report)
    try noNoise(context, &report)
    report.note(
      "Lecture 1 calls η / √(t + 1) a decay of 1/t; lecture 5's, η / (1 + k t), is one. After 100 steps the first is a tenth, "
        + "the second a hundredth.")
    return report
  }

  /// A schedule; of a sabotaged lab, the constant one.
  private func schedule(_ own: any Schedule, _ context: LabContext) -> any Schedule {
    context.isSabotaged ? ConstantRate() : own
  }

  // MARK: The formulas

  private func formulas(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("η = 1 at t = 0, 9, 99")
    let run = RunLength(steps: 100, stepsPerEpoch: 1)
    func values(_ own: any Schedule) -> [Double] {
      let schedule = schedule(own, context)
      return [0, 9, 99].map { schedule.rate(step: $0, base: 1, run: run) }
    }
    report.judge(
      "halved every 10", values(StepDecay(every: .steps(10))),
      .equals([1, 1, Mathematics.pow(0.5, 9)]))
    report.judge(
      "e^(−0.05 t)", values(ExponentialDecay(k: 0.05)),
      .equals([1, Mathematics.exp(-0.45), Mathematics.exp(-4.95)]))
    report.judge(
      "1 / (1 + t), lecture 5", values(InverseTime(k: 1)), .equals([1, 0.1, 0.01]))
    report.judge(
      "1 / √(t + 1), lecture 1", values(InverseSquareRoot()), .equals([1, 1 / 10.0.squareRoot(), 0.1]))
    let all: [(String, any Schedule)] = [
      ("halved every 10", StepDecay(every: .steps(10))),
      ("e^(−0.05 t)", ExponentialDecay(k: 0.05)),
      ("1 / (1 + t)", InverseTime(k: 1)), ("1 / √(t + 1)", InverseSquareRoot()),
    ]
    report.show(
      LineChart(
        "Schedules",
        all.map { name, schedule in
          let points = (0..<100).map { Point(Double($0), schedule.rate(step: $0, base: 1, run: run)) }
          return .init(name, points)
        }, xName: "t", yName: "rate"))
  }

  // MARK: The noise floor

  private func floor(_ context: LabContext, _ report: inout LabReport) throws {
    let (runs, steps) = (context.isFull ? 8_000 : 2_000, 1_000)
    report.part(
      "SGD on ½ (w − x)², x ~ N(0, 1), from w = 5, 1,000 steps, \(LabValue.figure(Double(runs))) runs")
    let length = RunLength(steps: steps, stepsPerEpoch: 1)
    let random = context.random("samples")
    var series: [LineChart.Series] = []
    /// E w² over the steps: measured, and by the recursion m ← (1 − η)² m + η².
    func measure(_ name: String, _ schedule: any Schedule, base: Double) throws -> (Double, Double) {
      let descent = try Descent(Array(repeating: [5], count: runs)) { w in 0.5 * w[0].square() }
      var expected = 25.0
      var points: [Point] = []
      var last = 25.0
      for step in 0..<steps {
        let rate = schedule.rate(step: step, base: base, run: length)
        try descent.run(
          steps: 1, rate: rate,
          noise: { _, run, _ in -random.normal(UInt64(step * runs + run)) })
        expected = (1 - rate) * (1 - rate) * expected + rate * rate
        if step % 10 == 9 {
          last = descent.places.reduce(0.0) { $0 + $1[0] * $1[0] } / Double(runs)
          points.append(Point(Double(step + 1), last))
        }
      }
      series.append(.init(name, points))
      return (last, expected)
    }
    let high = try measure("constant 0.1", ConstantRate(), base: 0.1)
    report.judge(
      "mean w², constant rate 0.1", high.0, .equals(0.1 / 1.9, within: 0, relative: 0.15),
      lecture: "η / (2 − η) = 0.0526")
    let low = try measure("constant 0.01", ConstantRate(), base: 0.01)
    report.judge(
      "constant rate 0.01", low.0, .equals(0.01 / 1.99, within: 0, relative: 0.15), lecture: "0.0050")
    let inverse = try measure("1 / (1 + t)", schedule(InverseTime(k: 1), context), base: 1)
    report.judge(
      "1 / (1 + t): the running mean of x", inverse.0, .equals(0.001, within: 0, relative: 0.15),
      lecture: "1 / 1,000")
    let root = try measure("1 / √(t + 1)", schedule(InverseSquareRoot(), context), base: 1)
    report.judge(
      "1 / √(t + 1)", root.0, .equals(root.1, within: 0, relative: 0.15),
      lecture: "\(LabValue.figure(root.1, digits: 3)), by recursion")
    report.show(
      LineChart("Distance to the goal", series, xName: "step", yName: "mean w²", yKind: .logarithmic))
  }

  // MARK: Wrong labels

  private func labels(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("Softmax on the digits, one label in ten wrong, batches of 4, 10 epochs: training loss")
    let random = context.random("wrong labels")
    var training = try LabSamples.digits64().training
    for row in 0..<training.count where random.uniform(UInt64(row)) < 0.1 {
      let shift = 1 + random.integer(UInt64(training.count + row), below: 9)
      training.labels[row] = (training.labels[row] + shift) % 10
    }
    let data = try training.dataset()
    let settings: [(rate: Double, schedule: any Schedule)] = [
      (0.3, ConstantRate()), (0.03, ConstantRate()), (0.3, schedule(StepDecay(every: .epochs(1)), context)),
      (0.3, schedule(CosineDecay(), context)),
    ]
    let losses = try Sweep.run(Array(settings.indices), seeds: context.seeds(2)) { index, seed in
      let (rate, schedule) = settings[index]
      return try loss(.linear(64, 10), data, rate: rate, schedule, batch: 4, epochs: 10, seed: seed)
    }.map { LabStatistics.mean($0) }
    report.tell("constant 0.3", losses[0])
    report.tell("constant 0.03", losses[1])
    report.tell("0.3, halved each epoch", losses[2])
    report.tell("0.3, cosine", losses[3])
    report.judge(
      "both falling ones over constant 0.3", [losses[2] / losses[0], losses[3] / losses[0]], .atMost(0.8),
      lecture: "less")
  }

  /// The loss on the rows trained on, after the training.
  private func loss(
    _ model: Model, _ data: TableDataset, rate: Double, _ schedule: any Schedule, batch: Int, epochs: Int,
    seed: UInt64
  ) throws -> Double {
    var model = model
    let settings = TrainingSettings(
      optimizer: .sgd(rate), schedule: schedule, epochs: epochs, batch: batch, seed: seed)
    try model.fit(data, settings: settings)
    return try model.evaluate(on: data)["loss"]?.value ?? .nan
  }

  // MARK: No noise

  private func noNoise(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("64-32-10 on the digits, batches of 16, 10 epochs: training loss")
    let data = try LabSamples.digits64().training.dataset()
    let settings: [(rate: Double, schedule: any Schedule)] = [
      (0.3, ConstantRate()), (0.3, StepDecay(every: .epochs(1))), (0.3, CosineDecay()),
    ]
    let losses = try Sweep.run(Array(settings.indices), seeds: context.seeds(2)) { index, seed in
      let (rate, schedule) = settings[index]
      return try loss(
        .dense([64, 32, 10], seed: seed), data, rate: rate, schedule, batch: 16, epochs: 10, seed: seed)
    }.map { LabStatistics.mean($0) }
    report.tell("constant 0.3", losses[0])
    report.tell("halved each epoch, cosine", [losses[1], losses[2]])
    report.test(
      "the best falling one over constant 0.3", min(losses[1], losses[2]) / losses[0], .below(1),
      lecture: "less: large first, small later")
    report.note(
      "Where every row can be told and the loss ends at 0, so does the gradient of each row: no noise is left, and a falling "
        + "rate only slows.")
  }
}
