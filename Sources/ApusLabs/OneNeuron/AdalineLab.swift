import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The delta rule as a gradient, the rates at which it is stable, and what least squares does not promise.
struct AdalineLab: Lab {
  let name = "adaline"
  let theme = LabTheme.oneNeuron
  let slides = [Slide(.bucharest, "ADALINE"), Slide(.bucharest, "Backpropagation, 1986")]
  let claim =
    "ADALINE's delta rule is gradient descent on half the sum of squares: it ends at least squares, which is the best line."
  let formula = "y = w·x + b;  ½ Σ (d − y)²;  w ← w + μ Σ (d − y) x;  b ← b + μ Σ (d − y)"
  let expected = Verdict.holdsPartly
  let conclusion =
    "the rule is the gradient and ends at least squares below μ = 2/λmax, but the line of least squares may be wrong where "
    + "a perceptron's isn't"
  let sabotage = "the mean over the rows in the place of their sum"
  let tryIt = "apus train iris --model adaline"

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try deltaRule(context, &report)
    try stability(context, &report)
    try mistakes(context, &report)
    report.note(
      "The slide's sums run over the rows: the largest stable μ depends on how many there are. As a mean over m rows the "
        + "rate is m·μ, and doesn't.")
    report.note("“Hinton et al. 1986” is Rumelhart, Hinton and Williams.")
    return report
  }

  // MARK: The rule

  private func deltaRule(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("The rule and the gradient, 100 random rows of 5 numbers")
    let random = context.random("rows")
    let rows = (0..<100).map { row in (0..<5).map { random.normal(UInt64(row * 5 + $0)) } }
    let samples = LabSamples(rows, labels: rows.indices.map { $0 % 2 }, classes: ["−1", "+1"])
    var model = try Model.linear(5, 1, .normal(0.5), seed: context.seed)
    model.objective = Objective(.classes(names: samples.classes), loss: .adaline)
    let step = try TrainingStep(model, optimizer: .sgd(), batch: 100)
    try step.gradients(samples.dataset().batches(of: 100)[0])
    let engine = try (step[gradient: "0.weight"].values() + step[gradient: "0.bias"].values()).map {
      Double($0)
    }
    let weights = (model["0.weight"]! + model["0.bias"]!).map { Double($0) }
    var rule = [Double](repeating: 0, count: 6)
    for (row, label) in zip(rows, samples.labels) {
      let error = Double(2 * label - 1) - zip(row + [1], weights).reduce(0) { $0 + $1.0 * $1.1 }
      for (column, x) in (row + [1]).enumerated() { rule[column] += error * x }
    }
    // The engine's loss is a mean over the rows.
    let rowsInSum = context.honest(100.0, sabotaged: 1)
    let difference = zip(engine, rule).map { abs(-$0 * rowsInSum - $1) }.max() ?? .nan
    let size = rule.map { abs($0) }.max() ?? 1
    report.judge(
      "largest difference from −∂J/∂w, as a part", difference / size, .atMost(1e-5), lecture: "0")
  }

  // MARK: Rates

  private func stability(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("Setosa and versicolor, four standardized columns")
    let samples = try LabSamples.iris().classes([0, 1]).standardized()
    let limit = 2 / largestEigenvalue(samples)
    report.tell("2/λmax of Σ x̃ x̃ᵀ, x̃ with a 1", limit)
    let twice = samples.rows(Array(0..<samples.count) + Array(0..<samples.count))
    report.judge(
      "with every row twice, as a part of it", 2 / largestEigenvalue(twice) / limit,
      .equals(0.5, within: 1e-9))

    let best = try leastSquares(samples)
    let below = try distances(samples, rate: 0.95 * limit, steps: 20_000, to: best, context)
    let above = try distances(samples, rate: 1.05 * limit, steps: 400, to: best, context)
    let double = try distances(twice, rate: 0.95 * limit, steps: 400, to: best, context)
    report.judge(
      "μ = 0.95 · 2/λmax: distance to least squares at the end", below.last ?? .nan, .atMost(1e-4),
      lecture: "0")
    report.judge(
      "μ = 1.05 · 2/λmax: distance grows, as a factor", (above.last ?? 0) / above[0], .atLeast(1e3),
      lecture: "without bound")
    report.judge(
      "μ = 0.95 · 2/λmax, every row twice: the same", (double.last ?? 0) / double[0], .atLeast(1e3),
      lecture: "without bound")
    func series(_ name: String, _ values: [Double]) -> LineChart.Series {
      .init(name, values.prefix(200).enumerated().map { Point(Double($0.offset), $0.element) })
    }
    report.show(
      LineChart(
        "Distance to least squares", [series("0.95 · 2/λmax", below), series("1.05 · 2/λmax", above)],
        xName: "step", yName: "‖w − w*‖", yKind: .logarithmic))
  }

  /// λmax of Σ x̃ x̃ᵀ.
  private func largestEigenvalue(_ samples: LabSamples) -> Double {
    let size = samples.columns + 1
    var matrix = [Double](repeating: 0, count: size * size)
    for row in samples.features {
      let x = row + [1]
      for i in 0..<size { for j in 0..<size { matrix[i * size + j] += x[i] * x[j] } }
    }
    return SymmetricEigen(matrix, size: size).values[0]
  }

  private func leastSquares(_ samples: LabSamples) throws -> [Double] {
    let solution = LeastSquares(
      features: samples.features.flatMap { $0.map { Float($0) } }, columns: samples.columns,
      targets: samples.labels.map { Double(2 * $0 - 1) })
    guard let solution else { throw ApusError("least squares of \(samples.count) rows has no solution") }
    return solution.weights + [solution.bias]
  }

  /// ‖w − w*‖ after each step of the rule over all rows, from zero weights.
  private func distances(
    _ samples: LabSamples, rate: Double, steps: Int, to best: [Double], _ context: LabContext
  ) throws -> [Double] {
    let data = try samples.dataset()
    var model = try Model.linear(samples.columns, 1)
    model.objective = Objective(data.targets, loss: .adaline)
    let step = try TrainingStep(model, optimizer: .sgd(), batch: samples.count)
    let batch = data.batches(of: samples.count)[0]
    let rowsInSum = context.honest(Double(samples.count), sabotaged: 1)
    let (weight, bias) = (model.parameters[0].offset, model.parameters[1].offset)
    let floats = step.trained[0].parameters.floats
    func distance() -> Double {
      let now = (0..<samples.columns).map { Double(floats[weight + $0]) } + [Double(floats[bias])]
      return zip(now, best).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    var distances = [distance()]
    for number in 0..<steps {
      if number == 0 { try step.gradients(batch) } else { try step.gradients() }
      try step.update(rate: rowsInSum * rate)
      distances.append(distance())
      // Far enough to say that it grows, and before a number overflows.
      if distance() > 1e6 * distances[0] { break }
    }
    return distances
  }

  // MARK: Mistakes

  private func mistakes(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("−2, −1 against 1, 2, 30")
    let samples = LabSamples([[-2], [-1], [1], [2], [30]], labels: [0, 0, 1, 1, 1], classes: ["−1", "+1"])
    let line = try leastSquares(samples)
    let boundary = -line[1] / line[0]
    report.judge("boundary of least squares", boundary, .equals(1.133, within: 5e-4))
    let wrong = zip(samples.features, samples.labels).count { ($0[0] > boundary) != ($1 == 1) }
    let perceptron = try Rosenblatt(samples, seed: context.seed)
    report.judge("rows that a perceptron has wrong", perceptron.wrong.last ?? -1, .exactly(0))
    report.test(
      "rows that least squares has wrong", wrong, .exactly(0), lecture: "0: the best line")
    let ends = [-3.0, 31]
    report.show(
      ScatterChart(
        "The line of least squares",
        [
          .init("−1", [Point(-2, -1), Point(-1, -1)]),
          .init("+1", [Point(1, 1), Point(2, 1), Point(30, 1)]),
        ],
        lines: [
          .init("w·x + b", ends.map { Point($0, line[0] * $0 + line[1]) }),
          .init("boundary", [Point(boundary, -1.2), Point(boundary, 1.2)]),
        ], xName: "x", yName: "d"))
  }
}
