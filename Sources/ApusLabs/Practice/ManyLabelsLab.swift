import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Twenty-eight labels, of which a row may have several: sigmoids, softmax, and where to draw the line.
struct ManyLabelsLab: Lab {
  let name = "many-labels"
  let theme = LabTheme.practice
  let slides = [Slide(.wisconsin, "28 protein categories")]
  let claim =
    "A network with an output for each of 28 categories, under softmax, says which of them a picture shows."
  let formula = "F1 = 2 right / (predicted + true), the mean over labels;  σ(z_k) > t_k"
  let expected = Verdict.holdsPartly
  let conclusion =
    "independent outputs with thresholds from validation rows do it; softmax can't say two labels, as its outputs share one"
  let sabotage = "shuffled rows of labels in training"
  let tryIt = "apus train moons --noise 0.3 --threshold auto"
  let isShort = false

  private static let labels = 28
  private static let inputs = 20
  /// The share of rows with each label: 0.4 … 0.01.
  private static let rates = (0..<labels).map {
    0.4 * Mathematics.pow(0.01 / 0.4, Double($0) / Double(labels - 1))
  }

  private struct Rows: Sendable {
    var features: [Float] = []
    var indicators: [Float] = []
    var count: Int { features.count / ManyLabelsLab.inputs }

    func dataset() throws -> TableDataset {
      try TableDataset(
        features: features, inputShape: [ManyLabelsLab.inputs], indicators: indicators,
        labels: (1...ManyLabelsLab.labels).map { "\($0)" })
    }
  }

  /// The F1 of each label at ½, and at the thresholds that are best on validation rows.
  private struct Outcome: Sendable {
    var half: [Double] = []
    var tuned: [Double] = []
    /// The largest second-largest probability of a row.
    var second = 0.0

    var macro: (half: Double, tuned: Double) { (LabStatistics.mean(half), LabStatistics.mean(tuned)) }
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let seeds = context.seeds(3)
    let runs = try Sweep.map(seeds) { seed -> (sigmoid: Outcome, softmax: Outcome, facts: [Double]) in
      let (training, validation, test) = (
        rows(4_000, seed, "training"), rows(2_000, seed, "validation"), rows(4_000, seed, "test")
      )
      var learned = training
      if context.isSabotaged { learned.indicators = shuffled(training, seed) }
      return (
        try sigmoids(learned, validation, test, seed), try softmax(learned, validation, test, seed),
        facts(training)
      )
    }
    report.part(
      "28 labels on 40 % to 1 % of the rows, 4,000 rows for training, 4,000 for the test, \(seeds.count) seeds"
    )
    func mean(_ number: Int) -> Double { LabStatistics.mean(runs.map { $0.facts[number] }) }
    report.tell("labels in a row", mean(0))
    report.tell("share of rows with two or more", mean(1))
    report.tell("accuracy of saying “none” to every label", mean(2))
    var small = try network(seeds[0], Normal(deviation: 0.001))
    let some = try rows(500, seeds[0], "first").dataset()
    small.objective = Objective(some.targets)
    report.judge(
      "first loss of an output at small weights", try small.loss(on: some),
      .equals(Mathematics.log(2), within: 0.01), lecture: "ln 2 = 0.6931")

    let independent = runs.map { $0.sigmoid.macro }
    let shared = runs.map { $0.softmax.macro }
    report.part("F1, the mean over the labels")
    report.tell("28 sigmoids, threshold ½", LabStatistics.measured(independent.map(\.half)))
    report.tell(
      "28 sigmoids, thresholds from 2,000 validation rows", LabStatistics.measured(independent.map(\.tuned)))
    report.tell("softmax, threshold ½", LabStatistics.measured(shared.map(\.half)))
    report.tell("softmax, thresholds from validation rows", LabStatistics.measured(shared.map(\.tuned)))
    report.judge(
      "sigmoids less softmax at ½, each seed", zip(independent, shared).map { $0.half - $1.half },
      .atLeast(0.15)
    )
    report.judge(
      "chosen thresholds less ½, sigmoids, each seed", independent.map { $0.tuned - $0.half }, .atLeast(0.05))
    func rare(_ values: [Double]) -> Double { LabStatistics.mean(Array(values.suffix(8))) }
    report.tell(
      "the eight rarest labels: at ½, at chosen thresholds",
      [
        LabStatistics.mean(runs.map { rare($0.sigmoid.half) }),
        LabStatistics.mean(runs.map { rare($0.sigmoid.tuned) }),
      ])
    report.test(
      "largest second probability of a row under softmax", runs.map { $0.softmax.second }.max()!, .above(0.5),
      lecture: "several categories under softmax")
    let first = runs[0]
    func series(_ name: String, _ values: [Double]) -> LineChart.Series {
      .init(name, zip(Self.rates, values).reversed().map { Point($0, $1) })
    }
    report.show(
      LineChart(
        "F1 by the frequency of the label",
        [
          series("sigmoid, ½", first.sigmoid.half), series("sigmoid, chosen", first.sigmoid.tuned),
          series("softmax, ½", first.softmax.half), series("softmax, chosen", first.softmax.tuned),
        ], xName: "share of rows with the label", yName: "F1", xKind: .logarithmic))
    report.note(
      "Probabilities under softmax are of sum 1: two of them are never above ½ together. With thresholds of their own its outputs "
        + "still rank labels well.")
    report.note(
      "Accuracy says little where most labels are absent; F1 counts what is found of those that are there.")
    return report
  }

  // MARK: Rows

  /// Label k where 0.8 w_k · x + 0.6 noise is above what a share of 1 − rate lies below, ‖w_k‖ = 1.
  private func rows(_ count: Int, _ seed: UInt64, _ part: String) -> Rows {
    let directions = Philox(seed: seed, path: "lab/labels")
    let weights = (0..<Self.labels).map { label -> [Double] in
      let own = (0..<Self.inputs).map { directions.normal(UInt64(label * Self.inputs + $0)) }
      let norm = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return own.map { $0 / norm }
    }
    let limits = Self.rates.map { quantile(1 - $0) }
    let random = Philox(seed: seed, path: "lab/rows \(part)")
    var rows = Rows()
    for row in 0..<count {
      let first = UInt64(row * 64)
      let x = (0..<Self.inputs).map { random.normal(first + UInt64($0)) }
      rows.features += x.map { Float($0) }
      for label in 0..<Self.labels {
        let product = zip(x, weights[label]).reduce(0) { $0 + $1.0 * $1.1 }
        let score = 0.8 * product + 0.6 * random.normal(first + UInt64(Self.inputs + label))
        rows.indicators.append(score > limits[label] ? 1 : 0)
      }
    }
    return rows
  }

  /// The number below which a share of standard normal ones lies, by halving, from Simpson's rule of the density.
  private func quantile(_ share: Double) -> Double {
    func below(_ x: Double) -> Double {
      let (steps, low) = (200, -8.0)
      let width = (x - low) / Double(steps)
      let sum = (0...steps).reduce(0.0) { sum, step in
        let place = low + width * Double(step)
        let factor: Double = step == 0 || step == steps ? 1 : step % 2 == 1 ? 4 : 2
        return sum + factor * Mathematics.exp(-place * place / 2)
      }
      return sum * width / 3 / (2 * Double.pi).squareRoot()
    }
    var (low, high) = (-8.0, 8.0)
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if below(middle) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  private func shuffled(_ rows: Rows, _ seed: UInt64) -> [Float] {
    let order = Philox(seed: seed, path: "lab/shuffled").permutation(rows.count)
    return order.flatMap { rows.indicators[($0 * Self.labels)..<(($0 + 1) * Self.labels)] }
  }

  /// Labels a row; the share of rows with two or more; the share of absent labels.
  private func facts(_ rows: Rows) -> [Double] {
    let counts = stride(from: 0, to: rows.indicators.count, by: Self.labels).map { start in
      Double(rows.indicators[start..<(start + Self.labels)].reduce(0, +))
    }
    let mean = LabStatistics.mean(counts)
    let several = Double(counts.count { $0 >= 2 }) / Double(counts.count)
    return [mean, several, 1 - mean / Double(Self.labels)]
  }

  // MARK: Networks

  private func network(_ seed: UInt64, _ initializer: any Initializer = HeNormal()) throws -> Model {
    try .dense([Self.inputs, 64, Self.labels], initializer: initializer, seed: seed)
  }

  private func sigmoids(_ training: Rows, _ validation: Rows, _ test: Rows, _ seed: UInt64) throws -> Outcome
  {
    var model = try network(seed)
    try model.fit(training.dataset(), epochs: 8, optimizer: .adam(3e-3), seed: seed)
    func samples(_ rows: Rows) throws -> EvaluatedSamples { try model.results(on: rows.dataset()) }
    return outcome(try samples(validation), try samples(test))
  }

  /// −Σ t_k ln softmax(z)_k with t the row's labels over their number: nothing for a row without any.
  private func softmax(_ training: Rows, _ validation: Rows, _ test: Rows, _ seed: UInt64) throws -> Outcome {
    let (inputs, labels) = (Self.inputs, Self.labels)
    var shares = training.indicators
    for start in stride(from: 0, to: shares.count, by: labels) {
      let count = shares[start..<(start + labels)].reduce(0, +)
      if count > 0 { for place in start..<(start + labels) { shares[place] /= count } }
    }
    let step = try TrainingStep(
      ["model": ModelTraining(network(seed), optimizer: .adam(3e-3))],
      inputs: ["x": [inputs], "shares": [labels]], batch: 32
    ) { models, tensors in
      ["model": -(tensors["shares"] * models["model"](tensors["x"]).logSoftmax()).sum(axes: [1]).mean()]
    }
    for epoch in 0..<8 {
      let order = Philox(seed: seed, path: "lab/epoch \(epoch)").permutation(training.count)
      for first in stride(from: 0, to: training.count - 31, by: 32) {
        let own = order[first..<(first + 32)]
        let x = own.flatMap { training.features[($0 * inputs)..<(($0 + 1) * inputs)] }
        let t = own.flatMap { shares[($0 * labels)..<(($0 + 1) * labels)] }
        try step.gradients([
          "x": Tensor(x, shape: TensorShape([32, inputs])),
          "shares": Tensor(t, shape: TensorShape([32, labels])),
        ])
        try step.update()
      }
    }
    let model = step.trained[0].model
    func samples(_ rows: Rows) throws -> EvaluatedSamples {
      let x = Tensor(rows.features, shape: TensorShape([rows.count, inputs]))
      return EvaluatedSamples(
        width: labels, predictions: try model(x).softmax().values().map { Double($0) }, labels: [],
        values: rows.indicators.map { Double($0) }, losses: Array(repeating: 0, count: rows.count),
        kind: .probabilities, isMultiLabel: true)
    }
    let tested = try samples(test)
    var result = outcome(try samples(validation), tested)
    result.second =
      (0..<test.count).map { row in
        tested.predictions[(row * labels)..<((row + 1) * labels)].sorted()[labels - 2]
      }.max() ?? .nan
    return result
  }

  private func outcome(_ validation: EvaluatedSamples, _ test: EvaluatedSamples) -> Outcome {
    func scores(_ samples: EvaluatedSamples) -> [Double] { F1().ofEachClass(samples).map { $0?.value ?? 0 } }
    var tuned = test
    tuned.thresholds = validation.chosenThresholds()
    return Outcome(half: scores(test), tuned: scores(tuned))
  }
}
