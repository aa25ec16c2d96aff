import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// Descent with and without noise at a saddle, in a local minimum, and at weights of zero.
struct NoiseHelpsLab: Lab {
  let name = "noise-helps"
  let theme = LabTheme.descent
  let slides = [Slide(.newYork, "Some Noise Helps"), Slide(.newYork, "Understanding Learning Rate")]
  let claim = "The noise of single samples helps descent away from saddles and out of local minima."
  let formula = "w ← w − α (∇J + ε);  J = ¼ w⁴ − ½ w²;  J = 0.1 w² − ½ e^(−(w − 3)² / 0.18)"
  let expected = Verdict.holdsPartly
  let conclusion =
    "noise leaves a saddle and a local minimum that descent can't leave, but not weights that are all 0"
  let sabotage = "no noise"
  let tryIt = "apus plot descent saddle"

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try saddle(context, &report)
    try localMinimum(context, &report)
    try zeroWeights(context, &report)
    report.note(
      "At weights of 0, or units that are alike, the gradient of every single sample is 0, or alike: its noise is too, and "
        + "descent stays, one sample at a time or all at once. First weights must differ from unit to unit.")
    return report
  }

  // MARK: A saddle

  private func quartic(_ w: [Tensor]) -> Tensor { 0.25 * w[0].square().square() - 0.5 * w[0].square() }

  private func saddle(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("¼ w⁴ − ½ w² from w = 0, rate 0.1")
    let runs = context.isFull ? 2_000 : 400
    let still = try Descent([[0]], quartic)
    try still.run(steps: 1_000, rate: 0.1)
    report.judge("w after 1,000 steps without noise", still.places[0][0], .exactly(0))

    // A batch of one of two samples whose gradients are ∇J ± 0.1.
    let size = context.honest(0.1, sabotaged: 0)
    let random = context.random("saddle")
    let noisy = try Descent(Array(repeating: [0], count: runs), quartic)
    var left = [Double](repeating: .infinity, count: runs)
    var paths = [[Point(0, 0)], [Point(0, 0)], [Point(0, 0)]]
    try noisy.run(
      steps: 400, rate: 0.1,
      noise: { step, run, _ in random.bits(UInt64(step * runs + run)) & 1 == 0 ? size : -size }
    ) { step in
      let places = noisy.places
      for run in 0..<runs where left[run] == .infinity && abs(places[run][0]) > 0.5 {
        left[run] = Double(step + 1)
      }
      for run in paths.indices where step < 120 {
        paths[run].append(Point(Double(step + 1), places[run][0]))
      }
    }
    let gone = left.count { $0.isFinite }
    report.judge("share that leaves with noise ± 0.1", Double(gone) / Double(runs), .exactly(1))
    report.tell("steps until |w| > ½, median", LabStatistics.median(left))
    let right = noisy.places.count { $0[0] > 0 }
    report.judge("share to the right", LabStatistics.share(right, of: runs), .equals(0.5, standardErrors: 3))
    report.show(
      LineChart(
        "Leaving the saddle",
        [.init("no noise", [Point(0, 0), Point(120, 0)])]
          + paths.enumerated().map { .init("noise, run \($0 + 1)", $1) },
        xName: "step", yName: "w"))
  }

  // MARK: A local minimum

  private func twoMinima(_ w: [Tensor]) -> Tensor {
    0.1 * w[0].square() - 0.5 * (-(w[0] - 3).square() * (1 / 0.18)).exp()
  }

  private func localMinimum(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("0.1 w² − ½ e^(−(w − 3)² / 0.18) from w in [4, 8]")
    let runs = context.isFull ? 1_000 : 200
    let random = context.random("local minimum")
    let starts = (0..<runs).map { [4 + 4 * random.uniform(UInt64($0))] }
    func shareAtGlobal(_ descent: Descent) -> Double {
      Double(descent.places.count { abs($0[0]) < 0.5 }) / Double(runs)
    }
    var trapped: [Double] = []
    let rates = [0.01, 0.05, 0.1, 0.2, 0.4, 1, 2, 3]
    for rate in rates {
      let descent = try Descent(starts, twoMinima)
      try descent.run(steps: 3_000, rate: rate)
      trapped.append(1 - shareAtGlobal(descent))
    }
    report.judge(
      "share trapped at rates 0.01 to 0.4", Array(trapped.prefix(5)), .atLeast(0.99),
      lecture: "all: below 2 / J″ = 0.428 it is stable")
    report.judge("share trapped at rates 1, 2, 3", Array(trapped.suffix(3)), .atMost(0.01), lecture: "none")

    let deviations = [0, 0.5, 1, 2, 4]
    let scale = context.honest(1.0, sabotaged: 0)
    var reached: [Double] = []
    for (number, deviation) in deviations.enumerated() {
      let noise = context.random("noise \(number)")
      let descent = try Descent(starts, twoMinima)
      try descent.run(
        steps: 2_500, rate: 0.05,
        noise: deviation == 0
          ? nil : { step, run, _ in scale * deviation * noise.normal(UInt64(step * runs + run)) })
      try descent.run(steps: 500, rate: 0.05)
      reached.append(shareAtGlobal(descent))
    }
    report.judge("share at the global minimum, no noise", reached[0], .exactly(0))
    report.judge("share with a deviation of 2", reached[3], .atLeast(0.9), lecture: "most")
    report.tell("share with 0.5, 1, 4", [reached[1], reached[2], reached[4]])
    report.show(
      LineChart(
        "Who reaches the global minimum", [.init("", zip(deviations, reached).map { Point($0, $1) })],
        xName: "deviation of the gradient's noise", yName: "share of runs"))
    let curve = (-20...80).map { Double($0) / 10 }
    let heights = try twoMinima([Tensor(curve.map { Float($0) })]).values()
    report.show(
      LineChart(
        "The function", [.init("J", zip(curve, heights).map { Point($0, Double($1)) })], xName: "w",
        yName: "J"))
  }

  // MARK: Weights of zero

  private func zeroWeights(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("A network whose weights are all 0")
    let data = try LabSamples.digits64().training.dataset()
    var model = try Model.dense([64, 32, 10], Tanh(), initializer: Zeros(), seed: context.seed)
    try model.set("2.weight", to: Array(repeating: 0, count: 320))
    model.objective = Objective(data.targets)
    let step = try TrainingStep(model, optimizer: .sgd(0.1), batch: 1)
    var largest: Float = 0
    for batch in data.batches(of: 1, shuffledBy: context.seed, epoch: 0).prefix(500) {
      try step.gradients(batch)
      for path in ["0.weight", "2.weight"] {
        largest = max(largest, try step[gradient: path].values().map { abs($0) }.max() ?? 0)
      }
      try step.update()
    }
    report.test(
      "a weight has moved after 500 single samples", largest > 0, .yes, lecture: "noise helps descent away")
  }
}
