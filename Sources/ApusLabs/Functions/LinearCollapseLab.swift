import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Layers without an activation between them make one linear layer.
struct LinearCollapseLab: Lab {
  let name = "linear-collapse"
  let theme = LabTheme.functions
  let slides = [Slide(.wisconsin, "Why a nonlinear activation?"), Slide(.newYork, "No activation function")]
  let claim = "Without a nonlinear activation, layers upon layers are one linear layer, and no better."
  let formula = "f = w₂ᵀ (W x + b) + b₂ = (w₂ᵀ W) x + (w₂ᵀ b + b₂)"
  let expected = Verdict.holds
  let conclusion = "three linear layers are their product, and tell spirals apart as badly as one"
  let sabotage = "a ReLU between the layers"
  let tryIt = "apus train spirals --hidden 16,16 --activation identity"

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let training = try LabSamples.generated("spirals", rows: 600, noise: 0.05, seed: context.seed)
    let test = try LabSamples.generated("spirals", rows: 1_000, noise: 0.05, seed: context.seed &+ 1_000)
    let (data, held) = (try training.dataset(), try test.dataset())
    let between: any Activation = context.isSabotaged ? ReLU() : Identity()
    let settings: [(name: String, model: Model)] = [
      (
        "2-16-16-2, linear",
        try .dense([2, 16, 16, 2], between, initializer: XavierNormal(), seed: context.seed)
      ),
      ("2-2: one layer", try .dense([2, 2], seed: context.seed)),
      (
        "2-32-32-2, tanh",
        try .dense([2, 32, 32, 2], Tanh(), initializer: XavierNormal(), seed: context.seed)
      ),
    ]
    let trained = try Sweep.map(settings.map(\.model)) { model in
      var model = model
      try model.fit(
        data, epochs: 400, optimizer: .adam(1e-2), schedule: .cosine, seed: context.seed)
      return (model: model, accuracy: try model.accuracy(on: held))
    }
    report.part("Spirals, 600 rows for training, 1,000 for the test")
    report.judge("numbers in the linear network", trained[0].model.parameterCount, .exactly(354))
    report.judge("numbers in the single layer", trained[1].model.parameterCount, .exactly(6))
    for (setting, result) in zip(settings, trained).prefix(2) {
      report.tell("test accuracy of \(setting.name)", result.accuracy)
    }
    let errors = trained.prefix(2).map { $0.accuracy.standardError! }
    let difference = trained[0].accuracy.values[0] - trained[1].accuracy.values[0]
    report.judge(
      "difference of the two",
      LabValue([difference], standardError: (errors[0] * errors[0] + errors[1] * errors[1]).squareRoot()),
      .equals(0, standardErrors: 3))
    report.judge("test accuracy of \(settings[2].name)", trained[2].accuracy, .atLeast(0.95))

    report.part("The linear network and its product")
    let product = Self.product(of: trained[0].model)
    let outputs = try trained[0].model(Tensor(test.features.map { $0.map { Float($0) } })).values()
    let largest = outputs.map { abs(Double($0)) }.max() ?? 1
    var farthest = 0.0
    for (number, row) in test.features.enumerated() {
      for unit in 0..<2 {
        let expected: Double = row[0] * product.w[0][unit] + row[1] * product.w[1][unit] + product.b[unit]
        farthest = max(farthest, abs(Double(outputs[2 * number + unit]) - expected))
      }
    }
    report.judge(
      "largest difference of an output, as a part", farthest / largest, .atMost(1e-5),
      lecture: "0: the same function")
    for (setting, result) in zip(settings, trained) {
      report.show(
        try HeatMap.decision(of: result.model, setting.name, training, x: -2.2...2.2, y: -2.2...2.2))
    }
    return report
  }

  /// W₁ W₂ W₃ and the bias that goes with it, in double precision.
  private static func product(of model: Model) -> (w: [[Double]], b: [Double]) {
    var (w, b): ([[Double]], [Double]) = ([[1, 0], [0, 1]], [0, 0])
    for path in model.parameters.map(\.path) where path.hasSuffix("weight") {
      let values = model[path]!.map { Double($0) }
      let bias = model[path.replacing("weight", with: "bias")]!.map { Double($0) }
      let units = bias.count
      func times(_ row: [Double]) -> [Double] {
        (0..<units).map { unit in row.indices.reduce(0) { $0 + row[$1] * values[$1 * units + unit] } }
      }
      w = w.map(times)
      b = zip(times(b), bias).map { $0 + $1 }
    }
    return (w, b)
  }
}
