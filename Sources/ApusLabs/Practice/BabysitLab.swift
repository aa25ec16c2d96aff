import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The checks before and during a training, with the figures that they should give.
struct BabysitLab: Lab {
  let name = "babysit"
  let theme = LabTheme.practice
  let slides = [
    Slide(.bucharest, "Practical advice 1 to 4"), Slide(.bucharest, "Step 2: the architecture"),
    Slide(.bucharest, "Monitor accuracy"),
  ]
  let claim =
    "Begin with one hidden layer of 50. The first loss is about 2.5 for 10 classes and grows with regularization; 20 rows are "
    + "learned by heart; a rate is found in an epoch; a big gap asks for regularization, no gap for capacity."
  let formula = "first loss ≈ ln 10 + ½ variance of the logits;  with λ it grows by λ/2 ‖W‖²"
  let expected = Verdict.holds
  let conclusion = "each check gives the figure that it should, and the gap says what to do next"
  let sabotage = "a learning rate of 0"
  let tryIt = "apus check digits --hidden 50"
  let isShort = false

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let data = try digits.training.dataset()
    try firstLoss(data, context, &report)
    try fewRows(digits.training, context, &report)
    try rates(data, context, &report)
    try gap(digits.training, digits.test, context, &report)
    try capacity(data, digits.test.dataset(), context, &report)
    report.note(
      "λ lowers the loss on other rows; their accuracy hardly moves until λ is too large.")
    report.note(
      "“About 2.5 for 10 classes”: a network that says nothing loses ln 10 = 2.303; first outputs that vary add half their "
        + "variance.")
    return report
  }

  // MARK: 1 and 2: the first loss

  private func firstLoss(
    _ data: TableDataset, _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part("1 and 2: the first loss of 64-50-10, ten seeds")
    let firsts = try context.seeds(10).map { seed -> (loss: Double, guess: Double) in
      var model = try Model.d50(seed: seed)
      model.objective = Objective(data.targets)
      let batch = try data.batch(Array(0..<512))
      let results = try model.compiled(outputs: [.logits, .loss], batch: 512)(batch)
      let logits = try results[.logits].values().map { Double($0) }
      let variances = (0..<512).map { row -> Double in
        let own = Array(logits[(10 * row)..<(10 * row + 10)])
        let mean = LabStatistics.mean(own)
        return LabStatistics.mean(own.map { ($0 - mean) * ($0 - mean) })
      }
      let losses = try results[.loss].values().map { Double($0) }
      return (LabStatistics.mean(losses), Mathematics.log(10) + LabStatistics.mean(variances) / 2)
    }
    report.judge(
      "1: least and largest", [firsts.map(\.loss).min()!, firsts.map(\.loss).max()!], .between(2.2, 3.5),
      lecture: "about 2.5")
    report.judge(
      "1: mean, less ln 10 and half the variance of a row's logits",
      LabStatistics.mean(firsts.map { $0.loss - $0.guess }), .equals(0, within: 0.15))
    var small = try Model.dense([64, 50, 10], initializer: Normal(deviation: 0.01), seed: context.seed)
    let random = context.random("small weights")
    try small.set("2.weight", to: (0..<500).map { 0.01 * Float(random.normal(UInt64($0))) })
    small.objective = Objective(data.targets)
    report.judge(
      "1: with weights of deviation 0.01", try small.loss(on: data),
      .equals(Mathematics.log(10), within: 0.005),
      lecture: "ln 10 = 2.303")

    let lambda = 0.012
    let model = try Model.d50(seed: context.seed)
    let rows = try data.batch(Array(0..<512)).arrays()
    let x = Tensor(rows.inputs, shape: TensorShape([512, 64]))
    func loss(_ lambda: Double) throws -> Double {
      Double(
        try valueAndGradient(of: model) { model in
          softmaxCrossEntropy(model(x), classes: rows.labels).mean()
            + Tensor(lambda / 2) * model.parameters.squaredNorm()
        }.value.values()[0])
    }
    let squares = ["0.weight", "2.weight"].reduce(0.0) { sum, path in
      sum + model[path]!.reduce(0.0) { $0 + Double($1) * Double($1) }
    }
    report.judge(
      "2: growth with λ = 0.012", try loss(lambda) - loss(0), .equals(lambda / 2 * squares, within: 1e-4),
      lecture: "λ/2 ‖W‖² = \(LabValue.figure(lambda / 2 * squares)); 3.2 − 2.5 on the slide")
  }

  // MARK: 3: few rows

  private func fewRows(
    _ training: LabSamples, _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part("3: 20 rows, all in each step of Adam at 0.01, until the loss is below 0.01")
    let runs = try Sweep.map(context.seeds(10)) { seed -> (steps: Double, accuracy: Double) in
      let rows = Philox(seed: seed, path: "lab/few rows").permutation(training.count).prefix(20)
      let few = try training.rows(Array(rows)).dataset()
      let run = try LabTraining(
        .d50(seed: seed), on: few,
        TrainingSettings(
          optimizer: .adam(context.honest(0.01, sabotaged: 0)), epochs: 500, batch: 20, seed: seed)
      ) { $0.last! < 0.01 }
      return (Double(run.losses.count), try run.model.accuracy(on: few).values[0])
    }
    report.judge("least accuracy of ten seeds", runs.map(\.accuracy).min()!, .exactly(1), lecture: "100 %")
    report.judge("steps, at most", runs.map(\.steps).max()!, .below(500))
  }

  // MARK: 4: the rate

  private func rates(
    _ data: TableDataset, _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part("4: one epoch at each rate, λ = 0.000001: the mean loss of its last 30 steps")
    let rates = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.3, 1, 3]
    let losses = try Sweep.map(rates) { rate -> Double in
      let run = try LabTraining(
        .d50(seed: context.seed), on: data,
        TrainingSettings(
          optimizer: .sgd(rate), epochs: 1, batch: 32, regularization: Regularization(l2: 1e-6),
          seed: context.seed))
      return run.isDiverged ? .infinity : LabStatistics.mean(Array(run.losses.suffix(30)))
    }
    report.tell("at 0.00001, 0.0001, …, 0.1, 0.3, 1, 3", losses)
    let best = losses.indices.min { losses[$0] < losses[$1] }!
    report.judge("the best rate, neither the first nor the last", rates[best], .between(1e-4, 1))
    report.judge(
      "loss at the smallest, the largest over the best",
      [losses[0] / losses[best], losses[7] / losses[best]],
      .above(2), lecture: "too slow, too fast")
    report.show(
      LineChart(
        "Loss at the end of an epoch",
        [.init("", zip(rates, losses).filter { $0.1.isFinite }.map { Point($0, $1) })],
        xName: "learning rate",
        yName: "loss", xKind: .logarithmic))
  }

  // MARK: 5: the gap

  private struct Outcome: Sendable {
    var curves: (training: [Double], test: [Double]) = ([], [])
    var losses = (training: 0.0, test: 0.0)
    var accuracy = 0.0
  }

  private func gap(
    _ training: LabSamples, _ test: LabSamples, _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part("5: a gap asks for regularization: 64-128-10 on 200 rows")
    let lambdas = [0, 0.003, 0.01, 0.03, 0.1, 0.3]
    let seeds = context.seeds(3)
    let held = try test.dataset()
    let runs = try Sweep.run(lambdas, seeds: seeds) { lambda, seed -> Outcome in
      let rows = Philox(seed: seed, path: "lab/gap").permutation(training.count).prefix(200)
      let data = try training.rows(Array(rows)).dataset()
      var model = try Model.dense([64, 128, 10], seed: seed)
      model.objective = Objective(data.targets)
      let session = try TrainingSession(
        model, training: data,
        settings: TrainingSettings(
          optimizer: .adam(3e-3), epochs: 60, batch: 32, regularization: Regularization(l2: lambda),
          seed: seed))
      var outcome = Outcome()
      for epoch in 1...60 {
        try session.runEpoch()
        guard epoch % 5 == 0, seed == seeds[0] else { continue }
        outcome.curves.training.append(try session.snapshot().accuracy(on: data).values[0])
        outcome.curves.test.append(try session.snapshot().accuracy(on: held).values[0])
      }
      model = session.snapshot()
      outcome.losses = (try model.loss(on: data), try model.loss(on: held))
      outcome.accuracy = try model.accuracy(on: held).values[0]
      return outcome
    }
    let gaps = runs.map { LabStatistics.mean($0.map { $0.losses.test - $0.losses.training }) }
    let losses = runs.map { LabStatistics.mean($0.map { $0.losses.test }) }
    let words = "λ = 0, 0.003, 0.01, 0.03, 0.1, 0.3"
    report.judge("gap of the losses, \(words)", gaps, .falling(), lecture: "λ closes it")
    report.tell("test loss", losses)
    let best = losses[1...4].min()!
    report.judge(
      "test loss at none and at the largest λ, less the best between", [losses[0] - best, losses[5] - best],
      .above(0), lecture: "the best λ lies between")
    report.tell("test accuracy", runs.map { LabStatistics.mean($0.map(\.accuracy)) })
    let epochs = (1...12).map { Double(5 * $0) }
    func series(_ number: Int, _ title: String) -> LineChart {
      LineChart(
        title,
        [
          .init("training", zip(epochs, runs[number][0].curves.training).map { Point($0, $1) }),
          .init("test", zip(epochs, runs[number][0].curves.test).map { Point($0, $1) }),
        ], xName: "epoch", yName: "accuracy")
    }
    report.show(series(0, "λ = 0: a gap"))
    report.show(series(4, "λ = 0.1: a smaller one"))
  }

  private func capacity(
    _ data: TableDataset, _ test: TableDataset, _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part("5: no gap asks for capacity: all rows, SGD 0.1, 8 epochs")
    let shapes = [[2], [3], [5], [50], [50, 50], [50, 50, 50]]
    let runs = try Sweep.run(shapes, seeds: context.seeds(3)) { hidden, seed -> (Double, Double) in
      let run = try LabTraining(
        .dense([64] + hidden + [10], seed: seed), on: data,
        TrainingSettings(optimizer: .sgd(0.1), epochs: 8, batch: 32, seed: seed))
      return (try run.model.accuracy(on: data).values[0], try run.model.accuracy(on: test).values[0])
    }
    let training = runs.map { LabStatistics.mean($0.map(\.0)) }
    let held = runs.map { LabStatistics.mean($0.map(\.1)) }
    report.judge("training accuracy, 2, 3, 5, 50 units", Array(training[..<4]), .rising())
    report.judge("test accuracy, 2, 3, 5, 50 units", Array(held[..<4]), .rising())
    report.tell("test accuracy, 1, 2, 3 layers of 50", Array(held[3...]))
  }
}
