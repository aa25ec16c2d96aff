import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The gradient through deep networks of three activations, and whether they learn.
struct VanishingLab: Lab {
  let name = "vanishing"
  let theme = LabTheme.activations
  let slides = [
    Slide(.stevens, "Hard to get the power of Deep"), Slide(.stevens, "Vanishing Gradient Problem"),
    Slide(.stevens, "ReLU: reason 2"),
  ]
  let claim =
    "In a deep network of sigmoids the gradient is smaller layer by layer towards the input, and the first layers hardly "
    + "learn; ReLU solves it."
  let formula = "‖∂J/∂W_l‖ ≈ ¼ ‖∂J/∂W_{l+1}‖: σ′(0) = ¼"
  let expected = Verdict.holdsPartly
  let conclusion =
    "a quarter is left at each sigmoid layer and nine of them learn nothing; ReLU learns, but 40 layers only from fitting "
    + "weights"
  let sabotage = "tanh in the place of sigmoid"
  let tryIt = "apus check digits --hidden 64,64,64,64,64,64,64,64,64 --activation sigmoid"
  let lesson: String? = "Vanishing gradients"
  let isShort = false

  private static let width = 64

  private struct Kind: Sendable {
    var name: String
    var layer: any Layer
    var initializer: any Initializer
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let kinds = [
      Kind(name: "sigmoid", layer: context.isSabotaged ? Tanh() : Sigmoid(), initializer: XavierNormal()),
      Kind(name: "tanh", layer: Tanh(), initializer: XavierNormal()),
      Kind(name: "ReLU", layer: ReLU(), initializer: HeNormal()),
    ]
    try gradients(kinds, context, &report)
    try learning(kinds, context, &report)
    return report
  }

  private func model(_ kind: Kind, depth: Int, seed: UInt64) throws -> Model {
    let hidden = [Int](repeating: Self.width, count: depth)
    return try .dense([64] + hidden + [10], kind.layer, initializer: kind.initializer, seed: seed)
  }

  // MARK: Gradients

  private func gradients(_ kinds: [Kind], _ context: LabContext, _ report: inout LabReport) throws {
    report.part("64-(64×10)-10 at the first weights, 512 digits: ‖∂J/∂W‖ of the hidden layers")
    let data = try LabSamples.digits64().training.rows(0..<512).dataset()
    let norms = try Sweep.run(kinds, seeds: context.seeds(5)) { kind, seed -> [Double] in
      var model = try model(kind, depth: 10, seed: seed)
      model.objective = Objective(data.targets)
      let step = try TrainingStep(model, optimizer: .sgd(), batch: 512)
      try step.gradients(data.batches(of: 512)[0])
      // The first layer's inputs are the digits, of another size than hidden outputs.
      return try (1..<10).map { layer in
        let values = try step[gradient: "\(2 * layer).weight"].values()
        return values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      }
    }
    let factors = norms.map { seeds in
      LabStatistics.median(seeds.map { Mathematics.pow($0[0] / $0[8], 1.0 / 8) })
    }
    report.judge("factor of a layer, sigmoid", factors[0], .between(0.15, 0.35), lecture: "σ′(0) = ¼")
    report.judge(
      "factor of a layer, tanh and ReLU", Array(factors[1...]), .between(0.7, 1.4), lecture: "about 1")
    report.tell("second layer / tenth, sigmoid", LabStatistics.median(norms[0].map { $0[0] / $0[8] }))
    report.show(
      LineChart(
        "Gradient of each layer's weights",
        zip(kinds, norms).map { kind, seeds in
          .init(kind.name, (0..<9).map { Point(Double($0 + 2), seeds[0][$0]) })
        }, xName: "layer", yName: "‖∂J/∂W‖", yKind: .logarithmic))
  }

  // MARK: Learning

  private func learning(_ kinds: [Kind], _ context: LabContext, _ report: inout LabReport) throws {
    report.part("Trained on the digits, SGD 0.1, 10 epochs: test accuracy at 1, 3, 9 hidden layers")
    let digits = try LabSamples.digits64()
    let (data, test) = (try digits.training.dataset(), try digits.test.dataset())
    let depths = [1, 3, 9]
    let deep = Kind(name: "ReLU", layer: ReLU(), initializer: XavierNormal())
    let settings =
      kinds.flatMap { kind in depths.map { (kind: kind, depth: $0) } } + [(kind: deep, depth: 40)]
    let accuracies = try Sweep.run(settings, seeds: context.seeds(2)) { setting, seed -> Double in
      let training = try LabTraining(
        model(setting.kind, depth: setting.depth, seed: seed), on: data,
        TrainingSettings(optimizer: .sgd(0.1), epochs: 10, batch: 32, seed: seed))
      return try training.model.accuracy(on: test).values[0]
    }.map { LabStatistics.median($0) }
    report.tell("sigmoid", Array(accuracies[0..<3]))
    report.tell("tanh", Array(accuracies[3..<6]))
    report.tell("ReLU", Array(accuracies[6..<9]))
    report.judge("sigmoid, 9 layers", accuracies[2], .atMost(0.2), lecture: "it learns nothing: 0.1")
    report.judge(
      "tanh and ReLU, 9 layers", [accuracies[5], accuracies[8]], .atLeast(0.9), lecture: "they learn")
    report.test(
      "ReLU, 40 layers, Xavier's weights", accuracies[9], .atLeast(0.9), lecture: "ReLU solves it")
    report.show(
      LineChart(
        "Accuracy over depth",
        zip(kinds, 0...).map { kind, number in
          let own = accuracies[(3 * number)..<(3 * number + 3)]
          return .init(kind.name, zip(depths, own).map { Point(Double($0), $1) })
        }, xName: "hidden layers", yName: "test accuracy"))
    report.note(
      "ReLU's slope is 1 or 0: half of the units pass nothing, and Xavier's weights halve the signal's square at each layer. "
        + "He's have twice the variance for that.")
  }
}
