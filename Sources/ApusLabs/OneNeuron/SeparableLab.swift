import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Maximum likelihood on separable rows has no end; with a prior it has one.
struct SeparableLab: Lab {
  let name = "separable"
  let theme = LabTheme.oneNeuron
  let slides = [Slide(.wisconsin, "Maximum likelihood"), Slide(.wisconsin, "Maximum a posteriori")]
  let claim =
    "Where a line separates the classes, maximum likelihood has many solutions and ‖w‖ grows for ever; with λ/2 ‖w‖² there "
    + "is one."
  let formula = "Σ ln(1 + e^(−t w·x)) + λ/2 ‖w‖²"
  let expected = Verdict.holds
  let conclusion =
    "without λ the norm grows like ln t and depends on the start, with λ every start ends in one place"
  let sabotage = "shuffled labels"
  let tryIt = "apus train moons --model logistic"

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let pair = try LabSamples.iris().classes([0, 1]).standardized()
    let samples = context.honest(pair, sabotaged: pair.shufflingLabels(context.random("labels")))
    try growth(samples, &report)
    try starts(samples, context, &report)
    return report
  }

  private func model(_ samples: LabSamples, from start: some Initializer = .zeros, seed: UInt64 = 0) throws
    -> Model
  {
    var model = try Model.linear(samples.columns, 1, start, seed: seed)
    model.objective = Objective(.classes(names: samples.classes), loss: .logistic)
    return model
  }

  private func norm(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  private func growth(_ samples: LabSamples, _ report: inout LabReport) throws {
    report.part("Setosa and versicolor, mean loss, rate 1")
    let data = try samples.dataset()
    let step = try TrainingStep(model(samples), optimizer: .sgd(), batch: samples.count)
    try step.gradients(data.batches(of: samples.count)[0])
    var (norms, losses): ([Double], [Double]) = ([], [])
    var curve: [Point] = []
    var (next, mark) = (100, 1.0)
    for number in 1...100_000 {
      try step.update(rate: 1)
      let loss = try step.gradients()
      if Double(number) >= mark {
        curve.append(Point(Double(number), norm(step.model["0.weight"]!)))
        mark *= 1.2
      }
      guard number == next else { continue }
      norms.append(norm(step.model["0.weight"]!))
      losses.append(Double(loss))
      next *= 10
    }
    report.tell("‖w‖ after 10², 10³, 10⁴, 10⁵ steps", norms)
    let increments = zip(norms.dropFirst(), norms).map { $0 - $1 }
    report.judge("growth of ‖w‖ a decade", increments, .above(0.1), lecture: "for ever")
    report.judge(
      "largest over smallest of them", (increments.max() ?? .nan) / (increments.min() ?? .nan),
      .between(1, 2), lecture: "alike: ln t")
    report.judge(
      "the loss falls a decade by a factor of", zip(losses, losses.dropFirst()).map { $0 / $1 }, .atLeast(5),
      lecture: "10: as 1/t")
    report.show(
      LineChart("‖w‖ over the steps", [.init("", curve)], xName: "step", yName: "‖w‖", xKind: .logarithmic))
  }

  private func starts(_ samples: LabSamples, _ context: LabContext, _ report: inout LabReport) throws {
    report.part("Five random starts of deviation 3, 5,000 steps")
    let seeds = context.seeds(5)
    let count = Double(samples.count)
    func ends(_ samples: LabSamples, _ lambda: Double) throws -> [[Float]] {
      try Sweep.map(seeds) { seed in
        var model = try self.model(samples, from: .normal(3), seed: seed)
        // A sum over the rows beside λ is the mean beside λ/N.
        try model.fit(
          samples.dataset(), epochs: 5_000, batch: samples.count, optimizer: .sgd(1),
          regularization: Regularization(l2: lambda / count))
        return model["0.weight"]! + model["0.bias"]!
      }
    }
    func spread(_ ends: [[Float]]) -> Double {
      let weights = ends.map { Array($0.dropLast()) }
      let size = LabStatistics.mean(weights.map(norm))
      return weights.flatMap { a in weights.map { b in norm(zip(a, b).map { $0 - $1 }) } }.max()! / size
    }
    let (free, tied) = (try ends(samples, 0), try ends(samples, 1))
    report.tell("‖w‖ with λ = 0", free.map { norm(Array($0.dropLast())) })
    report.tell("‖w‖ with λ = 1", tied.map { norm(Array($0.dropLast())) })
    report.judge(
      "largest distance of two w with λ = 0, as a part of ‖w‖", spread(free), .above(0.1),
      lecture: "many solutions")
    report.judge("the same with λ = 1", spread(tied), .below(1e-3), lecture: "one solution")
    let petals = samples.columns([2, 3])
    let xs = [-1.6, 1.8]
    for lambda in [0.0, 1] {
      let lines = try ends(petals, lambda).enumerated().map { number, w in
        LineChart.Series(
          number == 0 ? "five starts" : "",
          xs.map { Point($0, -(Double(w[0]) * $0 + Double(w[2])) / Double(w[1])) },
          color: 2)
      }
      report.show(
        ScatterChart(
          "Petals, λ = \(Int(lambda))",
          samples.classes.enumerated().map { label, name in
            .init(
              name,
              petals.labels.indices.filter { petals.labels[$0] == label }.map {
                Point(petals.features[$0][0], petals.features[$0][1])
              })
          }, lines: lines, xName: "petal length, standardized", yName: "petal width, standardized"))
    }
  }
}
