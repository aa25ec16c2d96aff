import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The closed form of least squares beside descent: the same weights, and what each costs.
struct ClosedFormLab: Lab {
  let name = "closed-form"
  let theme = LabTheme.oneNeuron
  let slides = [Slide(.newYork, "Motivation (non-linear optimization)")]
  let claim = "Inverting a matrix is not efficient, and often there is no closed form: so descend."
  let formula = "w* = (Xᵀ X)⁻¹ Xᵀ y, about 2 N d² operations;  a step of descent, 4 N d"
  let expected = Verdict.holdsPartly
  let conclusion =
    "both come to the same weights; it is the condition of the columns, not the inverse, that decides up to many columns"
  let sabotage = "a learning rate of 0"
  let tryIt = "apus train fish --model linear"
  let isShort = false

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try fish(context, &report)
    try gaussian(context, &report)
    return report
  }

  /// Descent on the mean of squares over all rows, until its weights are within a part of the closed form's.
  private func descend(
    _ samples: LabSamples, to best: LeastSquares, rate: Double, most: Int, part: Double = 1e-3
  ) throws -> (steps: Int?, gaps: [Point]) {
    let data = try samples.dataset()
    var model = try Model.linear(samples.columns, 1)
    model.objective = Objective(data.targets, loss: .halfSquared)
    let step = try TrainingStep(model, optimizer: .sgd(), batch: samples.count)
    let (floats, weight) = (step.trained[0].parameters.floats, model.parameters[0].offset)
    let size = best.weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    var gaps: [Point] = []
    var mark = 1.0
    for number in 1...most {
      if number == 1 { try step.gradients(data.batches(of: samples.count)[0]) } else { try step.gradients() }
      try step.update(rate: rate)
      let square = best.weights.indices.reduce(0.0) { sum, index in
        let distance = Double(floats[weight + index]) - best.weights[index]
        return sum + distance * distance
      }
      let gap = square.squareRoot() / size
      if Double(number) >= mark || gap <= part {
        gaps.append(Point(Double(number), gap))
        mark *= 1.05
      }
      if gap <= part { return (number, gaps) }
    }
    return (nil, gaps)
  }

  private func solve(_ samples: LabSamples) throws -> LeastSquares {
    let solution = LeastSquares(
      features: samples.features.flatMap { $0.map { Float($0) } }, columns: samples.columns,
      targets: samples.values)
    guard let solution else { throw ApusError("least squares of \(samples.count) rows has no solution") }
    return solution
  }

  private func fish(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("The weight of 159 fish from five measures, standardized")
    var samples = try LabSamples.fish().standardized()
    let mean = LabStatistics.mean(samples.values)
    let deviation = LabStatistics.deviation(samples.values)
    samples.values = samples.values.map { ($0 - mean) / deviation }
    let best = try solve(samples)
    let kappa = best.condition * best.condition
    report.tell("condition number of Xᵀ X", kappa)
    let (first, last) = try edges(samples)
    let descent = try descend(
      samples, to: best, rate: context.honest(2 / (first + last), sabotaged: 0), most: 200_000)
    report.judge(
      "steps to within a thousandth of the closed form", Double(descent.steps ?? -1), .above(0),
      lecture: "the same weights")
    let closed = 2.0 * Double(samples.count) * 25
    let descending = 4.0 * Double(samples.count) * 5 * Double(descent.steps ?? 0)
    report.tell("operations of the closed form", closed)
    report.tell("operations of descent", descending)
    report.test(
      "descent costs less", descending > 0 && descending < closed, .yes, lecture: "inverting is not efficient"
    )
    report.show(
      LineChart(
        "Fish: distance to the closed form", [.init("", descent.gaps)], xName: "step",
        yName: "‖w − w*‖ / ‖w*‖",
        xKind: .logarithmic, yKind: .logarithmic))
  }

  /// The largest and the smallest eigenvalue of XᵀX / N of standardized columns.
  private func edges(_ samples: LabSamples) throws -> (Double, Double) {
    let size = samples.columns
    var matrix = [Double](repeating: 0, count: size * size)
    for row in samples.features {
      for i in 0..<size {
        for j in 0..<size { matrix[i * size + j] += row[i] * row[j] / Double(samples.count) }
      }
    }
    let values = SymmetricEigen(matrix, size: size).values
    return (values[0], values[size - 1])
  }

  private func gaussian(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("Gaussian columns, four rows a column")
    let sizes = context.isFull ? [20, 40, 80, 160, 320] : [20, 40, 80, 160]
    // Marchenko and Pastur: the eigenvalues of XᵀX / N lie between (1 − √¼)² and (1 + √¼)².
    let rate = context.honest(2 / (2.25 + 0.25), sabotaged: 0)
    var steps: [Double] = []
    var seconds: [[Double]] = [[], []]
    for size in sizes {
      let random = context.random("columns \(size)")
      let rows = (0..<(4 * size)).map { row in (0..<size).map { random.normal(UInt64(row * (size + 2) + $0)) }
      }
      let noise = rows.indices.map { random.normal(UInt64($0 * (size + 2) + size)) }
      let samples = LabSamples(
        rows,
        values: zip(rows, noise).map { row, noise in
          row.enumerated().reduce(0.1 * noise) { $0 + ($1.offset % 2 == 0 ? 1 : -1) * $1.element }
        })
      let start = Clock.nanoseconds
      let best = try solve(samples)
      let middle = Clock.nanoseconds
      steps.append(Double(try descend(samples, to: best, rate: rate, most: 200).steps ?? 1_000))
      seconds[0].append(Double(middle - start) * 1e-6)
      seconds[1].append(Double(Clock.nanoseconds - middle) * 1e-6)
    }
    let counts = sizes.map { Double($0) }
    report.tell("steps to a thousandth, d = 20, whose eigenvalues still scatter", steps[0])
    // The bound is that of large matrices.
    let large = sizes.dropFirst().map { "\($0)" }.joined(separator: ", ")
    report.judge(
      "steps to a thousandth, d = \(large)", Array(steps.dropFirst()), .atMost(31),
      lecture: "at most 31: κ = 9, whatever d")
    let closed = counts.map { 2 * 4 * $0 * $0 * $0 }
    let descending = zip(counts, steps).map { 4 * 4 * $0 * $0 * $1 }
    report.judge(
      "operations of the closed form grow as d to the", LabStatistics.exponent(counts, closed),
      .equals(3, within: 0.3))
    report.judge(
      "those of descent as d to the",
      LabStatistics.exponent(Array(counts.dropFirst()), Array(descending.dropFirst())),
      .equals(2, within: 0.3))
    report.tell("they cost the same at d = 2 · steps", 2 * LabStatistics.mean(steps))
    report.test(
      "descent costs less at d = 20", descending[0] < closed[0], .yes, lecture: "inverting is not efficient")
    report.judge(
      "descent costs less at d = \(sizes[sizes.count - 1])",
      descending[sizes.count - 1] < closed[sizes.count - 1], .yes)
    report.time("closed form (QR)", seconds[0], unit: "ms")
    report.time("descent", seconds[1], unit: "ms")
    func series(_ name: String, _ values: [Double]) -> LineChart.Series {
      .init(name, zip(counts, values).map { Point($0, $1) })
    }
    report.show(
      LineChart(
        "Operations over columns", [series("closed form", closed), series("descent", descending)],
        xName: "columns d", yName: "operations", xKind: .logarithmic, yKind: .logarithmic))
  }
}
