import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The advantages of batch normalization: learning rates, first weights, regularization.
struct BatchNormGainsLab: Lab {
  let name = "batch-norm-gains"
  let theme = LabTheme.beforeTraining
  let slides = [Slide(.bucharest, "Batch normalization: advantages")]
  let claim =
    "Batch normalization lets signals and gradients flow, allows higher learning rates, depends less on the first weights, "
    + "regularizes a little and reduces the need for dropout, maybe."
  let expected = Verdict.holds
  let conclusion =
    "ten times the rate trains, and nearly any scale of the first weights, and the log-loss of few rows is lower"
  let sabotage = "no batch normalization in either network"
  let tryIt =
    "apus train digits --layers '[flatten, {dense: 64}, batchNorm, relu, {dense: 64}, batchNorm, relu, {dense: 10}]' "
    + "--optimizer sgd --learning-rate 1"
  let lesson: String? = "Batch normalization"
  let isShort = false

  /// A loss that is good after two epochs; chance is 2.303.
  private static let good = 0.5

  private func model(
    _ sizes: [Int], hasBatchNorm: Bool, scale: Double = 1, dropout: Double = 0, seed: UInt64
  ) throws -> Model {
    var layers: [any Layer] = []
    for units in sizes.dropFirst().dropLast() {
      layers.append(Dense(units, initializer: HeNormal()))
      if hasBatchNorm { layers.append(BatchNorm()) }
      layers.append(ReLU())
      if dropout > 0 { layers.append(Dropout(dropout)) }
    }
    layers.append(Dense(sizes[sizes.count - 1], initializer: XavierNormal()))
    var model = try Model(input: [sizes[0]], seed: seed, layers: Sequential(layers))
    for parameter in model.parameters.dropLast(2) where scale != 1 && parameter.shape.count == 2 {
      try model.set(parameter.path, to: model[parameter.path]!.map { $0 * Float(scale) })
    }
    return model
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let data = try digits.training.dataset()
    try ranges(data, context, &report)
    try regularizing(digits, context, &report)
    report.note(
      "A dense layer before a batch normalization may be multiplied by any number without changing the output: that is why the "
        + "scale of its weights matters so little, and why a high rate only makes them grow.")
    return report
  }

  // MARK: Rates and scales

  private struct Setting: Sendable {
    var hasBatchNorm: Bool
    var rate: Double
    var scale: Double
  }

  private func ranges(_ data: TableDataset, _ context: LabContext, _ report: inout LabReport) throws {
    let rates = [0.01, 0.03, 0.1, 0.3, 1, 3, 10]
    let scales = [0.01, 0.1, 0.3, 1, 3, 10]
    let both = [false, context.honest(true, sabotaged: false)]
    let settings = both.flatMap { hasBatchNorm in
      rates.map { Setting(hasBatchNorm: hasBatchNorm, rate: $0, scale: 1) }
        + scales.map { Setting(hasBatchNorm: hasBatchNorm, rate: 0.1, scale: $0) }
    }
    let losses = try Sweep.run(settings, seeds: context.seeds(3)) { setting, seed -> Double in
      let first = try model(
        [64, 64, 64, 64, 64, 10], hasBatchNorm: setting.hasBatchNorm, scale: setting.scale, seed: seed)
      let training = try LabTraining(
        first, on: data, TrainingSettings(optimizer: .sgd(setting.rate), epochs: 2, batch: 32, seed: seed))
      return training.isDiverged ? .infinity : LabStatistics.mean(Array(training.losses.suffix(40)))
    }.map { LabStatistics.median($0) }
    let period = rates.count + scales.count
    func part(_ number: Int, _ range: Range<Int>) -> [Double] { range.map { losses[number * period + $0] } }
    let byRate = (0...1).map { part($0, 0..<rates.count) }
    let byScale = (0...1).map { part($0, rates.count..<period) }
    func chart(_ title: String, _ x: [Double], _ values: [[Double]], _ name: String) -> LineChart {
      LineChart(
        title,
        zip(["without", "with batch norm"], values).map { label, values in
          .init(label, zip(x, values).filter { $0.1 < 10 }.map { Point($0, $1) })
        }, xName: name, yName: "loss", xKind: .logarithmic, yKind: .logarithmic)
    }

    report.part("64-(64×4)-10, ReLU, SGD, 2 epochs: loss of the last 40 steps, median; good is at most 0.5")
    report.tell("without, rates 0.01, 0.03, 0.1, 0.3, 1, 3, 10", byRate[0])
    report.tell("with", byRate[1])
    let largest = byRate.map { losses in zip(rates, losses).filter { $0.1 <= Self.good }.map(\.0).last ?? 0 }
    report.judge(
      "largest good rate: with / without", largest[1] / largest[0], .atLeast(3), lecture: "higher rates")
    report.show(chart("Loss over the rate", rates, byRate, "learning rate"))

    report.part("The same at rate 0.1, He's weights of the hidden layers times 0.01, 0.1, 0.3, 1, 3, 10")
    report.tell("without", byScale[0])
    report.tell("with", byScale[1])
    let good = byScale.map { losses in losses.count { $0 <= Self.good } }
    report.judge("good scales: without", good[0], .atMost(3), lecture: "few")
    report.judge(
      "good scales: with less without, of 6", good[1] - good[0], .atLeast(3), lecture: "depends less on them")
    report.show(chart("Loss over the scale of the first weights", scales, byScale, "times He's weights"))
  }

  // MARK: Regularizing

  private func regularizing(
    _ digits: (training: LabSamples, test: LabSamples), _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part("500 digits, 64-128-128-10, Adam 0.001, 30 epochs, 6 seeds: test")
    let test = try digits.test.dataset()
    struct Setting: Sendable {
      var hasBatchNorm: Bool
      var dropout: Double
    }
    let norm = context.honest(true, sabotaged: false)
    let settings = [
      Setting(hasBatchNorm: false, dropout: 0), Setting(hasBatchNorm: false, dropout: 0.3),
      Setting(hasBatchNorm: norm, dropout: 0), Setting(hasBatchNorm: norm, dropout: 0.3),
    ]
    let outcomes = try Sweep.run(settings, seeds: context.seeds(6)) {
      setting, seed -> (accuracy: Double, loss: Double) in
      let order = Philox(seed: seed, path: "lab/rows").permutation(digits.training.count)
      let data = try digits.training.rows(order.prefix(500)).dataset()
      var trained = try model(
        [64, 128, 128, 10], hasBatchNorm: setting.hasBatchNorm, dropout: setting.dropout, seed: seed)
      try trained.fit(data, epochs: 30, optimizer: .adam(1e-3), seed: seed)
      return (try trained.accuracy(on: test).values[0], try trained.loss(on: test))
    }
    for (name, seeds) in zip(["without", "without, dropout 0.3", "with", "with, dropout 0.3"], outcomes) {
      report.tell("accuracy \(name)", LabStatistics.measured(seeds.map(\.accuracy)))
    }
    for (name, seeds) in zip(["without", "without, dropout 0.3", "with", "with, dropout 0.3"], outcomes) {
      report.tell("log-loss \(name)", LabStatistics.measured(seeds.map(\.loss)))
    }
    func difference(_ a: Int, _ b: Int, _ value: ((accuracy: Double, loss: Double)) -> Double) -> LabValue {
      LabStatistics.measured(zip(outcomes[a], outcomes[b]).map { value($0) - value($1) })
    }
    report.judge(
      "log-loss with less without", difference(2, 0, \.loss).values[0], .below(0),
      lecture: "regularizes a little")
    let gains = (difference(1, 0) { -$0.loss }, difference(3, 2) { -$0.loss })
    report.tell("dropout lowers the log-loss by, without", gains.0)
    report.tell("dropout lowers the log-loss by, with", gains.1)
    report.note(
      "“Reduces the need for dropout, maybe”: dropout lowers the log-loss less with batch normalization than without, but both gains "
        + "are within two or three of their standard errors: the slide is right to say maybe.")
  }
}
