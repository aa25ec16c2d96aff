import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Softmax's properties, and what a wrong last activation costs.
struct OutputsLab: Lab {
  let name = "outputs"
  let theme = LabTheme.functions
  let slides = [
    Slide(.wisconsin, "Softmax"), Slide(.irvine, "Equations for K outputs"), Slide(.newYork, "Choice of g_L"),
  ]
  let claim =
    "The last activation goes with the task: a sigmoid for two classes, softmax for K, none for numbers; softmax's outputs "
    + "are probabilities, and K − 1 of them suffice."
  let formula = "softmax(z)_k = e^(z_k) / Σ e^(z_r)"
  let expected = Verdict.holds
  let conclusion =
    "softmax is what the slides say, and a head that can't reach the targets loses what lies beyond it"
  let sabotage = "linear heads under the names of the others"
  let tryIt = "apus train fish --model linear"

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try softmax(&report)
    try lastUnit(context, &report)
    try heads(context, &report)
    return report
  }

  private func softmax(_ report: inout LabReport) throws {
    report.part("Softmax of the scores 1, 2, 3")
    let scores = Tensor([[1, 2, 3]])
    let values = try scores.softmax().values()
    let exps = [1.0, 2, 3].map { Mathematics.exp($0) }
    report.judge("probabilities", values, .equals(exps.map { $0 / exps.reduce(0, +) }, within: 1e-6))
    report.judge("their sum", values.reduce(0) { $0 + Double($1) }, .equals(1, within: 1e-6))
    report.judge(
      "the same with 1,000 added to each", try (scores + 1000).softmax().values(),
      .equals(values.map { Double($0) }, within: 1e-6))
    let two = try Tensor([[0.7, -0.4]]).softmax().values()[0]
    report.judge(
      "of two scores, the first", two, .equals(1 / (1 + Mathematics.exp(-1.1)), within: 1e-6),
      lecture: "σ(z₁ − z₂)")
    let grid = (-60...60).map { Float($0) / 10 }
    let moved = try Tensor(grid.map { [$0, 0, 1] }).softmax().values()
    report.show(
      LineChart(
        "Softmax of z, 0, 1 as z moves",
        (0..<3).map { place in
          .init(
            ["z", "0", "1"][place],
            grid.indices.map { Point(Double(grid[$0]), Double(moved[3 * $0 + place])) })
        }, xName: "z", yName: "probability"))
  }

  /// Subtracts the last unit's weights from all: its score is then always 0.
  private func lastUnit(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("Iris with K and with K − 1 outputs")
    let samples = try LabSamples.iris().standardized()
    let data = try samples.dataset()
    var model = try Model.linear(4, 3, .normal(0.1), seed: context.seed)
    try model.fit(data, epochs: 50, optimizer: .adam(1e-2), seed: context.seed)
    let x = Tensor(samples.features.map { $0.map { Float($0) } })
    let before = try model(x).softmax().values()
    for path in ["0.weight", "0.bias"] {
      let values = model[path]!
      try model.set(path, to: values.indices.map { values[$0] - values[$0 / 3 * 3 + 2] })
    }
    let after = try model(x).softmax().values()
    report.judge(
      "numbers that are 0 after it", (model["0.weight"]! + model["0.bias"]!).count { $0 == 0 }, .exactly(5))
    report.judge(
      "largest change of a probability", zip(before, after).map { abs(Double($0 - $1)) }.max() ?? .nan,
      .atMost(1e-6), lecture: "0")
  }

  private func heads(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("The weight of fish, standardized, with four last activations: R² on the training rows")
    var samples = try LabSamples.fish().standardized()
    let (mean, deviation) = (LabStatistics.mean(samples.values), LabStatistics.deviation(samples.values))
    samples.values = samples.values.map { ($0 - mean) / deviation }
    let data = try samples.dataset()
    let total = samples.values.reduce(0) { $0 + $1 * $1 }
    let all: [(name: String, layer: any Activation, range: ClosedRange<Double>)] = [
      ("sigmoid", Sigmoid(), 0...1), ("tanh", Tanh(), -1...1), ("ReLU", ReLU(), 0...(.infinity)),
      ("linear", Identity(), -(.infinity)...(.infinity)),
    ]
    var (measured, bounds): ([Double], [Double]) = ([], [])
    for head in all {
      var model = try Model(
        input: [5], seed: context.seed,
        layers: Sequential([
          Dense(16, initializer: XavierNormal()), Tanh(), Dense(1, initializer: XavierNormal()),
          context.isSabotaged ? Identity() : head.layer,
        ]))
      try model.fit(
        data, epochs: 150, batch: 16, optimizer: .adam(1e-2), schedule: .cosine, seed: context.seed)
      let outputs = try model(Tensor(samples.features.map { $0.map { Float($0) } })).values()
      let errors = zip(outputs, samples.values).reduce(0) {
        $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
      }
      measured.append(1 - errors / total)
      // The best that lies in the head's range.
      let left = samples.values.reduce(0) { sum, t in
        let nearest = min(max(t, head.range.lowerBound), head.range.upperBound)
        return sum + (t - nearest) * (t - nearest)
      }
      bounds.append(1 - left / total)
    }
    for (number, head) in all.enumerated().prefix(3) {
      report.judge(
        head.name, measured[number],
        .atMost(bounds[number] + 1e-6).called(
          "at most \(LabValue.figure(bounds[number])), the part in its range"))
    }
    report.judge("linear", measured[3], .above(measured[..<3].max() ?? 1).called("above all of them"))
    report.show(
      BarChart(
        "R² by the last activation, and its bound",
        zip(all, zip(measured, bounds)).flatMap { head, values -> [BarChart.Bar] in
          [.init(head.name, values.0, figure: LabValue.figure(values.0, digits: 3))]
            + (values.1 < 1 ? [.init("bound", values.1, figure: LabValue.figure(values.1, digits: 3))] : [])
        }, limit: 1))
  }
}
