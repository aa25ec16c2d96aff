import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// The beginning of descent: how far from the goal, and in which basin.
struct RestartLab: Lab {
  let name = "restart"
  let theme = LabTheme.descent
  let slides = [Slide(.newYork, "Model parameters"), Slide(.wisconsin, "Demo: learning XOR")]
  let claim =
    "First weights near w* are sooner there, and where a training is stuck, another one from other weights may not be."
  let formula = "steps = ln(distance / goal) / −ln(1 − α λ);  k restarts: 1 − (1 − p)ᵏ"
  let expected = Verdict.holds
  let conclusion =
    "ten times the distance costs the same number of steps each time, and restarts find what a single start misses"
  let sabotage = "every restart from the same weights"
  let tryIt = "apus train xor --hidden 2 --activation tanh --ensemble 'restarts(5)'"
  let lesson: String? = "XOR with a hidden layer"
  let isShort = false

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try distance(&report)
    try digits(context, &report)
    try xor(context, &report)
    report.note(
      "`model.compile()`, as the slide restarts, keeps the weights: build the model again for new ones.")
    return report
  }

  // MARK: Distance

  private func distance(_ report: inout LabReport) throws {
    report.part("½ λ w² with α λ = 0.1: steps until |w| ≤ 0.0001")
    let starts = [0.01, 0.1, 1, 10]
    let steps = try starts.map { start -> Int in
      let path = try Descent([[start]]) { w in 0.5 * w[0].square() }.path(steps: 200, rate: 0.1)
      return path.firstIndex { abs($0[0]) <= 1e-4 } ?? .max
    }
    report.judge(
      "from 0.01, 0.1, 1, 10", steps, .equals([44, 66, 88, 110], within: 0),
      lecture: "44, 66, 88, 110: 21.9 for each factor of 10")
  }

  // MARK: Digits

  private func digits(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("64-50-10 on the digits from (1 − f) trained + f random: steps to a running loss of 0.15")
    let data = try LabSamples.digits64().training.dataset()
    let shares = [0, 0.1, 0.4, 0.8, 1]
    let settings = TrainingSettings(optimizer: .sgd(0.1), epochs: 8, batch: 32, seed: context.seed)
    let seeds = context.seeds(3)
    let steps = try Sweep.map(seeds) { seed -> [Double] in
      var own = settings
      own.seed = seed
      let trained = try LabTraining(.d50(seed: seed), on: data, own).model
      let random = try Model.d50(seed: seed &+ 1_000)
      return try shares.map { share in
        let model = try trained.interpolated(to: random, at: share)
        let training = try LabTraining(model, on: data, own) {
          LabTraining.running($0).last! <= 0.15
        }
        return training.steps(to: 0.15).map { Double($0) } ?? .infinity
      }
    }
    let medians = shares.indices.map { index in LabStatistics.median(steps.map { $0[index] }) }
    report.judge(
      "f = 0, 0.1, 0.4, 0.8, 1, median", medians, .rising(slack: 1e-9).called("never fewer"),
      lecture: "the nearer the faster")
    report.judge("from random weights / from f = 0.1", medians[4] / medians[1], .atLeast(5))
  }

  // MARK: XOR

  private struct Run: Sendable {
    var loss = 0.0
    /// So small a mean of four losses that each row's is below ln 2, and each row right.
    var isRight: Bool { loss < Mathematics.log(2) / 4 }
  }

  private func xor(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("XOR of ±1 by 2-H-1, all four rows a step, rate 1, 3,000 steps: the share that learns it")
    let count = context.isFull ? 600 : 200
    let widths = [2, 3, 4]
    func sweep(_ activation: any Layer, _ count: Int) throws -> [[Run]] {
      let seeds = (0..<count).map { context.seed &+ UInt64(context.isSabotaged ? 0 : $0) }
      return try Sweep.run(widths, seeds: seeds) { try xor($0, activation, seed: $1) }
    }
    func shares(_ runs: [[Run]]) -> [Double] {
      runs.map { Double($0.count { $0.isRight }) / Double($0.count) }
    }
    let tanh = try sweep(Tanh(), count)
    let others = [try sweep(Sigmoid(), count / 4), try sweep(ReLU(), count / 4)]
    let found = shares(tanh)
    report.judge("tanh, H = 2", found[0], .between(0.45, 0.9), lecture: "sometimes")
    report.judge("tanh, H = 4", found[2], .atLeast(0.95), lecture: "nearly always")
    report.tell("tanh, H = 3", found[1])
    report.tell("sigmoid, H = 2, 3, 4", shares(others[0]))
    report.tell("ReLU, H = 2, 3, 4", shares(others[1]))

    let groups = stride(from: 0, to: count, by: 5).map { tanh[0][$0..<($0 + 5)] }
    let best = Double(groups.count { $0.contains { $0.isRight } }) / Double(groups.count)
    report.judge(
      "best of 5 restarts, tanh, H = 2", best,
      .equals(1 - Mathematics.pow(1 - found[0], 5), within: 0.06), lecture: "1 − (1 − p)⁵")

    // Half the rows known and half at one half; three of four at one third; nothing known.
    let third = -(Mathematics.log(1.0 / 3) + 2 * Mathematics.log(2.0 / 3)) / 3
    let levels = [Mathematics.log(2) / 2, 0.75 * third, Mathematics.log(2)]
    let stuck = (tanh + others.joined()).joined().filter { !$0.isRight }
    let near = stuck.count { run in levels.contains { abs(run.loss - $0) < 0.01 } }
    report.judge(
      "share of the stuck at a loss of 0.347, 0.477 or 0.693", Double(near) / Double(max(stuck.count, 1)),
      .atLeast(0.9), lecture: "½ ln 2, ¾ H(⅓), ln 2")
    report.show(
      HistogramChart(
        "Final losses of 200 starts, tanh, H = 2",
        Histogram(tanh[0].map(\.loss), from: 0, to: 0.72, bins: 36), xName: "loss"))
  }

  private func xor(_ width: Int, _ activation: any Layer, seed: UInt64) throws -> Run {
    let corners: [[Double]] = [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    let data = try LabSamples(corners, labels: [0, 1, 1, 0], classes: ["0", "1"]).dataset()
    var model = try Model.dense([2, width, 1], activation, initializer: XavierNormal(), seed: seed)
    model.objective = Objective(data.targets, loss: .binaryCrossEntropy)
    let step = try TrainingStep(model, optimizer: .sgd(1), batch: 4)
    try step.gradients(data.batches(of: 4)[0])
    for _ in 0..<3_000 {
      try step.update(rate: 1)
      try step.gradients()
    }
    return Run(loss: Double(try step.gradients()))
  }
}
