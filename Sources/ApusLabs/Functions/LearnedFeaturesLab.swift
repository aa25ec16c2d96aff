import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// Hidden layers as makers of features: of their inputs they make those on which a linear model does well.
struct LearnedFeaturesLab: Lab {
  let name = "learned-features"
  let theme = LabTheme.functions
  let slides = [
    Slide(.stevens, "Feature learning"), Slide(.irvine, "Machine learning before deep networks"),
    Slide(.irvine, "Wrap-up"), Slide(.bucharest, "End-to-end learning"),
    Slide(.newYork, "Feature engineering"),
  ]
  let claim =
    "Hidden units are learned features for a linear predictor, where features were once made by hand: they separate the "
    + "classes."
  let formula = "ŷ = softmax(W h(x) + b)"
  let expected = Verdict.holds
  let conclusion =
    "a linear model does better on learned features than on raw, summed or random ones, layer by layer"
  let sabotage = "shuffled labels in training"
  let tryIt =
    "apus train spirals --hidden 32,32,2 --activation tanh --out spirals "
    + "&& apus plot probes spirals/model.safetensors spirals"
  let isShort = false

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try plane(context, &report)
    try digits(context, &report)
    try depth(context, &report)
    return report
  }

  // MARK: In the plane

  /// Every product of the two columns up to a degree.
  private func polynomials(_ degree: Int) -> ([Double]) -> [Double] {
    { row in
      (1...degree).flatMap { total in
        (0...total).map { power in
          (0..<(total - power)).reduce(1.0) { value, _ in value * row[0] }
            * (0..<power).reduce(1.0) { value, _ in value * row[1] }
        }
      }
    }
  }

  private func plane(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("Three sets of the plane, 600 rows, accuracy on 1,000 others")
    for (set, noise) in [("circles", 0.05), ("moons", 0.1), ("spirals", 0.05)] {
      let given = try LabSamples.generated(set, rows: 600, noise: noise, seed: context.seed)
      let training = context.honest(given, sabotaged: given.shufflingLabels(context.random("labels")))
      let test = try LabSamples.generated(set, rows: 1_000, noise: noise, seed: context.seed &+ 1_000)
      let degrees = [1, 2, 3, 5]
      let byHand = try Sweep.map(degrees) { degree in
        try LinearProbe.accuracy(
          training.mapping(polynomials(degree)), test.mapping(polynomials(degree)), seed: context.seed,
          epochs: 150
        ).values[0]
      }
      var model = try Model.dense([2, 32, 32, 2, 2], Tanh(), initializer: XavierNormal(), seed: context.seed)
      try model.fit(
        training.dataset(), epochs: 400, optimizer: .adam(1e-2), schedule: .cosine, seed: context.seed)
      let (own, held) = (
        try training.features(of: model, layer: "5"), try test.features(of: model, layer: "5")
      )
      let learned = try LinearProbe.accuracy(own, held, seed: context.seed, epochs: 50)
      report.tell("\(set): polynomials of degree 1, 2, 3, 5", byHand)
      report.judge("\(set): two learned features", learned, .atLeast(0.98))
      report.show(
        ScatterChart(
          "\(set): the two learned features",
          (0...1).map { label in
            .init(
              "class \(label)",
              held.labels.indices.filter { held.labels[$0] == label }.prefix(250).map {
                Point(held.features[$0][0], held.features[$0][1])
              })
          }, xName: "unit 1", yName: "unit 2"))
    }
  }

  // MARK: Digits

  private func digits(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("Digits: a linear model on other features, test accuracy")
    let (given, test) = try LabSamples.digits64()
    let training = context.honest(given, sabotaged: given.shufflingLabels(context.random("labels")))
    func sums(_ row: [Double]) -> [Double] {
      (0..<8).map { line in (0..<8).reduce(0) { $0 + row[line * 8 + $1] } }
        + (0..<8).map { column in (0..<8).reduce(0) { $0 + row[$1 * 8 + column] } }
    }
    var model = try Model.dense([64, 64, 10], seed: context.seed)
    let untrained = model
    try model.fit(
      training.dataset(), epochs: 20, optimizer: .adam(2e-3), schedule: .cosine, seed: context.seed)
    let pairs = [
      (training, test), (training.mapping(sums), test.mapping(sums)),
      (try training.features(of: untrained, layer: "1"), try test.features(of: untrained, layer: "1")),
      (try training.features(of: model, layer: "1"), try test.features(of: model, layer: "1")),
    ]
    let found = try Sweep.map(pairs) { try LinearProbe.accuracy($0.0, $0.1, seed: context.seed) }
    for (name, accuracy) in zip(
      ["64 pixels", "16 sums of rows and columns", "64 random ReLU features", "64 learned features"], found)
    {
      report.tell(name, accuracy)
    }
    let values = found.map { $0.values[0] }
    report.judge("sums, pixels, learned", [values[1], values[0], values[3]], .rising())
    report.judge("random, pixels, learned", [values[2], values[0], values[3]], .rising())
    report.tell("the network itself", try model.accuracy(on: test.dataset()))
  }

  // MARK: Depth

  private func depth(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("The part of the variance between classes, by layer of 64-64-64-64-10")
    let (given, test) = try LabSamples.digits64()
    let training = context.honest(given, sabotaged: given.shufflingLabels(context.random("labels")))
    let shares = try Sweep.map(context.seeds(3)) { seed in
      var model = try Model.dense([64, 64, 64, 64, 10], seed: seed)
      func layers(_ model: Model) throws -> [Double] {
        [test.shareBetweenClasses]
          + (try ["1", "3", "5"].map { try test.features(of: model, layer: $0).shareBetweenClasses })
      }
      let before = try layers(model)
      try model.fit(training.dataset(), epochs: 15, optimizer: .adam(2e-3), seed: seed)
      return (before: before, after: try layers(model))
    }
    func mean(_ values: [[Double]]) -> [Double] {
      (0..<4).map { layer in LabStatistics.mean(values.map { $0[layer] }) }
    }
    let (before, after) = (mean(shares.map(\.before)), mean(shares.map(\.after)))
    report.tell("untrained: inputs and three layers", before)
    report.judge("untrained: inputs and the last layer", [before[0], before[3]], .falling())
    report.judge("trained", after, .rising())
    report.judge(
      "seeds in which both are so",
      shares.count { pair in
        pair.before[0] > pair.before[3]
          && zip(pair.after, pair.after.dropFirst()).allSatisfy { $0 < $1 }
      }, .exactly(shares.count), lecture: "all")
    report.show(
      LineChart(
        "Variance between classes by layer",
        [
          .init("untrained", before.enumerated().map { Point(Double($0.offset), $0.element) }),
          .init("trained", after.enumerated().map { Point(Double($0.offset), $0.element) }),
        ], xName: "layer", yName: "part of the variance"))
  }
}
