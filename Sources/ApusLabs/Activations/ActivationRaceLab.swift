import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// A race of the activations: to a goal, and to the best result.
struct ActivationRaceLab: Lab {
  let name = "activation-race"
  let theme = LabTheme.activations
  let slides = [
    Slide(.bucharest, "ReLU: converges 6 times faster"), Slide(.bucharest, "TLDR: in practice"),
    Slide(.irvine, "Other activation functions"),
  ]
  let claim =
    "ReLU converges six times faster than sigmoid and tanh; use ReLU, try leaky ReLU, ELU and tanh, not sigmoid."
  let expected = Verdict.holdsPartly
  let conclusion =
    "sigmoid is far behind, but tanh keeps up with ReLU from good first weights, and the others are alike"
  let sabotage = "sigmoid run as ReLU"
  let tryIt = "apus train digits --hidden 64,64,64,64 --activation tanh --optimizer sgd --learning-rate 0.1"
  let isShort = false

  private struct Runner: Sendable {
    var name: String
    var layer: any Layer
    var initializer: any Initializer = HeNormal()
  }

  private static let goal = 0.2

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let (data, test) = (try digits.training.dataset(), try digits.test.dataset())
    try race(data, context, &report)
    try result(data, test, context, &report)
    report.note(
      "“6 times” is one figure of one paper: tanh against ReLU in a small convolutional network on CIFAR-10, to a training error "
        + "of 25 %. The slides repeat it for leaky ReLU and for sigmoid.")
    return report
  }

  // MARK: The race

  private func race(_ data: TableDataset, _ context: LabContext, _ report: inout LabReport) throws {
    report.part("64-(64×4)-10, SGD at the best of 0.03, 0.1, 0.3, 1: steps to a running loss of 0.2, of 960")
    let sigmoid: any Layer = context.isSabotaged ? ReLU() : Sigmoid()
    let runners = [
      Runner(name: "ReLU", layer: ReLU()), Runner(name: "tanh", layer: Tanh(), initializer: XavierNormal()),
      Runner(
        name: "sigmoid", layer: sigmoid,
        initializer: context.isSabotaged ? HeNormal() : XavierNormal()),
    ]
    let rates = [0.03, 0.1, 0.3, 1]
    let settings = runners.flatMap { runner in rates.map { (runner: runner, rate: $0) } }
    let trainings = try Sweep.run(settings, seeds: context.seeds(3)) { setting, seed in
      try LabTraining(
        .dense(
          [64, 64, 64, 64, 64, 10], setting.runner.layer, initializer: setting.runner.initializer, seed: seed),
        on: data, TrainingSettings(optimizer: .sgd(setting.rate), epochs: 8, batch: 32, seed: seed))
    }
    /// The least median, with a course of that rate.
    var (steps, curves): ([Double], [LineChart.Series]) = ([], [])
    for (number, runner) in runners.enumerated() {
      let own = trainings[(4 * number)..<(4 * number + 4)]
      let medians = own.map { seeds in
        LabStatistics.median(seeds.map { $0.steps(to: Self.goal).map { Double($0) } ?? .infinity })
      }
      let last = own.map { seeds in LabStatistics.median(seeds.map { $0.running.last ?? .infinity }) }
      let best = medians.indices.min { (medians[$0], last[$0]) < (medians[$1], last[$1]) }!
      steps.append(medians[best])
      let running = own[own.startIndex + best][0].running.prefix(400)
      curves.append(.init(runner.name, running.enumerated().map { Point(Double($0 + 1), $1) }))
    }
    report.tell("ReLU", steps[0])
    report.tell("tanh", steps[1])
    report.judge("sigmoid / ReLU", steps[2] / steps[0], .atLeast(3), lecture: "6 times, ∞: never")
    report.test("tanh / ReLU", steps[1] / steps[0], .atLeast(3), lecture: "6 times")
    report.show(LineChart("Running loss, each at its best rate", curves, xName: "step", yName: "loss"))
  }

  // MARK: The result

  private func result(
    _ data: TableDataset, _ test: TableDataset, _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part("64-64-64-10, Adam 0.002, 8 epochs: test accuracy")
    let runners = [
      Runner(name: "none", layer: Identity(), initializer: XavierNormal()),
      Runner(name: "sigmoid", layer: Sigmoid(), initializer: XavierNormal()),
      Runner(name: "tanh", layer: Tanh(), initializer: XavierNormal()),
      Runner(name: "softplus", layer: Softplus()), Runner(name: "ReLU", layer: ReLU()),
      Runner(name: "leaky ReLU", layer: LeakyReLU()), Runner(name: "ELU", layer: ELU()),
      Runner(name: "swish", layer: Swish()),
    ]
    let accuracies = try Sweep.run(runners, seeds: context.seeds(3)) { runner, seed -> Double in
      let training = try LabTraining(
        .dense([64, 64, 64, 10], runner.layer, initializer: runner.initializer, seed: seed), on: data,
        TrainingSettings(optimizer: .adam(2e-3), epochs: 8, batch: 32, seed: seed))
      return try training.model.accuracy(on: test).values[0]
    }
    let means = accuracies.map { LabStatistics.mean($0) }
    for (runner, seeds) in zip(runners, accuracies) {
      report.tell(runner.name, LabStatistics.measured(seeds))
    }
    // Of 1,797 rows with 4 % wrong, and of two such figures.
    let error = 2.0.squareRoot() * (0.04 * 0.96 / Double(test.count)).squareRoot()
    let rest = Array(means[2...])
    report.judge(
      "best less worst of all but none and sigmoid", (rest.max() ?? .nan) - (rest.min() ?? .nan),
      .atMost(3 * error),
      lecture: "within 3 standard errors: alike")
    report.judge("best of them less none", (rest.max() ?? .nan) - means[0], .above(error), lecture: "better")
    report.show(
      BarChart(
        "Test error",
        zip(runners, means).map {
          .init($0.name, 1 - $1, figure: "\(LabValue.figure(100 * (1 - $1), digits: 3)) %")
        }))
  }
}
