import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// When to stop: at the first rise of the validation loss, with patience, at the best epoch, or never.
struct EarlyStoppingLab: Lab {
  let name = "early-stopping"
  let theme = LabTheme.generalizing
  let slides = [Slide(.stevens, "Early stopping")]
  let claim =
    "Training terminates as soon as the validation error reaches a minimum, which prevents overfitting."
  let formula = "keep w of epoch argmin J_validation"
  let expected = Verdict.holdsPartly
  let conclusion =
    "the best epoch beats the last, but stopping as soon as there is a minimum is far too soon, and mostly worse than not "
    + "stopping at all: it takes patience"
  let sabotage = "validation rows with shuffled classes"
  let tryIt = "apus train moons --noise 0.3 --hidden 64,64 --epochs 200 --early-stopping 20"
  let isShort = false

  private static let patience = [5, 10, 20]

  private struct Course: Sendable {
    var training: [Double] = []
    var validation: [Double] = []
    var test: [Double] = []

    /// The epoch (from 0) whose weights are kept where training stops after so many epochs without a better one.
    func epoch(patience: Int) -> Int {
      var best = 0
      for epoch in validation.indices {
        if validation[epoch] < validation[best] { best = epoch }
        if epoch - best >= patience { break }
      }
      return best
    }

    /// The kept epoch of each rule: first rise, patience 5, 10, 20, best of all, last.
    var epochs: [Int] {
      [epoch(patience: 1)] + EarlyStoppingLab.patience.map { epoch(patience: $0) }
        + [epoch(patience: .max), validation.count - 1]
    }
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let seeds = context.seeds(12)
    let courses = try Sweep.map(seeds) { try course($0, isShuffled: context.isSabotaged) }
    let names = [
      "at the first rise", "patience 5", "patience 10", "patience 20", "best of all epochs",
      "last: no stopping",
    ]
    report.part(
      "Moons of noise 0.3, 100 rows, 100 for validation, 2,000 for the test; 2-64-64-2 tanh, Adam 0.01, 200 epochs, \(seeds.count) seeds"
    )
    let tests = names.indices.map { rule in
      LabStatistics.measured(courses.map { $0.test[$0.epochs[rule]] })
    }
    let medians = names.indices.map { rule in
      LabStatistics.median(courses.map { Double($0.epochs[rule] + 1) })
    }
    report.tell("kept epoch, median: first rise, patience 5, 10, 20, best, last", medians)
    for (name, test) in zip(names, tests) { report.tell("test loss, \(name)", test) }
    let values = tests.map { $0.values[0] }
    report.judge(
      "best of all less last", values[4] - values[5], .below(0), lecture: "it prevents overfitting")
    let wins = courses.count { $0.test[$0.epochs[4]] < $0.test[$0.epochs[5]] }
    report.judge(
      "seeds in which it is so", wins, .atLeast(0.5 * Double(seeds.count)), lecture: "most of \(seeds.count)")
    report.judge(
      "test loss over patience: 5, 10, 20, best", Array(values[1...4]), .falling(slack: 0.01),
      lecture: "more patience is not worse")
    report.tell("first rise less last", values[0] - values[5])
    report.test(
      "first rise less best of all", values[0] - values[4], .atMost(0.02),
      lecture: "as soon as there is a minimum")
    let shown = courses[0]
    report.show(
      LineChart(
        "A course, with the epochs that are kept",
        [
          .init("training", values: shown.training), .init("validation", values: shown.validation),
          .init("test", values: shown.test),
        ],
        marks: zip(["", "", "", "", "", ""], shown.epochs).map { name, epoch in
          .init(Point(Double(epoch + 1), shown.validation[epoch]), name, color: 1)
        }, xName: "epoch", yName: "loss", width: 640))
    report.show(
      BarChart(
        "Test loss by rule",
        zip(names, tests).map { .init($0, $1.values[0], figure: LabValue.figure($1.values[0], digits: 3)) }))
    report.note(
      "Taken by the letter, the first minimum is a matter of chance: the validation loss of a hundred rows goes up and down from "
        + "epoch to epoch. Patience waits for a number of epochs, and the weights of the best one are kept.")
    report.note(
      "The figure on the validation rows of the epoch that they chose promises too much; the test rows say how much."
    )
    return report
  }

  private func course(_ seed: UInt64, isShuffled: Bool) throws -> Course {
    func moons(_ rows: Int, _ offset: UInt64) throws -> LabSamples {
      try .generated("moons", rows: rows, noise: 0.3, seed: seed &+ offset)
    }
    let given = try moons(100, 10_000)
    let validation = try (isShuffled ? given.shufflingLabels(Philox(seed: seed, path: "lab/labels")) : given)
      .dataset()
    let (data, test) = (try moons(100, 0).dataset(), try moons(2_000, 20_000).dataset())
    let session = try TrainingSession(
      Model.dense([2, 64, 64, 2], Tanh(), initializer: XavierNormal(), seed: seed), training: data,
      validation: validation,
      settings: TrainingSettings(optimizer: .adam(0.01), epochs: 200, batch: 32, seed: seed))
    var course = Course()
    while !session.isFinished {
      let epoch = try session.runEpoch()
      course.training.append(epoch.trainingLoss)
      course.validation.append(epoch.validation("loss") ?? .nan)
      course.test.append(LabStatistics.mean(try session.results(on: test).losses.map { Double($0) }))
    }
    return course
  }
}
