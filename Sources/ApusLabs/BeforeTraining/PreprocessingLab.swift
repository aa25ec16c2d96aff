import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Columns and images before training: as they are, centered, standardized.
struct PreprocessingLab: Lab {
  let name = "preprocessing"
  let theme = LabTheme.beforeTraining
  let slides = [
    Slide(.bucharest, "Data preprocessing"), Slide(.bucharest, "Images: center only"),
    Slide(.bucharest, "Mean image, mean of a channel"),
  ]
  let claim =
    "Center the columns, then divide them by their deviations. For images it is enough to subtract the mean image, or one "
    + "mean a channel."
  let formula = "x ← (x − μ) / σ;  steps of descent grow with the condition number κ of E x xᵀ"
  let expected = Verdict.holds
  let conclusion =
    "each stage takes fewer steps, because the condition number falls, and for images the mean image is enough"
  let sabotage = "no column is ever changed"
  let tryIt = "apus describe iris"
  let data: LabData? = .cifar10
  let isShort = false

  private enum Stage: String, CaseIterable, Sendable {
    case raw = "as they are"
    case mean = "less one mean"
    case centered = "less the mean of each column"
    case standardized
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try columns(context, &report)
    try images(context, &report)
    if let path = context.data { try colors(path, &report) }
    report.note(
      "A bias can undo a mean, so nothing is lost without centering but time: the condition number says how much. Adam, and "
        + "batch normalization, hide most of it.")
    report.note(
      "What is subtracted belongs to the training rows: the same numbers are subtracted from the test rows.")
    return report
  }

  private func change(_ samples: LabSamples, by fitted: LabSamples, _ stage: Stage) -> LabSamples {
    let means = (0..<fitted.columns).map { column in LabStatistics.mean(fitted.features.map { $0[column] }) }
    switch stage {
    case .raw: return samples
    case .mean:
      let mean = LabStatistics.mean(means)
      return samples.mapping { row in row.map { $0 - mean } }
    case .centered: return samples.mapping { row in zip(row, means).map { $0 - $1 } }
    case .standardized: return samples.standardized(by: fitted)
    }
  }

  // MARK: Three columns

  private func columns(_ context: LabContext, _ report: inout LabReport) throws {
    report.part(
      "Petal width from the other three columns of iris, all rows in a step, rate 1 / λ of the largest")
    let iris = try LabSamples.iris()
    let given = LabSamples(iris.columns([0, 1, 2]).features, values: iris.features.map { $0[3] })
    let stages = [Stage.raw, .centered, .standardized]
    var (conditions, steps): ([Double], [Double]) = ([], [])
    var curves: [LineChart.Series] = []
    for stage in stages {
      let samples = change(given, by: given, context.honest(stage, sabotaged: .raw))
      let (condition, gaps) = try descend(samples)
      conditions.append(condition)
      steps.append(Double(gaps.count))
      curves.append(
        .init(stage.rawValue, gaps.enumerated().map { Point(Double($0.offset + 1), $0.element) }))
      report.show(
        ScatterChart(
          "Iris, \(stage.rawValue)",
          [.init("", zip(samples.features, given.values).map { row, _ in Point(row[0], row[2]) })],
          xName: "sepal length", yName: "petal length", width: 300, height: 240))
    }
    report.tell("condition number with the bias: as they are, centered, standardized", conditions)
    report.judge("steps to a thousandth of the variance", steps, .falling(), lecture: "fewer at each stage")
    report.judge("as they are / centered", steps[0] / steps[1], .atLeast(5), lecture: "many more")
    report.show(
      LineChart(
        "Way to the least squares", curves, xName: "step", yName: "(loss − least) / variance",
        xKind: .logarithmic, yKind: .logarithmic))
  }

  /// The condition number of E x̃ x̃ᵀ with the bias' 1, and (loss − least) / variance before each step until a thousandth.
  private func descend(_ samples: LabSamples) throws -> (condition: Double, gaps: [Double]) {
    let rows = samples.features.map { $0 + [1] }
    let size = samples.columns + 1
    var matrix = [Double](repeating: 0, count: size * size)
    for row in rows {
      for i in 0..<size {
        for j in 0..<size { matrix[i * size + j] += row[i] * row[j] / Double(rows.count) }
      }
    }
    let eigen = SymmetricEigen(matrix, size: size).values
    guard
      let best = LeastSquares(
        features: samples.features.flatMap { $0.map { Float($0) } }, columns: samples.columns,
        targets: samples.values)
    else { throw ApusError("least squares of \(samples.count) rows has no solution") }
    let residuals = zip(samples.features, samples.values).map { row, value in
      zip(row, best.weights).reduce(best.bias - value) { $0 + $1.0 * $1.1 }
    }
    let least = LabStatistics.mean(residuals.map { $0 * $0 / 2 })
    let deviation = LabStatistics.deviation(samples.values)
    let data = try samples.dataset()
    var model = try Model.linear(samples.columns, 1)
    model.objective = Objective(data.targets, loss: .halfSquared)
    let step = try TrainingStep(model, optimizer: .sgd(), batch: data.count)
    let batch = data.batches(of: data.count)[0]
    var gaps: [Double] = []
    while gaps.count < 20_000 {
      let gap = (Double(try step.gradients(batch)) - least) * 2 / (deviation * deviation)
      if gap <= 1e-3 { break }
      gaps.append(gap)
      try step.update(rate: 1 / eigen[0])
    }
    return (eigen[0] / eigen[size - 1], gaps)
  }

  // MARK: Digits

  private func images(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("64-50-10 on the digits 0 … 16, SGD at the best of 0.003, 0.01, 0.03, 0.1, 5 epochs")
    let raw = try LabSamples.rawDigits()
    let seeds = context.seeds(3)
    let rates = [0.003, 0.01, 0.03, 0.1]
    var (starts, tests): ([Double], [LabValue]) = ([], [])
    for stage in Stage.allCases {
      let chosen = context.honest(stage, sabotaged: .raw)
      let data = try change(raw.training, by: raw.training, chosen).dataset()
      let test = try change(raw.test, by: raw.training, chosen).dataset()
      let outcomes = try Sweep.run(rates, seeds: seeds) {
        rate, seed -> (start: Double, end: Double, test: Double) in
        var first = try Model.d50(seed: seed)
        first.objective = Objective(data.targets)
        let training = try LabTraining(
          first, on: data, TrainingSettings(optimizer: .sgd(rate), epochs: 5, batch: 32, seed: seed))
        return (
          try first.loss(on: data), training.isDiverged ? .infinity : training.running.last ?? .infinity,
          try training.model.accuracy(on: test).values[0]
        )
      }
      // The rate with the least loss in training.
      let best = outcomes.min { LabStatistics.mean($0.map(\.end)) < LabStatistics.mean($1.map(\.end)) }!
      starts.append(LabStatistics.mean(best.map(\.start)))
      tests.append(LabStatistics.measured(best.map(\.test)))
    }
    report.judge(
      "loss at the start: as they are, less one mean, less the mean image, standardized", starts, .falling(),
      lecture: "ln 10 = 2.303 and half the logits' variance")
    for (stage, test) in zip(Stage.allCases, tests) { report.tell("test accuracy, \(stage.rawValue)", test) }
    report.judge("as they are", tests[0].values[0], .atLeast(0.9), lecture: "preprocessing is not mandatory")
    report.test(
      "mean image less standardized, in points", 100 * (tests[2].values[0] - tests[3].values[0]),
      .atLeast(-1),
      lecture: "for images centering is enough")
    report.judge(
      "numbers subtracted: mean image, mean of a channel", [raw.training.columns, 1], .equals([64, 1]))
    let means = (0..<64).map { column in LabStatistics.mean(raw.training.features.map { $0[column] }) }
    let first = raw.training.features[0]
    func tile(_ values: [Double], _ name: String, _ range: ClosedRange<Double>, _ ramp: ColorRamp)
      -> ImageGrid.Tile
    {
      .init(PixelImage(values, width: 8, in: range, ramp: ramp), [name])
    }
    report.show(
      ImageGrid(
        "The mean image",
        [
          tile(means, "mean image", 0...16, .gray), tile(first, "a digit", 0...16, .gray),
          tile(zip(first, means).map { $0 - $1 }, "less the mean", -16...16, .diverging),
        ], columns: 3, tileWidth: 96))
  }

  // MARK: CIFAR-10

  private func colors(_ path: String, _ report: inout LabReport) throws {
    report.part("CIFAR-10's training images")
    guard case .images(let set) = try DataSource.open(path).content else {
      throw ApusError("holds no images", at: "--data \(path)", expected: "CIFAR-10's binary batches")
    }
    let (images, size) = (set.training, set.inputShape.reduce(1, *))
    let channels = set.inputShape[2]
    var sums = [Double](repeating: 0, count: size)
    for image in 0..<images.count {
      for place in 0..<size { sums[place] += Double(images.bytes[image * size + place]) }
    }
    let means = sums.map { $0 / Double(images.count) }
    let channelMeans = (0..<channels).map { channel in
      LabStatistics.mean(stride(from: channel, to: size, by: channels).map { means[$0] })
    }
    report.judge("numbers of the mean image (AlexNet)", means.count, .exactly(3_072))
    report.judge("means of channels (VGG)", channelMeans.count, .exactly(3))
    report.tell("the three, of 255", channelMeans)
    let pixels = stride(from: 0, to: size, by: channels).map { place in
      Color(
        red: UInt8(means[place]), green: UInt8(means[place + 1]), blue: UInt8(means[place + 2]))
    }
    report.show(
      ImageGrid(
        "CIFAR-10's mean image",
        [.init(PixelImage(width: set.inputShape[1], height: set.inputShape[0], pixels: pixels))],
        tileWidth: 160))
  }
}
