import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The size of signals through ten layers, from weights of several sizes, against theory.
struct SignalDepthLab: Lab {
  let name = "signal-depth"
  let theme = LabTheme.beforeTraining
  let slides = [
    Slide(.bucharest, "Small random numbers"), Slide(.bucharest, "Large random numbers"),
    Slide(.bucharest, "Xavier initialization"), Slide(.bucharest, "He initialization"),
  ]
  let claim =
    "Weights of deviation 0.01 let the signal of a deep tanh network fade, of deviation 1 they saturate it; Xavier's keep it, "
    + "and before ReLU He's, with twice the variance."
  let formula = "q_{l+1} = E f(√(n σ² q_l) g)², g ~ N(0, 1);  Var W = 2 / (n_in + n_out);  ReLU: 2 / n_in"
  let expected = Verdict.holds
  let conclusion = "the signal's size at each layer is that of the theory: fading, saturated or kept"
  let sabotage = "every network begins with Xavier's weights"
  let tryIt = "apus check digits --hidden 64,64,64,64,64,64,64,64,64,64 --activation tanh"
  let isShort = false

  private static let width = 500
  private static let depth = 10
  private static let rows = 200

  private struct Setting: Sendable {
    var name: String
    var initializer: any Initializer
    /// σ² n of its weights.
    var gain: Double
    var activation: any Activation
    var function: @Sendable (Double) -> Double
  }

  private struct Outcome: Sendable {
    /// √E h² of each layer.
    var sizes: [Double]
    /// The part beyond ±0.99 of the last layer.
    var saturated: Double
    var histograms: [DepthHistograms.Layer]
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let width = Double(Self.width)
    let tanh: @Sendable (Double) -> Double = { Mathematics.tanh($0) }
    let relu: @Sendable (Double) -> Double = { max($0, 0) }
    let settings = [
      Setting(
        name: "tanh, σ = 0.01", initializer: Normal(deviation: 0.01), gain: 1e-4 * width, activation: Tanh(),
        function: tanh),
      Setting(
        name: "tanh, σ = 1", initializer: Normal(deviation: 1), gain: width, activation: Tanh(),
        function: tanh),
      Setting(name: "tanh, Xavier", initializer: XavierNormal(), gain: 1, activation: Tanh(), function: tanh),
      Setting(name: "ReLU, Xavier", initializer: XavierNormal(), gain: 1, activation: ReLU(), function: relu),
      Setting(name: "ReLU, He", initializer: HeNormal(), gain: 2, activation: ReLU(), function: relu),
    ]
    let outcomes = try Sweep.map(settings) { setting in
      try measure(context.isSabotaged ? XavierNormal() : setting.initializer, setting.activation, context)
    }
    let theory = settings.map { Self.theory(gain: $0.gain, $0.function) }

    report.part("10 layers of 500 units, inputs of N(0, 1): √E h² of the layers")
    for (setting, outcome) in zip(settings, outcomes) {
      report.tell(
        setting.name,
        LabValue(
          outcome.sizes,
          words: [0, 1, 4, 9].map { LabValue.figure(outcome.sizes[$0], digits: 3) }.joined(separator: ", ")
            + " at 1, 2, 5, 10"))
    }
    for (number, setting) in settings.enumerated() {
      let ratios = zip(outcomes[number].sizes, theory[number]).map { $0 / $1 }
      // The part of ReLU that all inputs share varies with the weights, by a tenth or so at the tenth layer.
      let isReLU = setting.activation is ReLU
      report.judge(
        "\(setting.name): over the theory's, first five layers", Array(ratios.prefix(5)),
        .between(isReLU ? 0.8 : 0.95, isReLU ? 1.25 : 1.05), lecture: "1")
      report.judge(
        "\(setting.name): at the tenth", ratios[9], .between(isReLU ? 0.65 : 0.9, isReLU ? 1.5 : 1.1),
        lecture: "1")
    }
    report.part("What becomes of it at the tenth layer")
    report.judge("σ = 0.01", outcomes[0].sizes[9], .below(1e-5), lecture: "next to 0: the gradients too")
    report.judge(
      "σ = 1: beyond ±0.99", outcomes[1].saturated, .equals(0.904, within: 0.03),
      lecture: "0.904: saturated, no slope")
    report.judge("Xavier, tanh", outcomes[2].sizes[9], .between(0.15, 0.5), lecture: "0.228: smaller, alive")
    report.judge(
      "Xavier, ReLU", outcomes[3].sizes[9], .below(0.06),
      lecture: "2^−5 = 0.031: halved at each layer, as a square")
    report.judge("He, ReLU", outcomes[4].sizes[9], .between(0.5, 2), lecture: "1")
    report.show(
      LineChart(
        "Size of the signal through depth",
        zip(settings, outcomes).map { .init($0.name, values: $1.sizes) }
          + zip(settings, theory).enumerated().map { number, pair in
            .init("", values: pair.1, isDashed: true, color: number)
          }, xName: "layer", yName: "√E h²", yKind: .logarithmic))
    for (setting, outcome) in zip(settings, outcomes) {
      report.show(DepthHistograms(setting.name, outcome.histograms, columns: 5))
    }
    report.note(
      "Xavier's rule is made for linear units; tanh takes a little off at each layer, since |tanh z| < |z|. "
        + "The dashed lines are the theory's.")
    report.note(
      "The figures are for the forward signals; with n_in = n_out the gradients' sizes go by the same variance."
    )
    return report
  }

  private func measure(
    _ initializer: any Initializer, _ activation: any Activation, _ context: LabContext
  ) throws -> Outcome {
    func dense(_ initializer: some Initializer) -> Dense { Dense(Self.width, initializer: initializer) }
    let layers = (0..<Self.depth).flatMap { _ -> [any Layer] in [dense(initializer), activation] }
    let model = try Model(input: [Self.width], seed: context.seed, layers: Sequential(layers))
    let compiled = try model.compiled(
      outputs: (0..<Self.depth).map { .layer("\(2 * $0 + 1)") }, batch: Self.rows)
    let random = context.random("inputs")
    let inputs = (0..<(Self.rows * Self.width)).map { Float(random.normal(UInt64($0))) }
    let values = try compiled.arrays(inputs)
    let sizes = values.map { layer in
      (layer.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(layer.count)).squareRoot()
    }
    let shown = [0, 1, 3, 6, 9]
    return Outcome(
      sizes: sizes, saturated: Double(values[9].count { abs($0) > 0.99 }) / Double(values[9].count),
      histograms: shown.map { layer in
        let isTanh = activation is Tanh
        let numbers = stride(from: 0, to: values[layer].count, by: 5).map { Double(values[layer][$0]) }
        return DepthHistograms.Layer(
          "layer \(layer + 1)",
          isTanh ? Histogram(numbers, from: -1, to: 1, bins: 30) : Histogram(numbers, bins: 30),
          note: "√E h² \(LabValue.figure(sizes[layer], digits: 3))")
      })
  }

  /// √q of each layer from q = 1: q' = E f(√(gain q) g)², the mean by trapezoids.
  static func theory(gain: Double, _ function: (Double) -> Double) -> [Double] {
    let points = (-800...800).map { Double($0) / 100 }
    let weights = points.map { Mathematics.exp(-$0 * $0 / 2) }
    let total = weights.reduce(0, +)
    var (square, sizes): (Double, [Double]) = (1, [])
    for _ in 0..<depth {
      let deviation = (gain * square).squareRoot()
      square =
        zip(points, weights).reduce(0) { sum, point in
          let value = function(deviation * point.0)
          return sum + point.1 * value * value
        } / total
      sizes.append(square.squareRoot())
    }
    return sizes
  }
}
