import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// A neuron whose inputs are all positive: the signs of its gradient, and what they cost.
struct ZigzagLab: Lab {
  let name = "zigzag"
  let theme = LabTheme.descent
  let slides = [Slide(.bucharest, "Sigmoid: outputs are not zero-centered")]
  let claim =
    "If all inputs of a neuron are positive, the slopes of its weights are all positive or all negative, and descent goes "
    + "in zigzag."
  let formula = "∂J/∂w = (ŷ − y) x;  x ~ U(0, 1)ᵈ: E x xᵀ = I/12 + ¼ 1 1ᵀ, κ = 1 + 3 d"
  let expected = Verdict.holdsPartly
  let conclusion =
    "one row's slopes have one sign and descent takes κ times as long, but the rows of a batch mix the signs"
  let sabotage = "inputs about 0"
  let tryIt = "apus plot descent positiveInputs"

  private static let rows = 1_000

  /// The results of a neuron of some number of inputs.
  private struct Outcome: Sendable {
    /// The share of gradients whose signs are all the same: of single rows, of batches of 32.
    var alike = 0.0
    var alikeInBatches = 0.0
    /// The condition number of the rows.
    var condition = 0.0
    /// Full-batch steps to a hundredth of the loss.
    var steps = 0
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let widths = [2, 5, 10, 20]
    let outcomes = try Sweep.map(widths) { width in
      let positive = try measure(data(width, context.honest(0, sabotaged: 0.5), context), context.seed)
      let centered = try measure(data(width, 0.5, context), context.seed)
      return (positive: positive, centered: centered)
    }
    let positive = outcomes.map(\.positive)
    let centered = outcomes.map(\.centered)

    report.part("The signs of a gradient, for d = 2, 5, 10, 20 inputs")
    report.judge(
      "share of rows with all of one sign", positive.map(\.alike), .equals([1, 1, 1, 1], within: 0))
    report.judge(
      "the same, inputs about 0", centered.map(\.alike),
      .equals(widths.map { Mathematics.pow(2, 1 - Double($0)) }, within: 0.06), lecture: "2 / 2ᵈ")
    report.test(
      "share of batches of 32 with all of one sign", positive.map(\.alikeInBatches),
      .equals([1, 1, 1, 1], within: 0), lecture: "the slide speaks of one row")

    report.part("What it costs descent at rate 1/λ, λ the largest curvature")
    report.judge(
      "condition number of 1,000 rows", positive.map(\.condition),
      .equals(widths.map { 1 + 3 * Double($0) }, within: 0, relative: 0.5),
      lecture: "1 + 3 d: 7, 16, 31, 61")
    report.tell("the same, inputs about 0", centered.map(\.condition), lecture: "1")
    report.tell("steps to a hundredth of the loss", positive.map(\.steps), lecture: "about κ ln 10")
    report.tell("the same, inputs about 0", centered.map(\.steps), lecture: "1 or 2")
    let ratios = zip(positive, centered).map { Double($0.steps) / Double($1.steps) }
    report.judge(
      "their ratio / d", zip(ratios, widths).map { $0 / Double($1) }, .atLeast(1), lecture: "at least 1")
    report.show(
      LineChart(
        "Steps to a hundredth of the loss",
        [
          .init("inputs in [0, 1]", zip(widths, positive).map { Point(Double($0), Double($1.steps)) }),
          .init("inputs about 0", zip(widths, centered).map { Point(Double($0), Double($1.steps)) }),
        ], xName: "inputs", yName: "steps"))
    try paths(context, &report)
    report.note(
      "All of one sign holds for one row and one neuron. The slope of a batch is a mean over rows of either sign, and mixes; "
        + "what remains of positive inputs is the long, narrow valley. Zero-centered inputs, or batch normalization, round "
        + "it.")
    report.note(
      "With an odd number of inputs w* = 1, −1, …, 1 has the sum 1, and at w = 0 nearly every row errs to one side: then "
        + "batches agree too.")
    return report
  }

  /// x ~ U(0, 1)ᵈ less a shift; y = w · x with w = 1, −1, 1, ….
  private func data(_ width: Int, _ shift: Double, _ context: LabContext) -> LabSamples {
    let random = context.random("inputs \(width)")
    let rows = (0..<Self.rows).map { row in
      (0..<width).map { random.uniform(UInt64(row * width + $0)) - shift }
    }
    let values = rows.map { row in
      row.enumerated().reduce(0.0) { $0 + ($1.offset % 2 == 0 ? $1.element : -$1.element) }
    }
    return LabSamples(rows, values: values)
  }

  private func step(_ samples: LabSamples, _ data: TableDataset, batch: Int) throws -> TrainingStep {
    var model = try Model.linear(samples.columns, 1)
    model.objective = Objective(data.targets, loss: .halfSquared)
    return try TrainingStep(model, optimizer: .sgd(), batch: batch, groups: [.frozen("0.bias")])
  }

  private func measure(_ samples: LabSamples, _ seed: UInt64) throws -> Outcome {
    var outcome = Outcome()
    let data = try samples.dataset()
    let step = try step(samples, data, batch: Self.rows)
    func isAlike(_ batch: Batch) throws -> Bool {
      try step.gradients(batch)
      let signs = Set(try step[gradient: "0.weight"].values().map { $0 > 0 })
      return signs.count == 1
    }
    let singles = try data.batches(of: 1).count { try isAlike($0) }
    outcome.alike = Double(singles) / Double(Self.rows)
    let batches = data.batches(of: 32, shuffledBy: seed)
    outcome.alikeInBatches = Double(try batches.count { try isAlike($0) }) / Double(batches.count)

    let eigen = SymmetricEigen(Self.moments(samples), size: samples.columns)
    outcome.condition = eigen.values[0] / (eigen.values.last ?? 0)
    let all = data.batches(of: Self.rows)[0]
    let first = Double(try step.gradients(all))
    while outcome.steps < 5_000 {
      if Double(try step.gradients(all)) <= first / 100 { break }
      try step.update(rate: 1 / eigen.values[0])
      outcome.steps += 1
    }
    return outcome
  }

  /// Xᵀ X / n.
  private static func moments(_ samples: LabSamples) -> [Double] {
    let width = samples.columns
    var moments = [Double](repeating: 0, count: width * width)
    for row in samples.features {
      for i in 0..<width {
        for j in 0..<width { moments[i * width + j] += row[i] * row[j] / Double(samples.count) }
      }
    }
    return moments
  }

  // MARK: Paths

  private func paths(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("The path of single rows, d = 2, rate 0.5")
    func path(_ shift: Double) throws -> [Point] {
      let samples = data(2, shift, context)
      let data = try samples.dataset()
      let step = try step(samples, data, batch: 1)
      var points = [Point(0, 0)]
      for batch in data.batches(of: 1, shuffledBy: context.seed).prefix(150) {
        try step.gradients(batch)
        try step.update(rate: 0.5)
        let weights = step.model["0.weight"]!
        points.append(Point(Double(weights[0]), Double(weights[1])))
      }
      return points
    }
    func length(_ points: [Point]) -> Double {
      zip(points, points.dropFirst()).reduce(0.0) { sum, ends in
        let (x, y) = (ends.1.x - ends.0.x, ends.1.y - ends.0.y)
        return sum + (x * x + y * y).squareRoot()
      } / 2.0.squareRoot()
    }
    let positive = try path(context.honest(0, sabotaged: 0.5))
    let centered = try path(0.5)
    report.tell("way / straight line, inputs in [0, 1]", length(positive))
    report.tell("the same, inputs about 0", length(centered))
    report.judge(
      "the first / the second", length(positive) / length(centered), .above(1.2), lecture: "zigzag")
    // The curvature of inputs in [0, 1]: I/12 + ¼ 1 1ᵀ.
    func loss(_ w: [Tensor]) -> Tensor {
      let (x, y) = (w[0] - 1, w[1] + 1)
      return (x.square() + y.square()) / 24 + (x + y).square() / 8
    }
    report.show(
      try Contours.chart(
        "From 0 to (1, −1), row by row", loss, x: -0.5...1.5, y: -1.5...0.5,
        levels: [0.003, 0.01, 0.03, 0.1, 0.3],
        paths: [.init("inputs in [0, 1]", positive), .init("inputs about 0", centered)]))
  }
}
