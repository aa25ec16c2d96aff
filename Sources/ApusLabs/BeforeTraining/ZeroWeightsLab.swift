import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Networks that begin with zero or equal weights: their units stay alike.
struct ZeroWeightsLab: Lab {
  let name = "zero-weights"
  let theme = LabTheme.beforeTraining
  let slides = [Slide(.bucharest, "Weight initialization: W = 0?")]
  let claim =
    "If all weights begin with 0, or alike, all units of a layer compute the same, get the same gradients and stay the same: "
    + "the weights must be drawn at random."
  let formula = "w_u = w_v and v_u = v_v  ⇒  ∂J/∂w_u = ∂J/∂w_v, after every step"
  let expected = Verdict.holds
  let conclusion = "equal units stay equal to the last bit, and a layer of them is one unit"
  let sabotage = "random weights in the place of the equal ones"
  let tryIt =
    "apus check digits --layers '[flatten, {dense: {units: 32, initializer: zeros}}, relu, {dense: 10}]'"

  let lesson: String? = "First weights of zero"
  private static let units = 32

  private struct Outcome: Sendable {
    var model: Model
    var loss: Double
    var test: Double

    var weights: [Float] { model["0.weight"]! }

    /// The largest difference of a unit's weights, bias or outgoing weights from the first one's.
    var difference: Double {
      let (units, outputs) = (ZeroWeightsLab.units, model["2.weight"]!.count / ZeroWeightsLab.units)
      let bias = model["0.bias"]!
      let outgoing = model["2.weight"]!
      var most = 0.0
      for unit in 0..<units {
        for start in stride(from: 0, to: weights.count, by: units) {
          most = max(most, Double(abs(weights[start + unit] - weights[start])))
        }
        most = max(most, Double(abs(bias[unit] - bias[0])))
        for output in 0..<outputs {
          most = max(most, Double(abs(outgoing[unit * outputs + output] - outgoing[output])))
        }
      }
      return most
    }
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let (data, test) = (try digits.training.dataset(), try digits.test.dataset())
    let counts = (0..<10).map { label in Double(digits.training.labels.count { $0 == label }) }
    let shares = counts.map { $0 / Double(digits.training.count) }
    let entropy = shares.reduce(0) { $0 - $1 * Mathematics.log($1) }
    let testShares = (0..<10).map { label in
      Double(digits.test.labels.count { $0 == label }) / Double(digits.test.count)
    }

    @Sendable func train(_ activation: any Activation, hidden: any Initializer, outputs: any Initializer)
      throws
      -> Outcome
    {
      func dense(_ units: Int, _ initializer: some Initializer) -> Dense {
        Dense(units, initializer: initializer)
      }
      let start = try Model(
        input: [64], seed: context.seed,
        layers: Sequential([dense(Self.units, hidden), activation, dense(10, outputs)]))
      let training = try LabTraining(
        start, on: data, TrainingSettings(optimizer: .sgd(0.1), epochs: 10, batch: 32, seed: context.seed))
      var model = training.model
      model.objective = Objective(data.targets)
      return Outcome(
        model: model, loss: try model.loss(on: data), test: try model.accuracy(on: test).values[0])
    }
    let zeros: any Initializer = context.honest(Zeros(), sabotaged: XavierNormal())
    let activations: [any Activation] = [ReLU(), Tanh(), Sigmoid()]
    let names = ["ReLU", "tanh", "sigmoid"]

    report.part("64-32-10 on the digits, all weights and biases 0, SGD 0.1, 10 epochs")
    let zero = try Sweep.map(activations) { try train($0, hidden: zeros, outputs: zeros) }
    let largest = zero.prefix(2).map { outcome in
      (outcome.weights + outcome.model["2.weight"]!).reduce(0.0) { max($0, Double(abs($1))) }
    }
    report.judge(
      "ReLU, tanh: largest weight afterwards", largest, .equals([0, 0], within: 0), lecture: "0: no gradient")
    report.judge(
      "ReLU, tanh: loss", zero.prefix(2).map(\.loss), .equals([entropy, entropy], within: 0.02),
      lecture: "entropy of the classes, \(LabValue.figure(entropy))")
    report.judge(
      "ReLU, tanh: test accuracy", zero.prefix(2).map(\.test),
      .between(testShares.min()! - 1e-9, testShares.max()! + 1e-9), lecture: "one class for all: 0.1")
    report.judge(
      "sigmoid: largest difference between units", zero[2].difference, .exactly(0),
      lecture: "0: σ(0) = ½, but alike")
    report.tell("sigmoid: test accuracy, as of one unit", zero[2].test)

    report.part("All hidden weights 0.05, and the units' outgoing weights alike")
    let same: any Initializer = context.honest(ConstantValue(value: 0.05), sabotaged: XavierNormal())
    let rows: any Initializer = context.honest(EqualRows(), sabotaged: XavierNormal())
    let equal = try Sweep.map(activations) { try train($0, hidden: same, outputs: rows) }
    for (name, outcome) in zip(names, equal) {
      report.judge(
        "\(name): largest difference between units", outcome.difference, .exactly(0), lecture: "0, for ever")
    }
    let moves = equal.map { $0.weights.reduce(0.0) { max($0, abs(Double($1) - Double(Float(0.05)))) } }
    report.judge("largest move of a weight", moves, .above(0.01), lecture: "they do learn")
    report.judge("test accuracy", equal.map(\.test), .below(0.6), lecture: "that of one unit")

    report.part("Random weights")
    let random = try Sweep.map(activations) { try train($0, hidden: HeNormal(), outputs: XavierNormal()) }
    report.judge("test accuracy: ReLU, tanh, sigmoid", random.map(\.test), .atLeast(0.9))
    report.show(Self.images("Equal at the start, after training (ReLU)", equal[0].weights))
    report.show(Self.images("Random at the start (ReLU)", random[0].weights))
    report.show(
      BarChart(
        "Test accuracy",
        zip(names, zero).map { .init("0, \($0)", $1.test, figure: LabValue.figure($1.test, digits: 3)) }
          + zip(names, equal).map {
            .init("alike, \($0)", $1.test, figure: LabValue.figure($1.test, digits: 3))
          }
          + zip(names, random).map {
            .init("random, \($0)", $1.test, figure: LabValue.figure($1.test, digits: 3))
          },
        limit: 1))
    report.note(
      "Where the order of additions differs from unit to unit, rounding alone tells them apart after some steps, and the network "
        + "begins to learn. Here each sum has one fixed order, and they stay equal to the last bit.")
    report.note("Biases may begin with 0: the weights already tell the units apart.")
    return report
  }

  private static func images(_ title: String, _ weights: [Float]) -> ImageGrid {
    ImageGrid(
      title,
      (0..<16).map { unit in
        let own = stride(from: unit, to: weights.count, by: units).map { Double(weights[$0]) }
        let largest = max(own.map { abs($0) }.max() ?? 0, 1e-9)
        return .init(PixelImage(own, width: 8, in: -largest...largest, ramp: .diverging))
      }, columns: 8, tileWidth: 44, note: "Weights of 16 of 32 units; blue below 0, orange above.")
  }
}

/// Random numbers for the outputs, the same from each unit.
private struct EqualRows: Initializer {
  static let name = "equalRows"
  static let formula = "w_uk = v_k, v ~ N(0, 0.01)"

  func values(shape: [Int], fanIn: Int, fanOut: Int, random: Philox) -> [Float] {
    let width = shape.last ?? 1
    return (0..<shape.reduce(1, *)).map { Float(0.1 * random.normal(UInt64($0 % width))) }
  }
}
