import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// What batch normalization computes in training and in inference, and that it can be folded away.
struct BatchNormLab: Lab {
  let name = "batch-norm"
  let theme = LabTheme.beforeTraining
  let slides = [
    Slide(.bucharest, "Batch normalization: algorithm"),
    Slide(.bucharest, "Batch normalization: at test time"),
  ]
  let claim =
    "Batch normalization gives each unit mean 0 and variance 1 over the batch, and learns to scale and shift it; at test time "
    + "one fixed mean and variance are used."
  let formula = "x̃ = (x − μ_B) / √(σ_B² + ε);  y = γ x̃ + β;  γ = √Var, β = E gives x back"
  let expected = Verdict.holds
  let conclusion =
    "mean 0 and variance σ²/(σ² + ε), and in inference a row has the same result in any batch"
  let sabotage = "running statistics in training too"
  let tryIt = "apus check digits --layers '[flatten, {dense: 32}, batchNorm, relu, {dense: 10}]'"

  private static let rows = 256
  private static let epsilon = 1e-5

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let random = context.random("rows")
    // Deviations from 0.01 to 100, means from −2 to 4, and exponential: far from normal.
    let deviations = [0.01, 0.1, 1, 100]
    let rows = (0..<(2 * Self.rows)).map { row in
      deviations.enumerated().map { column, deviation in
        let u = random.uniform(UInt64(row * deviations.count + column))
        return 2 * Double(column - 1) + deviation * (-Mathematics.log(1 - u) - 1)
      }
    }
    try training(context, rows, &report)
    try inference(context, rows, &report)
    try folding(context, &report)
    report.note(
      "γ = √Var, as the slide has it, is the identity but for ε: a column of deviation 0.01 comes back 5 % smaller with ε = 1e-5; "
        + "γ = √(Var + ε) is exact.")
    report.note("Mean 0 and variance 1 do not make a unit normal: what was skewed stays skewed.")
    return report
  }

  private func tensor(_ rows: some Sequence<[Double]>) -> Tensor {
    Tensor(rows.map { row in row.map { Float($0) } })
  }

  private func moments(_ values: [Float], column: Int, of width: Int) -> (mean: Double, variance: Double) {
    let own = stride(from: column, to: values.count, by: width).map { Double(values[$0]) }
    let mean = LabStatistics.mean(own)
    return (mean, own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count))
  }

  // MARK: Training

  private func training(_ context: LabContext, _ rows: [[Double]], _ report: inout LabReport) throws {
    report.part("256 rows of four columns with the deviations 0.01, 0.1, 1, 100, in training")
    let mode = context.honest(Scope.Mode.training, sabotaged: .inference)
    let batch = Array(rows.prefix(Self.rows))
    let inputs = batch.flatMap { row in row.map { Float($0) } }
    var model = try Model(input: [4]) { BatchNorm(epsilon: Self.epsilon) }
    func outputs(_ rows: [[Double]]) throws -> [Float] {
      try model.compiled(for: mode, outputs: [.logits], batch: Self.rows)(tensor(rows))[.logits].values()
    }
    let normalized = try outputs(batch)
    let before = (0..<4).map { moments(inputs, column: $0, of: 4) }
    let after = (0..<4).map { moments(normalized, column: $0, of: 4) }
    report.judge("means", after.map(\.mean), .equals([0, 0, 0, 0], within: 1e-4))
    report.judge(
      "variances", after.map(\.variance),
      .equals(before.map { $0.variance / ($0.variance + Self.epsilon) }, within: 0, relative: 1e-3),
      lecture: "σ² / (σ² + ε): "
        + before.map { LabValue.figure($0.variance / ($0.variance + Self.epsilon)) }.joined(separator: ", "))

    func identity(_ gamma: (Double) -> Double) throws -> [Double] {
      try model.set("0.weight", to: before.map { Float(gamma($0.variance)) })
      try model.set("0.bias", to: before.map { Float($0.mean) })
      let values = try outputs(batch)
      return (0..<4).map { column in
        (moments(values, column: column, of: 4).variance / before[column].variance).squareRoot()
      }
    }
    let plain = try identity { $0.squareRoot() }
    report.judge(
      "γ = √Var, β = E: deviation of the output over that of x", plain,
      .equals(before.map { ($0.variance / ($0.variance + Self.epsilon)).squareRoot() }, within: 1e-3),
      lecture: "1, the identity; less by ε / 2σ²")
    let exact = try identity { ($0 + Self.epsilon).squareRoot() }
    report.judge("γ = √(Var + ε)", exact, .equals([1, 1, 1, 1], within: 1e-3))
    let scaled = try outputs(batch)
    for (title, values) in [
      ("x", inputs), ("x̃: mean 0, variance 1", normalized), ("γ x̃ + β, γ = √(Var + ε), β = E", scaled),
    ] {
      let own = stride(from: 2, to: values.count, by: 4).map { Double(values[$0]) }
      report.show(HistogramChart(title, Histogram(own, bins: 24), width: 300, height: 220))
    }

    try model.set("0.weight", to: [1, 1, 1, 1])
    try model.set("0.bias", to: [0, 0, 0, 0])
    let other = try outputs([rows[0]] + rows[Self.rows..<(2 * Self.rows - 1)])
    report.judge(
      "the same row in another batch: largest difference",
      zip(normalized.prefix(4), other.prefix(4)).map { abs(Double($0) - Double($1)) }.max() ?? 0,
      .above(1e-3), lecture: "it depends on the batch")
  }

  // MARK: Inference

  private func inference(_ context: LabContext, _ rows: [[Double]], _ report: inout LabReport) throws {
    report.part("Running statistics, momentum 0.1, and inference")
    let samples = LabSamples(Array(rows.prefix(Self.rows)), values: rows.prefix(Self.rows).map { $0[2] })
    let data = try samples.dataset()
    var model = try Model(input: [4], seed: context.seed) {
      BatchNorm(momentum: 0.1, epsilon: Self.epsilon); Dense(1)
    }
    model.objective = Objective(data.targets)
    let step = try TrainingStep(model, optimizer: .sgd(), batch: Self.rows)
    let own = samples.features.map { $0[2] }
    let (mean, variance) = (
      LabStatistics.mean(own), LabStatistics.deviation(own) * LabStatistics.deviation(own)
    )
    let counts = [1, 5, 20]
    var (shares, variances, curve): ([Double], [Double], [Double]) = ([], [], [])
    for count in 1...20 {
      try step.gradients(data.batches(of: Self.rows)[0])
      try step.update(rate: 0)
      curve.append(Double(step.model["0.running_mean"]![2]) / mean)
      if counts.contains(count) {
        shares.append(curve[count - 1])
        variances.append(Double(step.model["0.running_var"]![2]))
      }
    }
    let ways = counts.map { 1 - Mathematics.pow(0.9, Double($0)) }
    report.judge(
      "running mean over the batch's after 1, 5, 20 steps", shares, .equals(ways, within: 1e-4),
      lecture: "1 − 0.9ᵗ: " + ways.map { LabValue.figure($0) }.joined(separator: ", "))
    report.judge(
      "running variance", variances, .equals(ways.map { 1 - $0 + $0 * variance }, within: 1e-3),
      lecture: "0.9ᵗ + (1 − 0.9ᵗ) σ², of n − 1")
    report.show(
      LineChart(
        "Running mean",
        [
          .init("over the batch's", values: curve),
          .init("1 − 0.9ᵗ", values: (1...20).map { 1 - Mathematics.pow(0.9, Double($0)) }, isDashed: true),
        ],
        xName: "step", yName: "part of the mean", width: 300, height: 220))

    let trained = step.model
    func predictions(_ rows: some Sequence<[Double]>) throws -> [Float] {
      try trained.compiled(batch: Self.rows)(tensor(rows))[.prediction].values()
    }
    let (alone, together) = (try predictions([rows[0]]), try predictions(rows.prefix(Self.rows)))
    report.judge(
      "inference: a row alone less the same in a batch", Double(alone[0]) - Double(together[0]), .exactly(0),
      lecture: "0: to the bit")
  }

  // MARK: Folding

  private func folding(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("A trained 64-32-10 with batch normalization, and the same without")
    let digits = try LabSamples.digits64()
    let (data, test) = (try digits.training.dataset(), try digits.test.rows(0..<500).dataset())
    var model = try Model(input: [64], seed: context.seed) {
      Dense(32); BatchNorm(); ReLU(); Dense(10)
    }
    try model.fit(data, epochs: 2, optimizer: .adam(3e-3), seed: context.seed)
    let folded = try model.foldingBatchNorms()
    func logits(_ model: Model) throws -> [Float] {
      // The layer's output, so that the engine folds nothing by itself.
      let path = "\(model.summary.last!.path)"
      return try model.compiled(outputs: [.layer(path)])(data.batch(Array(0..<test.count)))[.layer(path)]
        .values()
    }
    let (with, without) = (try logits(model), try logits(folded))
    let size = with.map { abs(Double($0)) }.max() ?? 1
    report.judge(
      "parameters: with, folded", [model.parameterCount, folded.parameterCount],
      .equals([2_474, 2_410], within: 0))
    report.judge(
      "largest difference of the outputs, over the largest output",
      zip(with, without).map { abs(Double($0) - Double($1)) }.max()! / size, .atMost(1e-5),
      lecture: "0: scale and shift are a dense layer's")
  }
}
