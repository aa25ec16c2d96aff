import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Rates at which ReLU units die, what its variants do there, and a slope that is learned.
struct DeadReLULab: Lab {
  let name = "dead-relu"
  let theme = LabTheme.activations
  let slides = [
    Slide(.stevens, "ReLU: variants"), Slide(.bucharest, "ReLU"), Slide(.bucharest, "Leaky ReLU, PReLU"),
    Slide(.bucharest, "ELU"),
  ]
  let claim =
    "A ReLU unit that a step has pushed too far never fires again and learns no more; leaky ReLU, PReLU and ELU do not die."
  let formula = "max(0, x);  max(0.01 x, x);  PReLU: x > 0 ? x : α x, α learned;  ELU: x > 0 ? x : e^x − 1"
  let expected = Verdict.holdsPartly
  let conclusion =
    "at a rate of 1 ReLU units die by the dozen and leaky ones do not, but an ELU far below 0 is as good as dead"
  let sabotage = "leaky ReLU in the place of ReLU"
  let tryIt = "apus train digits --hidden 100,100 --activation relu --optimizer sgd --learning-rate 1"
  let isShort = false

  private struct Outcome: Sendable {
    /// The share of the second layer's units that are 0 for every row.
    var dead = 0.0
    var accuracy = 0.0
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let rates = [0.01, 0.1, 0.5, 1, 1.5]
    let seeds = context.seeds(5)
    let digits = try LabSamples.digits64()
    let (data, test) = (try digits.training.dataset(), try digits.test.dataset())
    func sweep(_ activation: any Layer) throws -> [[Outcome]] {
      try Sweep.run(rates, seeds: seeds) { try outcome(activation, $0, data, test, seed: $1) }
    }
    let relu = try sweep(context.isSabotaged ? LeakyReLU() : ReLU())
    let leaky = try sweep(LeakyReLU())
    let elu = try sweep(ELU())
    func means(_ outcomes: [[Outcome]]) -> [Double] { outcomes.map { LabStatistics.mean($0.map(\.dead)) } }
    func medians(_ outcomes: [[Outcome]]) -> [Double] {
      outcomes.map { LabStatistics.median($0.map(\.accuracy)) }
    }

    report.part(
      "64-100-100-10 on the digits, SGD, 3 epochs: units of the second layer that are 0 for every row")
    let dead = means(relu)
    report.tell("ReLU, rates 0.01, 0.1, 0.5, 1, 1.5: mean share", dead)
    report.judge("at 0.1", dead[1], .atMost(0.02), lecture: "none at a fitting rate")
    report.judge("at 1", dead[3], .atLeast(0.3), lecture: "too high a rate kills")
    report.judge(
      "leaky ReLU and ELU at 1", [means(leaky)[3], means(elu)[3]], .equals([0, 0], within: 0), lecture: "none"
    )
    report.part("Test accuracy, median")
    report.tell("ReLU", medians(relu))
    report.tell("leaky ReLU", medians(leaky))
    report.tell("ELU", medians(elu))
    report.show(
      LineChart(
        "Dead units over the rate",
        [
          .init("ReLU", zip(rates, dead).map { Point($0, $1) }),
          .init("leaky ReLU", zip(rates, means(leaky)).map { Point($0, $1) }),
          .init("ELU", zip(rates, means(elu)).map { Point($0, $1) }),
        ], xName: "learning rate", yName: "share of units", xKind: .logarithmic))
    try pushed(context, &report)
    try slope(context, &report)
    report.note(
      "At a rate of 1 leaky networks do not die, but most of them diverge: not dying is not yet learning.")
    report.note("max(α x, x) is PReLU only for α ≤ 1: for a larger slope it takes the other branch.")
    return report
  }

  private func outcome(
    _ activation: any Layer, _ rate: Double, _ data: TableDataset, _ test: TableDataset, seed: UInt64
  ) throws -> Outcome {
    let training = try LabTraining(
      .dense([64, 100, 100, 10], activation, seed: seed), on: data,
      TrainingSettings(optimizer: .sgd(rate), epochs: 3, batch: 32, seed: seed))
    let model = training.model
    let compiled = try model.compiled(outputs: [.layer("3")])
    let values = try compiled(Tensor(data.features, shape: TensorShape([data.count, 64])))[.layer("3")]
      .values()
    var isActive = [Bool](repeating: false, count: 100)
    for (place, value) in values.enumerated() where value != 0 { isActive[place % 100] = true }
    return Outcome(
      dead: Double(isActive.count { !$0 }) / 100, accuracy: try model.accuracy(on: test).values[0])
  }

  /// A unit whose bias is far below 0.
  private func pushed(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("A unit with the bias −100, 50 steps: largest move of its weights")
    let data = try LabSamples.digits64().training.dataset()
    func move(_ activation: any Layer) throws -> Double {
      var model = try Model.dense([64, 20, 10], activation, seed: context.seed)
      model.objective = Objective(data.targets)
      var bias = model["0.bias"]!
      bias[0] = -100
      try model.set("0.bias", to: bias)
      let step = try TrainingStep(model, optimizer: .sgd(0.1), batch: 32)
      for batch in data.batches(of: 32).prefix(50) {
        try step.gradients(batch)
        try step.update(rate: 0.1)
      }
      let moves = zip(model["0.weight"]!, step.model["0.weight"]!).enumerated().filter { $0.offset % 20 == 0 }
      return moves.map { abs(Double($0.element.0) - Double($0.element.1)) }.max() ?? .nan
    }
    report.judge(
      "ReLU", try move(context.isSabotaged ? LeakyReLU() : ReLU()), .exactly(0), lecture: "0: it is dead")
    report.judge("leaky ReLU", try move(LeakyReLU()), .above(0), lecture: "it learns on")
    report.test("ELU", try move(ELU()), .above(0), lecture: "it does not die")
    report.note(
      "ELU's slope is e^x: far below 0 it is as good as dead, and only a unit near 0 comes back.")
  }

  private func slope(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("PReLU fitted to max(x, 0) + s min(x, 0)")
    let points = (0..<100).map { -2 + 4 * (Double($0) + 0.5) / 100 }
    for slope in [0.3, 1.5] {
      let targets = points.map { $0 > 0 ? $0 : slope * $0 }
      let data = try LabSamples(points.map { [$0] }, values: targets).dataset()
      var model = try Model(input: [1]) { PReLU() }
      try model.fit(data, epochs: 200, batch: 100, optimizer: .sgd(0.3))
      report.judge(
        "learned α, s = \(LabValue.figure(slope))", model["0.weight"]![0], .equals(slope, within: 1e-3))
      let mirrored = points.map { max(slope * $0, $0) }
      let error = zip(mirrored, targets).map { abs($0 - $1) }.max() ?? .nan
      report.judge(
        "max(α x, x) from that, largest difference", error, slope <= 1 ? .exactly(0) : .atLeast(0.5),
        lecture: slope <= 1 ? "0" : "another function: α > 1")
    }
  }
}
