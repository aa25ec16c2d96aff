import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Maxout units set by hand to known activations, and trained to a parabola and to a wave.
struct MaxoutLab: Lab {
  let name = "maxout"
  let theme = LabTheme.activations
  let slides = [
    Slide(.stevens, "Maxout"), Slide(.stevens, "Maxout: ReLU is a special case"), Slide(.bucharest, "Maxout"),
  ]
  let claim =
    "The largest of k linear functions is an activation that is learned: any convex one of k pieces, ReLU among them, for k "
    + "times the parameters."
  let formula = "max_k (w_k · x + b_k);  ReLU: w₂ = 0;  x² by k pieces: rmse h² / (6 √5), h = 2 / k"
  let expected = Verdict.holds
  let conclusion =
    "it is ReLU and |x| exactly, comes to the best pieces of a parabola, and a wave needs two of them"
  let sabotage = "a target that is concave, −x²"
  let tryIt = "apus plot activations maxout relu"
  let isShort = false

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try byHand(&report)
    try parameters(&report)
    try parabola(context, &report)
    try wave(context, &report)
    report.note("One unit is convex whatever its pieces; a difference of two can be any continuous function.")
    return report
  }

  // MARK: By hand

  private func byHand(_ report: inout LabReport) throws {
    report.part("Two pieces, w₁ x and w₂ x, set by hand: largest difference for x in [−5, 5]")
    let x = Tensor((-500...500).map { Float($0) / 100 }, shape: [1001, 1])
    func difference(_ weights: [Float], from expected: Tensor) throws -> Double {
      var model = try Model(input: [1]) { Maxout(1, pieces: 2) }
      let path = model.parameters.map(\.path)
      try model.set(path.first { $0.hasSuffix("weight") }!, to: weights)
      return zip(try model(x).values(), try expected.values()).map { abs(Double($0) - Double($1)) }.max()
        ?? .nan
    }
    report.judge("1, 0 and ReLU", try difference([1, 0], from: ReLU()(x)), .exactly(0), lecture: "0")
    report.judge(
      "1, 0.01 and leaky ReLU", try difference([1, 0.01], from: maximum(x, 0.01 * x)), .atMost(1e-6),
      lecture: "0")
    report.judge("1, −1 and |x|", try difference([1, -1], from: x.abs()), .atMost(1e-6), lecture: "0")
  }

  private func parameters(_ report: inout LabReport) throws {
    report.part("Parameters from 64 inputs to 32 units")
    let counts = [
      try Model(input: [64]) { Dense(32) }.parameterCount,
      try Model(input: [64]) { Maxout(32, pieces: 2) }.parameterCount,
      try Model(input: [64]) { Maxout(32, pieces: 3) }.parameterCount,
    ]
    report.judge("dense, 2 pieces, 3 pieces", counts, .equals([2080, 4160, 6240], within: 0))
  }

  // MARK: Trained

  private static let points = (0..<200).map { -1 + (2 * Double($0) + 1) / 200 }

  /// The least rmse of some seeds, and that model.
  private func best(
    _ target: (Double) -> Double, _ context: LabContext, _ make: @Sendable (UInt64) throws -> Model
  ) throws -> (rmse: Double, model: Model) {
    let data = try LabSamples(Self.points.map { [$0] }, values: Self.points.map(target)).dataset()
    let settings = TrainingSettings(optimizer: .adam(0.02), schedule: .cosine(), epochs: 1_500, batch: 200)
    let trained = try Sweep.map(context.seeds(8)) { seed -> (rmse: Double, model: Model) in
      var model = try make(seed)
      try model.fit(data, settings: settings)
      return ((try model.evaluate(on: data)["loss"]?.value ?? .nan).squareRoot(), model)
    }
    return trained.min { $0.rmse < $1.rmse }!
  }

  private func parabola(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("x² on [−1, 1] by one unit: the least rmse of 8 seeds")
    let sign = context.honest(1.0, sabotaged: -1)
    let fits = try [2, 3, 4].map { pieces in
      try best({ sign * $0 * $0 }, context) { seed in
        try Model(input: [1], seed: seed) { Maxout(1, pieces: pieces) }
      }
    }
    let forms = [2.0, 3, 4].map { 4 / ($0 * $0 * 6 * 5.0.squareRoot()) }
    for (index, pieces) in [2, 3].enumerated() {
      report.judge(
        "\(pieces) pieces", fits[index].rmse, .between(0.995 * forms[index], 1.1 * forms[index]),
        lecture: "h² / (6 √5) = \(LabValue.figure(forms[index]))")
    }
    report.tell(
      "4 pieces", fits[2].rmse, lecture: "\(LabValue.figure(forms[2])), where no piece is left unused")
    let x = Tensor(Self.points.map { Float($0) }, shape: [200, 1])
    func series(_ name: String, _ model: Model) throws -> LineChart.Series {
      .init(name, zip(Self.points, try model(x).values()).map { Point($0, Double($1)) })
    }
    report.show(
      LineChart(
        "Pieces under the parabola",
        [
          .init("x²", Self.points.map { Point($0, $0 * $0) }, isDashed: true),
          try series("2 pieces", fits[0].model), try series("3 pieces", fits[1].model),
        ], xName: "x", yName: "y"))
  }

  private func wave(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("sin πx on [−1, 1]: the least rmse of 8 seeds")
    let target: (Double) -> Double = { Double(Mathematics.sin(Double.pi * $0)) }
    let one = try best(target, context) { seed in
      try Model(input: [1], seed: seed) { Maxout(1, pieces: 8) }
    }
    let two = try best(target, context) { seed in
      try Model(input: [1], seed: seed) {
        Maxout(2, pieces: 4)
        Dense(1)
      }
    }
    report.tell("one unit of 8 pieces", one.rmse, lecture: "it is convex")
    report.tell("a difference of two of 4", two.rmse)
    report.judge("the first over the second", one.rmse / two.rmse, .atLeast(3))
  }
}
