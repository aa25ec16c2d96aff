import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Batches from one row to all of them, each at its best rate: what a pass, a second and a byte buy.
struct BatchSizesLab: Lab {
  let name = "batch-sizes"
  let theme = LabTheme.descent
  let slides = [
    Slide(.stevens, "Optimization"), Slide(.stevens, "Comparisons"), Slide(.wisconsin, "Minibatch SGD"),
    Slide(.newYork, "Stochastic gradient descent"),
  ]
  let claim =
    "All rows are too many for a step: descent by batches is faster and comes to a better result; batches of 32 to 128 are "
    + "usual."
  let formula = "w ← w − η / B · Σ_{i in batch} ∇ℓ_i"
  let expected = Verdict.holdsPartly
  let conclusion =
    "after as many passes small batches are far ahead, and memory is that of a batch, but smaller ones generalize no better"
  let sabotage = "batches of all rows throughout"
  let tryIt = "apus train digits --batch 64"
  let isShort = false

  private static let epochs = 10

  private struct Course: Sendable {
    /// The loss on all training rows after each epoch.
    var losses: [Double] = []
    var seconds = 0.0
    var accuracy = 0.0
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let (data, test) = (try digits.training.dataset(), try digits.test.dataset())
    let sizes = [data.count, 512, 64, 8, 1]
    let rates = [
      [0.1, 0.3, 1, 3], [0.1, 0.3, 1, 3], [0.03, 0.1, 0.3, 1], [0.01, 0.03, 0.1, 0.3],
      [0.003, 0.01, 0.03, 0.1],
    ]
    let trials = sizes.indices.flatMap { size in rates[size].map { (size: size, rate: $0) } }
    let seeds = context.seeds(2)
    let courses = try Sweep.run(trials, seeds: seeds) { trial, seed in
      try course(
        data, test, batch: context.honest(sizes[trial.size], sabotaged: data.count), rate: trial.rate,
        seed: seed)
    }
    /// The courses of each size at its best rate.
    let best = sizes.indices.map { size in
      trials.indices.filter { trials[$0].size == size }.map { courses[$0] }.min {
        loss($0) < loss($1)
      }!
    }
    report.part("64-32-10 on the digits, 10 epochs, each batch at the best of four rates")
    let losses = best.map { loss($0) }
    report.tell("training loss, batches of all, 512, 64, 8, 1", losses)
    report.judge(
      "batches of 64, 8, 1 over all rows", losses.suffix(3).map { $0 / losses[0] }, .atMost(0.2),
      lecture: "faster: less after as many passes")
    report.tell("updates in an epoch", sizes.map { (data.count + $0 - 1) / $0 })
    report.time(
      "time of an epoch", best.map { 1e3 * LabStatistics.median($0.map(\.seconds)) }, unit: "ms")
    let accuracies = best.map { LabStatistics.mean($0.map(\.accuracy)) }
    report.tell("test accuracy", accuracies)
    report.test(
      "accuracy with one row less that with 64", accuracies[4] - accuracies[2], .above(0.01),
      lecture: "noise generalizes better")
    let names = ["all", "512", "64", "8", "1"]
    func series(_ x: (Course, Int) -> Double) -> [LineChart.Series] {
      zip(names, best).map { name, courses in
        let course = courses[0]
        return .init(name, course.losses.indices.map { Point(x(course, $0 + 1), course.losses[$0]) })
      }
    }
    report.show(
      LineChart(
        "Training loss over passes", series { Double($1) }, xName: "epochs", yName: "loss",
        yKind: .logarithmic))

    report.part("Memory of a step")
    let bytes = try [1, 64, 512, data.count].map { size -> Double in
      var model = try Model.dense([64, 32, 10], seed: context.seed)
      model.objective = Objective(data.targets)
      return Double(try TrainingStep(model, optimizer: .sgd(), batch: size).memoryBytes)
    }
    report.judge("batches of 1, 64, 512, 3,823", bytes.map { $0 / 1024 }, .rising(), unit: "KiB")
    let slope = (bytes[3] - bytes[2]) / Double(data.count - 512)
    report.judge(
      "bytes of a further row, 512 to 3,823 over 64 to 512", slope / ((bytes[2] - bytes[1]) / 448),
      .between(0.7, 1.3), lecture: "1: it grows with the batch")
    report.note(
      "The times are this machine's: a batch of one row can't fill its vectors, and all rows make one update an epoch."
    )
    return report
  }

  private func loss(_ courses: [Course]) -> Double {
    LabStatistics.mean(courses.map { $0.losses.last ?? .infinity })
  }

  private func course(
    _ data: TableDataset, _ test: TableDataset, batch: Int, rate: Double, seed: UInt64
  ) throws -> Course {
    var model = try Model.dense([64, 32, 10], seed: seed)
    model.objective = Objective(data.targets)
    let session = try TrainingSession(
      model, training: data,
      settings: TrainingSettings(optimizer: .sgd(rate), epochs: Self.epochs, batch: batch, seed: seed))
    var course = Course()
    do {
      for _ in 0..<Self.epochs {
        let start = Clock.nanoseconds
        try session.runEpoch()
        course.seconds += Double(Clock.nanoseconds - start) * 1e-9 / Double(Self.epochs)
        course.losses.append(try session.snapshot().evaluate(on: data)["loss"]?.value ?? .nan)
      }
    } catch let error as ApusError where error.kind == .divergence {
      course.losses.append(.infinity)
    }
    course.accuracy = try session.snapshot().accuracy(on: test).values[0]
    return course
  }
}
