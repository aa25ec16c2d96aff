import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Networks with up to 384 parameters a row: they fit all rows, and predict no worse.
struct OverparameterizedLab: Lab {
  let name = "overparameterized"
  let theme = LabTheme.generalizing
  let slides = [
    Slide(.newYork, "Overparameterized models"), Slide(.newYork, "Overparameterized models: J = 0"),
  ]
  let claim =
    "Conventional wisdom says that models with more parameters than rows overfit; in practice they do not. Once J = 0 nothing is "
    + "left to update."
  let formula = "p ≫ N;  J = 0 ⇒ ∇J = 0"
  let expected = Verdict.holds
  let conclusion =
    "hundreds of parameters a row do no harm on the digits, and at J = 0 the weights stay as they are"
  let sabotage = "shuffled classes in training"
  let tryIt = "apus train digits --validation 0.94 --hidden 1024 --l2 0 --epochs 150"
  let isShort = false

  private static let rows = 200
  private static let sizes = [1, 2, 4, 8, 16, 64, 256, 1_024]

  private struct Outcome: Sendable {
    var training: Double
    var test: Double
    var parameters: Int
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let test = try digits.test.dataset()
    let outcomes = try Sweep.run(Self.sizes.reversed(), seeds: context.seeds(3)) { size, seed -> Outcome in
      let data = try rows(digits.training, context, seed: seed)
      var model = try Model.dense([64, size, 10], seed: seed)
      try model.fit(data, epochs: 150, optimizer: .adam(3e-3), seed: seed)
      return Outcome(
        training: try model.accuracy(on: data).values[0], test: try model.accuracy(on: test).values[0],
        parameters: model.parameterCount)
    }.reversed().map { $0 }
    let training = outcomes.map { LabStatistics.mean($0.map(\.training)) }
    let tests = outcomes.map { LabStatistics.mean($0.map(\.test)) }
    let parameters = outcomes.map { Double($0[0].parameters) / Double(Self.rows) }
    report.part("200 digits, 64-H-10, H = 1, 2, 4, 8, 16, 64, 256, 1,024, Adam 0.003, 150 epochs, 3 seeds")
    report.judge(
      "parameters a row, H = 1, 1,024", [parameters[0], parameters[7]],
      .equals([0.425, 384.05], within: 1e-9))
    report.tell("training accuracy", training)
    report.tell("test accuracy", tests)
    report.judge("training accuracy at 1,024", training[7], .atLeast(0.999), lecture: "1: J is next to 0")
    report.judge("test accuracy at 1,024", tests[7], .atLeast(0.85), lecture: "it predicts")
    report.judge(
      "test accuracy at 1,024 less the best", tests[7] - (tests.max() ?? .nan), .atLeast(-0.02),
      lecture: "no harm")
    report.judge(
      "test accuracy at 1,024 less that at 8", tests[7] - tests[3], .above(0), lecture: "above the small ones"
    )
    report.show(
      LineChart(
        "Accuracy over parameters a row",
        [
          .init("training", zip(parameters, training).map { Point($0, $1) }),
          .init("test", zip(parameters, tests).map { Point($0, $1) }),
        ], marks: [.init(Point(1, tests.min() ?? 0), "as many as rows", color: 1)],
        xName: "parameters / rows",
        yName: "accuracy", xKind: .logarithmic))
    try zero(digits.training, context, &report)
    report.note(
      "That it does no harm is a fact of this data and training, and not of all: with noisy labels, and near p = N of least "
        + "squares, there is a peak (the lab double-descent).")
    return report
  }

  private func rows(_ digits: LabSamples, _ context: LabContext, seed: UInt64) throws -> TableDataset {
    let order = Philox(seed: seed, path: "lab/rows").permutation(digits.count)
    let chosen = digits.rows(order.prefix(Self.rows))
    return try context.honest(
      chosen, sabotaged: chosen.shufflingLabels(Philox(seed: seed, path: "lab/labels"))
    )
    .dataset()
  }

  // MARK: J = 0

  private func zero(_ digits: LabSamples, _ context: LabContext, _ report: inout LabReport) throws {
    report.part("64-256-10 on the same rows until J = 0, SGD")
    let data = try rows(digits, context, seed: context.seed)
    func step(_ loss: any Loss) throws -> TrainingStep {
      var model = try Model.dense([64, 256, 10], seed: context.seed)
      model.objective = Objective(data.targets, loss: loss)
      return try TrainingStep(model, optimizer: .sgd(), batch: Self.rows)
    }
    let batch = data.batches(of: Self.rows)[0]
    let hinge = try step(.multiclassSVM)
    var count = 0
    var losses: [Double] = []
    while count < 5_000 {
      losses.append(Double(try hinge.gradients(batch)))
      if losses[count] == 0 { break }
      try hinge.update(rate: 0.01)
      count += 1
    }
    report.judge("hinge (SVM): J after training", losses.last ?? .nan, .exactly(0))
    report.tell("steps until J = 0", count)
    let before = hinge.model
    for _ in 0..<100 {
      try hinge.gradients(batch)
      try hinge.update(rate: 0.01)
    }
    let moved =
      before.parameters.map { parameter in
        zip(before[parameter.path]!, hinge.model[parameter.path]!).map { abs(Double($0) - Double($1)) }.max()
          ?? 0
      }.max() ?? .nan
    report.judge(
      "largest move of a weight in 100 more steps", moved, .exactly(0), lecture: "nothing is left to update")
    let entropy = try step(.softmaxCrossEntropy)
    var curve: [Double] = []
    for _ in 0..<max(2 * count, 200) {
      curve.append(Double(try entropy.gradients(batch)))
      try entropy.update(rate: 0.1)
    }
    report.judge(
      "cross-entropy: J after twice as many steps", curve.last ?? .nan, .above(0), lecture: "never 0")
    report.show(
      LineChart(
        "J over steps",
        [
          .init(
            "hinge",
            losses.enumerated().filter { $0.element > 0 }.map { Point(Double($0.offset + 1), $0.element) }),
          .init("cross-entropy", values: curve),
        ], xName: "step", yName: "J", xKind: .logarithmic, yKind: .logarithmic))
  }
}
