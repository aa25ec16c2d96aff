import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Thirty layers from nine kinds of first weights, and what products of random matrices do.
struct DeepWeightsLab: Lab {
  let name = "deep-weights"
  let theme = LabTheme.beforeTraining
  let slides = [Slide(.bucharest, "Proper initialization is an active area of research")]
  let claim =
    "Proper first weights decide whether a deep network learns: Xavier, orthogonal, random walk, He, data-dependent, LSUV; "
    + "batch normalization depends on them less."
  let formula = "orthogonal Q: σ(Q_L ⋯ Q₁) = 1 at any depth;  LSUV: w ← w / √Var(output)"
  let expected = Verdict.holdsPartly
  let conclusion =
    "from zeros and from small numbers thirty layers learn nothing and from the papers' weights they learn, but thirty ReLU layers "
    + "neither with batch normalization nor from weights that give each unit mean 0 and variance 1"
  let sabotage = "every network begins with weights of deviation 0.01"
  let tryIt = "apus train digits --hidden 32,32,32,32,32,32,32,32,32,32 --activation tanh --prepare lsuv"
  let isShort = false

  private static let depth = 30
  private static let width = 32

  private struct Beginning: Sendable {
    var name: String
    var initializer: any Initializer
    var pass: (any InitializationPass)?
    var hasBatchNorm = false
    /// Whether the lecture expects it to learn.
    var learns = true
  }

  private static let beginnings = [
    Beginning(name: "zeros", initializer: Zeros(), learns: false),
    Beginning(name: "N(0, 0.01²)", initializer: Normal(deviation: 0.01), learns: false),
    Beginning(name: "Xavier", initializer: XavierNormal()),
    Beginning(name: "orthogonal", initializer: Orthogonal()),
    Beginning(name: "random walk", initializer: RandomWalk()),
    Beginning(name: "He", initializer: HeNormal()),
    Beginning(name: "data-dependent", initializer: HeNormal(), pass: DataDependent()),
    Beginning(name: "LSUV", initializer: XavierNormal(), pass: LSUV()),
    Beginning(name: "batch norm, He", initializer: HeNormal(), hasBatchNorm: true),
  ]

  private struct Outcome: Sendable {
    var loss: Double
    /// The deviation of each hidden layer's inputs to its activation, at the start.
    var signals: [Double]
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try training(context, &report)
    try products(context, &report)
    report.note(
      "Batch normalization, and data-dependent weights, give each unit mean 0 and variance 1 at each layer. Before ReLU that makes "
        + "rows that were alike part from layer to layer, until after thirty of them little of the classes is left. Shallower "
        + "networks gain (the lab batch-norm-gains); deep ones have skip connections.")
    report.note(
      "Orthogonal weights keep every direction; the product of Gaussian ones keeps the signal's mean size and forgets nearly all "
        + "of its directions: the median singular value falls with depth.")
    return report
  }

  // MARK: Thirty layers

  private func model(_ beginning: Beginning, _ activation: any Activation, _ data: any Dataset, seed: UInt64)
    throws
    -> Model
  {
    func dense(_ units: Int, _ initializer: some Initializer) -> Dense {
      Dense(units, initializer: initializer)
    }
    var layers: [any Layer] = []
    for _ in 0..<Self.depth {
      layers.append(dense(Self.width, beginning.initializer))
      if beginning.hasBatchNorm { layers.append(BatchNorm()) }
      layers.append(activation)
    }
    layers.append(dense(10, beginning.initializer))
    let model = try Model(input: [64], seed: seed, layers: Sequential(layers))
    return try beginning.pass.map { try model.prepared(with: $0, on: data) } ?? model
  }

  private func training(_ context: LabContext, _ report: inout LabReport) throws {
    report.part(
      "64-(32×30)-10 on the digits, Adam 0.001, 3 epochs: loss of the last 50 steps; ln 10 = 2.303 is chance")
    let data = try LabSamples.digits64().training.dataset()
    let activations: [(name: String, layer: any Activation)] = [("tanh", Tanh()), ("ReLU", ReLU())]
    let settings = activations.flatMap { activation in
      Self.beginnings.map { (activation: activation, beginning: $0) }
    }
    let outcomes = try Sweep.run(settings, seeds: context.seeds(2)) { setting, seed -> Outcome in
      let beginning = context.honest(setting.beginning, sabotaged: Self.beginnings[1])
      let first = try model(beginning, setting.activation.layer, data, seed: seed)
      let training = try LabTraining(
        first, on: data, TrainingSettings(optimizer: .adam(1e-3), epochs: 3, batch: 32, seed: seed))
      return Outcome(
        loss: training.isDiverged ? .infinity : LabStatistics.mean(Array(training.losses.suffix(50))),
        signals: try signals(first, beginning, data))
    }
    let losses = outcomes.map { LabStatistics.mean($0.map(\.loss)) }
    let count = Self.beginnings.count
    for (number, activation) in activations.enumerated() {
      for (place, beginning) in Self.beginnings.enumerated() {
        report.tell("\(activation.name), \(beginning.name)", losses[number * count + place])
      }
    }
    for (number, activation) in activations.enumerated() {
      let own = Array(losses[(number * count)..<((number + 1) * count)])
      report.judge(
        "\(activation.name): zeros and 0.01", Array(own.prefix(2)), .between(2.26, 2.33),
        lecture: "ln 10: nothing is learned")
      let isReLU = activation.layer is ReLU
      // Those that give each unit mean 0 and variance 1 stand apart with ReLU.
      let apart = isReLU ? [6, 8] : []
      report.judge(
        isReLU ? "ReLU: Xavier, orthogonal, random walk, He, LSUV" : "\(activation.name): all others",
        own.indices.filter { $0 > 1 && !apart.contains($0) }.map { own[$0] }, .below(2.2),
        lecture: "they learn")
      if isReLU {
        report.test(
          "ReLU: data-dependent, batch norm", apart.map { own[$0] }, .below(2.2), lecture: "they learn")
        let shares = try [5, 7, 6].map { try share(Self.beginnings[$0], data, context) }
        report.tell(
          "ReLU, last hidden layer at the start: part of the variance between classes, He, LSUV, data-dependent",
          shares)
      }
      let lsuv = outcomes[number * count + 7].flatMap(\.signals)
      report.judge(
        "\(activation.name): LSUV's variances, least and largest",
        [lsuv.min() ?? .nan, lsuv.max() ?? .nan].map { $0 * $0 },
        .between(0.9, 1.1), lecture: "1 ± 0.1")
      report.show(
        BarChart(
          "Loss after 3 epochs, \(activation.name)",
          zip(Self.beginnings, own).map { .init($0.name, $1, figure: LabValue.figure($1, digits: 3)) },
          limit: 2.303))
      let shown = [1, 2, 3, 5, 7]
      report.show(
        LineChart(
          "Signal at the start, \(activation.name)",
          shown.map { .init(Self.beginnings[$0].name, values: outcomes[number * count + $0][0].signals) },
          xName: "layer", yName: "deviation before f", yKind: .logarithmic))
    }
  }

  /// The deviation of what each hidden layer's dense part puts out, over rows and units.
  private func signals(_ model: Model, _ beginning: Beginning, _ data: TableDataset) throws -> [Double] {
    let period = beginning.hasBatchNorm ? 3 : 2
    let compiled = try model.compiled(
      for: .withoutDropout, outputs: (0..<Self.depth).map { .layer("\(period * $0)") }, batch: 256)
    let order = Philox(seed: model.seed, path: "prepare").permutation(data.count)
    let results = try compiled(data.batch(Array(order.prefix(256))))
    return try (0..<Self.depth).map { layer in
      let values = try results[.layer("\(period * layer)")].values().map { Double($0) }
      let mean = LabStatistics.mean(values)
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }
  }

  /// The part of the variance of the last hidden layer that lies between the classes, at the start.
  private func share(_ beginning: Beginning, _ data: TableDataset, _ context: LabContext) throws -> Double {
    let first = try model(beginning, ReLU(), data, seed: context.seed)
    return try LabSamples.digits64().test.rows(0..<1_000)
      .features(of: first, layer: "\(2 * Self.depth - 1)").shareBetweenClasses
  }

  // MARK: Products

  private func products(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("Singular values of a product of L random 64 × 64 matrices")
    let size = 64
    let depths = [1, 2, 5, 10, 20, 50]
    @Sendable func values(_ initializer: any Initializer, _ path: String) -> [[Double]] {
      var product = (0..<(size * size)).map { $0 / size == $0 % size ? 1.0 : 0 }
      var found: [[Double]] = []
      for layer in 1...50 {
        let factor = initializer.values(
          shape: [size, size], fanIn: size, fanOut: size,
          random: Philox(seed: context.seed, path: "\(path) \(layer)"))
        var next = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
          for k in 0..<size {
            let part = product[i * size + k]
            for j in 0..<size { next[i * size + j] += part * Double(factor[k * size + j]) }
          }
        }
        product = next
        if depths.contains(layer) { found.append(SingularValues.of(product, columns: size)) }
      }
      return found
    }
    let gaussian = Normal(deviation: 0.125)
    let sets = try Sweep.map([0, 1]) { number -> [[Double]] in
      let isGaussian = number == 0 || context.isSabotaged
      return isGaussian ? values(gaussian, "gaussian") : values(Orthogonal(), "orthogonal")
    }
    let orthogonal = sets[1].joined()
    report.judge(
      "orthogonal: least and largest, at every L", [orthogonal.min() ?? .nan, orthogonal.max() ?? .nan],
      .equals([1, 1], within: 1e-5), lecture: "1")
    let medians = sets[0].map { LabStatistics.median($0) }
    report.tell("N(0, 1/64): median at L = 1, 2, 5, 10, 20, 50", medians)
    report.judge("they fall", medians, .falling())
    report.judge("the last", medians[5], .below(1e-5), lecture: "directions are lost")
    report.show(
      LineChart(
        "Median singular value of a product",
        [
          .init("N(0, 1/64)", zip(depths, medians).map { Point(Double($0), $1) }),
          .init("orthogonal", zip(depths, sets[1]).map { Point(Double($0), LabStatistics.median($1)) }),
        ], xName: "matrices L", yName: "singular value", yKind: .logarithmic))
  }
}
