import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Logistic regression: its slope, its gradient, its two spellings of the labels, its straight boundary.
struct LogisticLab: Lab {
  let name = "logistic"
  let theme = LabTheme.oneNeuron
  let slides = [
    Slide(.stevens, "No Hidden Units"), Slide(.wisconsin, "Logistic regression"),
    Slide(.newYork, "Relation to Logistic Regression"),
  ]
  let claim =
    "A sigmoid unit with cross-entropy is logistic regression: its gradient is (ŷ − y) x, labels 0, 1 and ±1 are the same "
    + "loss, and its boundary is straight."
  let formula = "σ′ = σ (1 − σ);  J = −y ln ŷ − (1 − y) ln(1 − ŷ) = ln(1 + e^(−t w·x)), t = ±1"
  let expected = Verdict.holds
  let conclusion = "both spellings train to the same weights, and the boundary is a straight line"
  let sabotage = "labels ±1 with the sign turned"
  let tryIt = "apus train moons --model logistic"

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try slope(&report)
    let samples = try LabSamples.generated("moons", rows: 500, noise: 0.2, seed: context.seed)
    try gradient(samples, context, &report)
    let model = try spellings(samples, context, &report)
    try boundary(model, samples, &report)
    try penalty(samples, &report)
    report.note("Labels {0, 1} and {−1, +1} stand on different slides; the loss is the same.")
    report.note(
      "Maximum a posteriori is Σ over the rows + λ/2 ‖w‖². Where the loss is a mean over N rows, the penalty's λ is λ/N."
    )
    return report
  }

  private func slope(_ report: inout LabReport) throws {
    report.part("The sigmoid")
    let grid = (-60...60).map { Double($0) / 10 }
    let (_, slopes) = try valueAndGradient(at: Tensor(grid.map { Float($0) })) { $0.sigmoid().sum() }
    let measured = try slopes.values().map { Double($0) }
    let sigmoid = grid.map { 1 / (1 + Mathematics.exp(-$0)) }
    report.judge("σ′(0), its largest", measured.max() ?? .nan, .equals(0.25), lecture: "¼")
    let differences = zip(measured, sigmoid).map { abs($0 - $1 * (1 - $1)) }
    report.judge(
      "largest |σ′ − σ (1 − σ)| on [−6, 6]", differences.max() ?? .nan, .atMost(1e-6), lecture: "0")
    report.show(
      LineChart(
        "The sigmoid and its slope",
        [
          .init("σ", zip(grid, sigmoid).map { Point($0, $1) }),
          .init("σ′", zip(grid, measured).map { Point($0, $1) }),
        ], xName: "z"))
  }

  private func gradient(_ samples: LabSamples, _ context: LabContext, _ report: inout LabReport) throws {
    report.part("The gradient on moons, random weights")
    var model = try Model.linear(2, 1, .normal(1), seed: context.seed)
    model.objective = Objective(.classes(names: samples.classes), loss: .binaryCrossEntropy)
    let step = try TrainingStep(model, optimizer: .sgd(), batch: samples.count)
    try step.gradients(samples.dataset().batches(of: samples.count)[0])
    let engine = try step[gradient: "0.weight"].values() + step[gradient: "0.bias"].values()
    let weights = (model["0.weight"]! + model["0.bias"]!).map { Double($0) }
    var formula = [0.0, 0, 0]
    for (row, label) in zip(samples.features, samples.labels) {
      let x = row + [1]
      let error = probability(x, weights) - Double(label)
      for i in 0..<3 { formula[i] += error * x[i] / Double(samples.count) }
    }
    report.judge(
      "largest difference from the mean of (ŷ − y) x",
      zip(engine, formula).map { abs(Double($0) - $1) }.max() ?? .nan, .atMost(1e-5), lecture: "0")
    let opposite = samples.features.map { row in
      abs(probability(row + [1], weights) + probability(row + [1], weights.map { -$0 }) - 1)
    }
    report.judge("largest |p(+1) + p(−1) − 1|", opposite.max() ?? .nan, .atMost(1e-12), lecture: "0")
  }

  private func probability(_ x: [Double], _ weights: [Double]) -> Double {
    1 / (1 + Mathematics.exp(-zip(x, weights).reduce(0) { $0 + $1.0 * $1.1 }))
  }

  /// Trains with labels 0, 1 and with ±1 from the same weights on the same batches.
  private func spellings(
    _ samples: LabSamples, _ context: LabContext, _ report: inout LabReport
  ) throws -> Model {
    report.part("Trained with labels 0, 1 and with ±1")
    let data = try samples.dataset()
    var turned = samples
    turned.labels = samples.labels.map { context.honest($0, sabotaged: 1 - $0) }
    func trained(_ loss: some Loss, _ data: TableDataset) throws -> LabTraining {
      var model = try Model.linear(2, 1, .normal(0.5), seed: context.seed)
      model.objective = Objective(data.targets, loss: loss)
      return try LabTraining(
        model, on: data, TrainingSettings(optimizer: .sgd(0.3), epochs: 60, seed: context.seed))
    }
    let zeroOne = try trained(.binaryCrossEntropy, data)
    let signs = try trained(.logistic, turned.dataset())
    report.judge(
      "largest difference of a step's loss",
      zip(zeroOne.losses, signs.losses).map { abs($0 - $1) }.max() ?? .nan,
      .atMost(1e-5), lecture: "0")
    func weights(_ model: Model) -> [Double] { (model["0.weight"]! + model["0.bias"]!).map { Double($0) } }
    report.judge(
      "largest difference of the trained weights",
      zip(weights(zeroOne.model), weights(signs.model)).map { abs($0 - $1) }.max() ?? .nan, .atMost(1e-5),
      lecture: "0")

    // All rows at once, so that no noise hides the way.
    var model = try Model.linear(2, 1)
    model.objective = Objective(data.targets, loss: .binaryCrossEntropy)
    let step = try TrainingStep(model, optimizer: .sgd(), batch: samples.count)
    let batch = data.batches(of: samples.count)[0]
    var means: [[Double]] = [[], []]
    for _ in 0..<100 {
      try step.gradients(batch)
      try step.update(rate: 0.5)
      let now = weights(step.model)
      for label in 0...1 {
        let own = samples.labels.indices.filter { samples.labels[$0] == label }
        means[label].append(LabStatistics.mean(own.map { probability(samples.features[$0] + [1], now) }))
      }
    }
    let good = zip(zip(means[1], means[1].dropFirst()), zip(means[0], means[0].dropFirst())).count {
      $0.0 < $0.1 && $1.0 > $1.1
    }
    report.judge(
      "epochs in which ŷ rises for class 1 and falls for class 0", Double(good) / 99, .atLeast(0.95),
      lecture: "each")
    report.show(
      LineChart(
        "The mean of ŷ by class", [.init("class 0", values: means[0]), .init("class 1", values: means[1])],
        xName: "epoch", yName: "ŷ"))
    return zeroOne.model
  }

  /// Finds where ŷ crosses ½ in each row of a grid: on a line, to one cell.
  private func boundary(_ model: Model, _ samples: LabSamples, _ report: inout LabReport) throws {
    report.part("The boundary")
    let size = 81
    let (x, y) = ((-1.5, 2.5), (-1.0, 1.5))
    func place(_ range: (Double, Double), _ index: Int) -> Double {
      range.0 + (range.1 - range.0) * Double(index) / Double(size - 1)
    }
    let places = (0..<size).flatMap { column in
      (0..<size).map { [Float(place(x, column)), Float(place(y, $0))] }
    }
    let scores = try model(Tensor(places)).values()
    let crossings = (0..<size).compactMap { column -> Point? in
      (1..<size).first { (scores[column * size + $0] > 0) != (scores[column * size + $0 - 1] > 0) }.map {
        Point(place(x, column), place(y, $0))
      }
    }
    guard let first = crossings.first, let last = crossings.last, first.x < last.x else {
      return report.judge("places where it crosses", crossings.count, .atLeast(2))
    }
    let off = crossings.map { point in
      abs(point.y - first.y - (last.y - first.y) * (point.x - first.x) / (last.x - first.x))
    }
    let cell = (y.1 - y.0) / Double(size - 1)
    report.judge(
      "farthest from a straight line, in cells of the grid", (off.max() ?? .nan) / cell, .atMost(1.001),
      lecture: "straight")
    report.show(
      ScatterChart(
        "Moons and the boundary",
        (0...1).map { label in
          .init(
            "class \(label)",
            samples.labels.indices.filter { samples.labels[$0] == label }.map {
              Point(samples.features[$0][0], samples.features[$0][1])
            })
        }, lines: [.init("ŷ = ½", crossings)], xName: "x1", yName: "x2"))
  }

  /// Σ rows + λ/2 ‖w‖² in plain Swift, beside the engine's mean with λ/N and with λ.
  private func penalty(_ samples: LabSamples, _ report: inout LabReport) throws {
    report.part("A penalty beside a sum and beside a mean, λ = 5")
    let (lambda, count) = (5.0, Double(samples.count))
    var sum = [0.0, 0, 0]
    for _ in 0..<3_000 {
      var gradient = [lambda * sum[0], lambda * sum[1], 0]
      for (row, label) in zip(samples.features, samples.labels) {
        let x = row + [1]
        let error = probability(x, sum) - Double(label)
        for i in 0..<3 { gradient[i] += error * x[i] }
      }
      for i in 0..<3 { sum[i] -= 1 / count * gradient[i] }
    }
    let data = try samples.dataset()
    func mean(_ l2: Double, rate: Double) throws -> [Double] {
      var model = try Model.linear(2, 1)
      model.objective = Objective(data.targets, loss: .binaryCrossEntropy)
      try model.fit(
        data, epochs: 3_000, batch: samples.count, optimizer: .sgd(rate),
        regularization: Regularization(l2: l2))
      return (model["0.weight"]! + model["0.bias"]!).map { Double($0) }
    }
    func distance(_ weights: [Double]) -> Double { zip(weights, sum).map { abs($0 - $1) }.max() ?? .nan }
    report.judge(
      "the mean with λ/N: largest difference of w", distance(try mean(lambda / count, rate: 1)),
      .atMost(1e-4),
      lecture: "0")
    report.judge(
      "the mean with λ itself", distance(try mean(lambda, rate: 0.1)), .atLeast(0.1), lecture: "another w")
  }
}
