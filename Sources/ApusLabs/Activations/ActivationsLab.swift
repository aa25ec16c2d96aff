import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The activations' values, slopes and means, the step that can't be trained, and what exp costs.
struct ActivationsLab: Lab {
  let name = "activations"
  let theme = LabTheme.activations
  let slides = [
    Slide(.stevens, "Activation functions"), Slide(.wisconsin, "Activations"), Slide(.newYork, "Activations"),
    Slide(.bucharest, "Activation functions"),
  ]
  let claim =
    "A sigmoid is flat at both ends and not zero-centered, tanh is zero-centered, ReLU does not saturate; exp is expensive; "
    + "a step has no slope to train by."
  let formula = "σ′ = σ (1 − σ);  tanh x = (1 − e^(−2x)) / (1 + e^(−2x)) = 2 σ(2x) − 1;  ELU: e^x − 1 below 0"
  let expected = Verdict.holdsPartly
  let conclusion =
    "values, slopes and means are those of the formulas, but tanh as it is written overflows where the engine's does not"
  let sabotage = "every activation read at −x"
  let tryIt = "apus plot activations"

  private static let points = [-10.0, 0, 10]

  private struct Shape {
    var name: String
    var layer: any Activation
    var values: [Double]
    var slopes: [Double]
    /// E of it for x ~ N(0, 1).
    var mean: Double
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try values(context, &report)
    try overflow(&report)
    try step(context, &report)
    try cost(&report)
    report.note(
      "A leaky slope is 0.1 in lecture 1 and in the gallery of lecture 5, and 0.01 on lecture 5's own slide.")
    report.note(
      "On vector units exp costs hardly more than a comparison with the copying around it, and nothing of a step that can be "
        + "measured: “expensive” was said of scalar code.")
    report.note("The ranges are open, (0, 1) and (−1, 1): single precision rounds to the ends.")
    return report
  }

  // MARK: Values

  /// σ(10), and the ends that follow from it.
  private var shapes: [Shape] {
    let low = 1 / (1 + Mathematics.exp(10))
    let flat = low * (1 - low)
    let tail = Mathematics.exp(-10)
    // 1 − tanh² 10 = 4 σ(20) (1 − σ(20)).
    let end = 1 / (1 + Mathematics.exp(20))
    let tanhSlope = 4 * end * (1 - end)
    let half = 1 / (2 * Double.pi).squareRoot()
    return [
      Shape(
        name: "sigmoid", layer: Sigmoid(), values: [low, 0.5, 1 - low], slopes: [flat, 0.25, flat], mean: 0.5),
      Shape(
        name: "tanh", layer: Tanh(), values: [2 * end - 1, 0, 1 - 2 * end],
        slopes: [tanhSlope, 1, tanhSlope],
        mean: 0),
      Shape(name: "ReLU", layer: ReLU(), values: [0, 0, 10], slopes: [0, 0, 1], mean: half),
      Shape(
        name: "leaky ReLU, 0.01", layer: LeakyReLU(), values: [-0.1, 0, 10], slopes: [0.01, 0.01, 1],
        mean: 0.99 * half),
      // √e Φ(−1) − ½ of the part below 0.
      Shape(
        name: "ELU", layer: ELU(), values: [tail - 1, 0, 10], slopes: [tail, 1, 1],
        mean: half + 1.6487212707 * 0.1586552539 - 0.5),
    ]
  }

  private func values(_ context: LabContext, _ report: inout LabReport) throws {
    let sign: Float = context.honest(1, sabotaged: -1)
    let places = Tensor(Self.points.map { sign * Float($0) })
    let normal = Tensor.normal([200_000], seed: context.seed)
    var (curves, slopes): ([LineChart.Series], [LineChart.Series]) = ([], [])
    let grid = (-60...60).map { Double($0) / 10 }
    for shape in shapes {
      report.part(shape.name)
      let (measured, slope) = try read(shape.layer, places)
      // A slope from 1 − y² or y (1 − y) has the rounding of 1.
      report.judge("values at −10, 0, 10", measured, .equals(shape.values, within: 1e-6, relative: 1e-5))
      report.judge("slopes at −10, 0, 10", slope, .equals(shape.slopes, within: 2e-7, relative: 1e-5))
      report.judge(
        "mean for x ~ N(0, 1)", try shape.layer(normal).mean().item(), .equals(shape.mean, within: 0.01),
        lecture: "\(LabValue.figure(shape.mean, digits: 3))")
      let drawn = try read(shape.layer, Tensor(grid.map { Float($0) }))
      curves.append(.init(shape.name, zip(grid, drawn.values).map { Point($0, min($1, 3)) }))
      slopes.append(.init(shape.name, zip(grid, drawn.slopes).map { Point($0, $1) }))
    }
    report.show(LineChart("Activations", curves, xName: "x", yName: "y"))
    report.show(LineChart("Their slopes", slopes, xName: "x", yName: "dy/dx"))
  }

  private func read(_ layer: any Activation, _ x: Tensor) throws -> (values: [Double], slopes: [Double]) {
    let (_, slopes) = try valueAndGradient(at: x) { layer($0).sum() }
    return (try layer(x).values().map { Double($0) }, try slopes.values().map { Double($0) })
  }

  // MARK: Overflow

  private func overflow(_ report: inout LabReport) throws {
    report.part("tanh in single precision")
    let x = Tensor([Float(-50), 100])
    func both(_ y: Tensor) throws -> [Double] { try y.values().map { Double($0) } }
    let second = (-2 * x).exp()
    report.judge("the engine's at −50, 100", try both(x.tanh()), .equals([-1, 1], within: 0))
    report.test(
      "(1 − e^(−2x)) / (1 + e^(−2x))", try both((1 - second) / (1 + second)), .equals([-1, 1], within: 1e-6),
      lecture: "−1, 1")
    report.test(
      "(e^x − e^(−x)) / (e^x + e^(−x))", try both((x.exp() - (-x).exp()) / (x.exp() + (-x).exp())),
      .equals([-1, 1], within: 1e-6), lecture: "−1, 1")
    report.judge("2 σ(2x) − 1", try both(2 * (2 * x).sigmoid() - 1), .equals([-1, 1], within: 1e-6))
  }

  // MARK: The step

  private func step(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("A network of steps: 2-4-1 on XOR")
    let corners: [[Double]] = [[0, 0], [0, 1], [1, 0], [1, 1]]
    let data = try LabSamples(corners, labels: [0, 1, 1, 0], classes: ["0", "1"]).dataset()
    var model = try Model.dense([2, 4, 1], Step(), seed: context.seed)
    model.objective = Objective(data.targets, loss: .binaryCrossEntropy)
    let step = try TrainingStep(model, optimizer: .sgd(0.5), batch: 4)
    try step.gradients(data.batches(of: 4)[0])
    for _ in 0..<1_000 {
      try step.update(rate: 0.5)
      try step.gradients()
    }
    let moved = zip(model["0.weight"]!, step.model["0.weight"]!).map { abs($0 - $1) }.max() ?? .nan
    report.judge("largest move of a hidden weight in 1,000 steps", moved, .exactly(0), lecture: "0: no slope")
    let x = Tensor((10...300).map { Float($0) / 100 })
    let gap = try (1 - (100 * x).sigmoid()).values().map { Double($0) }.max() ?? .nan
    report.judge(
      "σ(100 x) from the step, for x ≥ 0.1, at most", gap, .atMost(4.55e-5), lecture: "e^(−10) = 4.54e-5")
  }

  // MARK: Cost

  private func cost(_ report: inout LabReport) throws {
    report.part("What they cost")
    let count = 4_096
    let layers: [any Activation] = [ReLU(), LeakyReLU(), ELU(), Tanh(), Sigmoid()]
    let input = [Float](repeating: 0.5, count: 16 * count)
    let times = try layers.map { layer -> Double in
      let model = try Model(input: [count], layers: Sequential([layer]))
      let compiled = try model.compiled(outputs: [.logits], batch: 16)
      let x = Tensor(input, shape: TensorShape([16, count]))
      _ = try compiled(x)[.logits].values()
      return try Self.shortest(20) { _ = try compiled(x) } / Double(input.count)
    }
    report.time("ns an element: ReLU, leaky, ELU, tanh, sigmoid, with the copying", times, unit: "ns")
    let steps = try [ReLU() as any Activation, Sigmoid()].map { layer -> Double in
      let rows = LabSamples(
        (0..<32).map { row in (0..<784).map { Double((row + $0) % 7) / 7 } },
        labels: (0..<32).map { $0 % 10 },
        classes: (0..<10).map { "\($0)" })
      let data = try rows.dataset()
      var model = try Model.dense([784, 200, 200, 10], layer, seed: 1)
      model.objective = Objective(data.targets)
      let step = try TrainingStep(model, optimizer: .sgd(0.01), batch: 32)
      try step.gradients(data.batches(of: 32)[0])
      return try Self.shortest(20) { try step.gradients() }
    }
    report.time(
      "a step of 784-200-200-10 with sigmoid / with ReLU", steps[1] / steps[0],
      lecture: "exp is expensive: more an element, little of a step")
  }

  /// The shortest of some times, in nanoseconds.
  private static func shortest(_ count: Int, _ body: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<count {
      let start = Clock.nanoseconds
      try body()
      best = min(best, Double(Clock.nanoseconds - start))
    }
    return best
  }
}
