import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// A ReLU network seen from one input: a thinner, linear one.
struct ThinReLULab: Lab {
  let name = "thin-relu"
  let theme = LabTheme.activations
  let slides = [
    Slide(.stevens, "ReLU: a thinner linear network"),
    Slide(.irvine, "Activation functions: fast and sparse"),
  ]
  let claim =
    "For one input only the units that fire count: the network is then a thinner one without activations, and linear."
  let formula = "y = W₃ D₂ W₂ D₁ W₁ x + b_x, D diagonal of 0 and 1"
  let expected = Verdict.holds
  let conclusion =
    "outputs and slopes are those of the thin linear network, which is another one for nearly each row"
  let sabotage = "tanh in the place of ReLU"
  let tryIt = "apus train digits --hidden 100,100 --activation relu"

  private static let sizes = [64, 100, 100, 10]

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let activation: any Layer = context.isSabotaged ? Tanh() : ReLU()
    let first = try Model.dense(Self.sizes, activation, seed: context.seed)
    var model = first
    try model.fit(digits.training.dataset(), epochs: 3, optimizer: .sgd(0.1), seed: context.seed)
    report.part("64-100-100-10, trained on the digits, from each of 200 test rows")
    let reading = try Reading(model, digits.test)
    var (difference, slopes, thin) = (0.0, 0.0, 0.0)
    for row in 0..<200 {
      let linear = linear(model, reading, row)
      let x = digits.test.features[row]
      let logits = reading.logits[row]
      let size = logits.map { abs($0) }.max() ?? 1
      for output in 0..<10 {
        var sum = linear.bias[output]
        for input in 0..<64 { sum += x[input] * linear.weight[input][output] }
        difference = max(difference, abs(sum - logits[output]) / size)
      }
      let largest = reading.gradients[row].map { abs($0) }.max() ?? 1
      for input in 0..<64 {
        let slope = linear.weight[input].reduce(0, +)
        slopes = max(slopes, abs(slope - reading.gradients[row][input]) / largest)
      }
      if row < 20 {
        let small = try thinned(model, reading, row)
        let values = try small(Tensor(x.map { Float($0) }, shape: [1, 64])).values()
        for output in 0..<10 { thin = max(thin, abs(Double(values[output]) - logits[output]) / size) }
      }
    }
    report.judge("W_x x + b_x against the output, largest relative difference", difference, .atMost(1e-5))
    report.judge("slope of the outputs' sum against the columns of W_x", slopes, .atMost(1e-5))
    report.judge("output without the units that are 0, of 20 rows", thin, .atMost(1e-5))

    report.part("How thin, and how many")
    let untrained = try Reading(first, digits.test)
    report.judge(
      "share of zeros at the first weights", untrained.zeros, .between(0.35, 0.65), lecture: "half")
    report.judge("share of zeros after the training", reading.zeros, .between(0.3, 0.85))
    report.judge(
      "different sets of active units, of 1,797 rows", Double(reading.patterns) / Double(digits.test.count),
      .atLeast(0.9), lecture: "another linear network elsewhere")
    report.show(
      HistogramChart(
        "Active units of 200, over the test rows",
        Histogram(reading.active.map { Double($0) }, from: 0, to: 200, bins: 40), xName: "active units"))
    report.show(try regions(activation, context))
    report.note("Linear at one input is not linear: between inputs the set of units that fire changes.")
    return report
  }

  /// The values of a network's layers for rows.
  private struct Reading {
    /// `[rows][100]`
    var (first, second): ([[Double]], [[Double]])
    var logits: [[Double]]
    /// ∂ Σ outputs / ∂ x, `[rows][64]`.
    var gradients: [[Double]]

    init(_ model: Model, _ samples: LabSamples) throws {
      let slope = CompiledModel.Output.gradient(of: .logits, "input")
      let outputs: [CompiledModel.Output] = [.layer("1"), .layer("3"), .logits, slope]
      let compiled = try model.compiled(outputs: outputs)
      let x = samples.features.flatMap { $0.map { Float($0) } }
      let results = try compiled(Tensor(x, shape: TensorShape([samples.count, samples.columns])))
      func rows(_ output: CompiledModel.Output) throws -> [[Double]] {
        let values = try results[output].values()
        let width = values.count / samples.count
        return (0..<samples.count).map { row in
          values[(row * width)..<((row + 1) * width)].map { Double($0) }
        }
      }
      (first, second) = (try rows(.layer("1")), try rows(.layer("3")))
      (logits, gradients) = (try rows(.logits), try rows(slope))
    }

    var active: [Int] { zip(first, second).map { a, b in a.count { $0 > 0 } + b.count { $0 > 0 } } }
    var zeros: Double {
      1 - Double(active.reduce(0, +)) / Double(first.count * (first[0].count + second[0].count))
    }
    var patterns: Int { Set(zip(first, second).map { a, b in (a + b).map { $0 > 0 } }).count }
  }

  /// W₁ D₁ W₂ D₂ W₃, `[input][output]`, and what a zero input gives.
  private func linear(_ model: Model, _ reading: Reading, _ row: Int) -> (weight: [[Double]], bias: [Double])
  {
    let masks = [reading.first[row], reading.second[row], [Double](repeating: 1, count: 10)]
    // The rows of the identity, and a row of zeros for the bias.
    var rows = (0..<64).map { input in (0..<64).map { $0 == input ? 1.0 : 0 } }
    rows.append([Double](repeating: 0, count: 64))
    for (layer, mask) in masks.enumerated() {
      let weight = model["\(2 * layer).weight"]!
      let bias = model["\(2 * layer).bias"]!
      let width = bias.count
      for index in rows.indices {
        var next = [Double](repeating: 0, count: width)
        for (input, value) in rows[index].enumerated() where value != 0 {
          for unit in 0..<width { next[unit] += value * Double(weight[input * width + unit]) }
        }
        // Only the last row, which stands for 1, has a bias.
        if index == 64 { for unit in 0..<width { next[unit] += Double(bias[unit]) } }
        for unit in 0..<width where mask[unit] <= 0 { next[unit] = 0 }
        rows[index] = next
      }
    }
    return (Array(rows[0..<64]), rows[64])
  }

  /// The network without the units that are 0 for a row, and without activations.
  private func thinned(_ model: Model, _ reading: Reading, _ row: Int) throws -> Model {
    let kept = [
      Array(0..<64), reading.first[row].indices.filter { reading.first[row][$0] > 0 },
      reading.second[row].indices.filter { reading.second[row][$0] > 0 }, Array(0..<10),
    ]
    var thin = try Model(input: [64]) {
      Dense(kept[1].count)
      Dense(kept[2].count)
      Dense(10)
    }
    for layer in 0..<3 {
      let weight = model["\(2 * layer).weight"]!
      let bias = model["\(2 * layer).bias"]!
      let values = kept[layer].flatMap { input in kept[layer + 1].map { weight[input * bias.count + $0] } }
      try thin.set("\(layer).weight", to: values)
      try thin.set("\(layer).bias", to: kept[layer + 1].map { bias[$0] })
    }
    return thin
  }

  /// Counts the active units in each place of the plane.
  private func regions(_ activation: any Layer, _ context: LabContext) throws -> HeatMap {
    let moons = try LabSamples.generated("moons", rows: 300, noise: 0.15, seed: context.seed)
    var model = try Model.dense([2, 12, 12, 2], activation, seed: context.seed)
    try model.fit(moons.dataset(), epochs: 60, optimizer: .adam(1e-2), seed: context.seed)
    let (columns, rows) = (81, 67)
    var places: [[Double]] = []
    for row in 0..<rows {
      let y: Double = 1.6 - 2.7 * Double(row) / Double(rows - 1)
      for column in 0..<columns {
        let x: Double = -1.5 + 4 * Double(column) / Double(columns - 1)
        places.append([x, y])
      }
    }
    let reading = try Reading(model, LabSamples(places, values: []))
    let grid = Grid(
      columns: columns, rows: rows, x: -1.5...2.5, y: -1.1...1.6, values: reading.active.map { Double($0) })
    return HeatMap(
      "Active units of 24, in the plane", grid,
      groups: (0..<2).map { label in
        let own = moons.labels.indices.filter { moons.labels[$0] == label }
        return .init(moons.classes[label], own.map { Point(moons.features[$0][0], moons.features[$0][1]) })
      }, xName: "x₁", yName: "x₂", unit: "active")
  }
}
