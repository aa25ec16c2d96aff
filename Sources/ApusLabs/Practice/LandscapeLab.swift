import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// Losses between models, which convexity forbids, and deep networks with and without skip connections.
struct LandscapeLab: Lab {
  let name = "landscape"
  let theme = LabTheme.practice
  let slides = [
    Slide(.wisconsin, "Non-convex optimization"), Slide(.irvine, "Residual networks"),
  ]
  let claim =
    "The loss of a network is not convex, that of a linear model is; skip connections make the loss of deep networks one that "
    + "descent can follow."
  let formula = "convex: J((a + b) / 2) ≤ ½ (J(a) + J(b));  x + f(x) / √L"
  let expected = Verdict.holds
  let conclusion =
    "between two equally good networks lies a hill, between linear models never; 40 layers learn with skip connections only"
  let sabotage = "a network beside itself, and skip connections everywhere"
  let tryIt =
    "apus train digits --hidden 32 --seed 1 --out a && apus train digits --hidden 32 --seed 2 --out b "
    + "&& apus plot segment a/model.safetensors b/model.safetensors digits"
  let isShort = false

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let data = try digits.training.dataset()
    try segments(data, context, &report)
    try pairs(try digits.training.rows(0..<512).dataset(), context, &report)
    try depth(digits.training, digits.test, context, &report)
    report.note(
      "The landscapes that the slide shows are probably those of Li et al. (2018): a plane through the trained weights, each "
        + "filter's direction as long as the filter.")
    return report
  }

  // MARK: Between two networks

  private func segments(
    _ data: TableDataset, _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part(
      "64-32-10, trained; the same with its hidden units in another order; and another one: along the line between"
    )
    let trained = try Sweep.map([context.seed, context.seed &+ 1_000]) { seed -> Model in
      var model = try Model.dense([64, 32, 10], seed: seed)
      try model.fit(data, epochs: 10, optimizer: .adam(3e-3), seed: seed)
      return model
    }
    let permuted = try context.honest(
      permutingUnits(of: trained[0], context.random("units")), sabotaged: trained[0])
    let shares = (0...20).map { Double($0) / 20 }
    let losses = try [permuted, trained[1]].map { other in
      try Sweep.map(shares) { try trained[0].interpolated(to: other, at: $0).loss(on: data) }
    }
    let first = losses[0]
    report.judge(
      "in another order: difference of the ends", abs(first[0] - first[20]), .atMost(1e-6),
      lecture: "0: the same function")
    report.tell("its loss at 0, ¼, ½, ¾, 1", [0, 5, 10, 15, 20].map { first[$0] })
    report.judge(
      "its middle over its ends", first[10] / first[0], .atLeast(5), lecture: "convex: at most 1")
    report.tell("between independent networks, in the middle", losses[1][10])
    report.show(
      LineChart(
        "Loss between two networks",
        zip(["the same, units in another order", "independent"], losses).map { name, losses in
          .init(name, zip(shares, losses).map { Point($0, $1) })
        }, xName: "part of the way", yName: "loss"))
  }

  private func permutingUnits(of model: Model, _ random: Philox) throws -> Model {
    let order = random.permutation(32)
    var result = model
    func columns(_ values: [Float]) -> [Float] {
      stride(from: 0, to: values.count, by: 32).flatMap { start in order.map { values[start + $0] } }
    }
    try result.set("0.weight", to: columns(model["0.weight"]!))
    try result.set("0.bias", to: columns(model["0.bias"]!))
    let last = model["2.weight"]!
    try result.set("2.weight", to: order.flatMap { last[($0 * 10)..<($0 * 10 + 10)] })
    return result
  }

  // MARK: Between linear models

  private func pairs(_ data: TableDataset, _ context: LabContext, _ report: inout LabReport) throws {
    report.part("Softmax regression: 200 pairs of random weights, 512 digits")
    let random = context.random("pairs")
    @Sendable func drawn(_ number: Int) throws -> Model {
      var model = try Model.linear(64, 10)
      model.objective = Objective(data.targets)
      let first = UInt64(1_000 * number)
      try model.set("0.weight", to: (0..<640).map { 0.3 * Float(random.normal(first + UInt64($0))) })
      try model.set("0.bias", to: (0..<10).map { 0.3 * Float(random.normal(first + 640 + UInt64($0))) })
      return model
    }
    let excesses = try Sweep.map(Array(0..<200)) { pair -> Double in
      let (first, second) = (try drawn(2 * pair), try drawn(2 * pair + 1))
      let ends = try first.loss(on: data) + second.loss(on: data)
      return try first.interpolated(to: second, at: 0.5).loss(on: data) - ends / 2
    }
    report.judge(
      "pairs whose middle is above the mean of its ends", excesses.count { $0 > 1e-6 }, .exactly(0))
    report.tell("middle less the mean of the ends, largest", excesses.max()!)
  }

  // MARK: Depth

  /// x + factor · relu(W x + b).
  private struct SkippedLayer: Layer {
    var factor = 1.0

    func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
      let dense = Dense(input.shape[-1].size, initializer: XavierNormal())
      return input + Tensor(factor) * scope.call(dense, input, named: "dense").relu()
    }
  }

  private struct Setting: Sendable {
    var depth: Int
    var isResidual: Bool
  }

  private func depth(
    _ training: LabSamples, _ test: LabSamples, _ context: LabContext, _ report: inout LabReport
  ) throws {
    report.part("64-(32 × L)-10, ReLU, Xavier's weights, Adam at 0.001, 5 epochs: test accuracy")
    let settings = [false, true].flatMap { isResidual in
      [10, 40].map { Setting(depth: $0, isResidual: isResidual || context.isSabotaged) }
    }
    let data = try training.dataset()
    let held = try test.dataset()
    let runs = try Sweep.run(settings, seeds: context.seeds(3)) { setting, seed -> (Double, Model) in
      let factor = 1 / Double(setting.depth).squareRoot()
      var layers: [any Layer] = [Dense(32, initializer: XavierNormal()), ReLU()]
      for _ in 0..<setting.depth {
        layers +=
          setting.isResidual
          ? [SkippedLayer(factor: factor)] : [Dense(32, initializer: XavierNormal()), ReLU()]
      }
      var model = try Model(
        input: [64], seed: seed, layers: Sequential(layers + [Dense(10, initializer: XavierNormal())]))
      try model.fit(data, epochs: 5, optimizer: .adam(1e-3), seed: seed)
      return (try model.accuracy(on: held).values[0], model)
    }
    let accuracies = runs.map { LabStatistics.mean($0.map(\.0)) }
    report.tell("plain, 10 layers", accuracies[0])
    report.judge(
      "plain, 40 layers, less with skip connections", accuracies[1] - accuracies[3], .atMost(-0.4),
      lecture: "it hardly learns")
    report.tell("plain, 40 layers", accuracies[1])
    report.tell("with skip connections, 10 layers", accuracies[2])
    report.judge("with skip connections, 40 layers", accuracies[3], .atLeast(0.85), lecture: "it learns")
    let rows = try training.rows(0..<256).dataset()
    for (title, number) in [("40 plain layers", 1), ("40 layers with skip connections", 3)] {
      report.show(try landscape(title, runs[number][0].1, rows, seed: context.seed))
    }
  }

  /// The loss in two random directions of which each filter is as long as the model's.
  private func landscape(
    _ title: String, _ model: Model, _ data: TableDataset, seed: UInt64
  ) throws -> HeatMap {
    let arena = TensorStorage(model.storage.floats)
    let evaluator = try Evaluator(model, parameters: arena, engine: Engine.standard())
    let steps = (0..<17).map { Double($0) / 8 - 1 }
    let losses = try WeightPlane(random: model, seed: seed).losses(
      a: steps, b: steps, evaluator: evaluator, arena: arena, data)
    let (kind, levels) = LossLandscape.scale(of: losses)
    return HeatMap(
      "Loss around \(title)", Grid(columns: 17, rows: 17, x: -1...1, y: -1...1, values: losses), kind: kind,
      levels: levels, xName: "a", yName: "b", unit: "loss")
  }
}
