import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// Every partial derivative of small networks, beside the formulas of the slides.
struct BackpropLab: Lab {
  let name = "backprop"
  let theme = LabTheme.graphs
  let slides = [
    Slide(.stevens, "Back Propagation"), Slide(.stevens, "Summary"), Slide(.wisconsin, "Calculate Gradient"),
    Slide(.irvine, "Equations"),
  ]
  let claim =
    "Backpropagation gives every partial derivative: the output's error ŷ − y goes back through the weights, and each sigmoid "
    + "multiplies it by a (1 − a)."
  let formula =
    "∂v = (ŷ − y) a;  δ = (ŷ − y) v ⊙ a (1 − a);  ∂W = x δᵀ;  ∂b = δ;  ∂x = W δ;  softmax: ∂f = p − onehot"
  let expected = Verdict.holds
  let conclusion =
    "each partial of the slides' networks, and of a thousand random ones, is that of the formulas"
  let sabotage = "formulas without a (1 − a)"
  let tryIt = "apus check moons --hidden 2"

  /// A network of sigmoid hidden units and a sigmoid output with cross-entropy, by the slides' formulas in double precision.
  private struct Network {
    /// `[input][unit]`
    var w: [[Double]]
    var b: [Double]
    var v: [Double]
    var c: Double
    var slopes: Bool

    func gradients(_ x: [Double], _ y: Double) -> (
      loss: Double, w: [Double], b: [Double], v: [Double], c: Double, x: [Double]
    ) {
      func sigmoid(_ z: Double) -> Double { 1 / (1 + Mathematics.exp(-z)) }
      let a = b.indices.map { unit in sigmoid(x.indices.reduce(b[unit]) { $0 + x[$1] * w[$1][unit] }) }
      let z = zip(a, v).reduce(c) { $0 + $1.0 * $1.1 }
      let error = sigmoid(z) - y
      let delta = a.indices.map { error * v[$0] * (slopes ? a[$0] * (1 - a[$0]) : 1) }
      return (
        Mathematics.log(1 + Mathematics.exp(z)) - y * z, x.flatMap { x in delta.map { x * $0 } }, delta,
        a.map { error * $0 }, error, w.map { row in zip(row, delta).reduce(0) { $0 + $1.0 * $1.1 } }
      )
    }
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try neuron(&report)
    try twoLayers(context, &report)
    try random(context, &report)
    try softmax(context, &report)
    report.note(
      "W is [input, unit] on some slides and [unit, input] on others; one writes transposes and element-wise products out of "
        + "its formulas: W₂ᵀ (ŷ − y) ⊙ h (1 − h), and δ xᵀ.")
    report.note("∂ℓ/∂z = σ′ · ∂ℓ/∂a; one slide's figure has it upside down.")
    return report
  }

  private func neuron(_ report: inout LabReport) throws {
    report.part("One neuron: x = (2, −1), w = (1, ½), y = 0")
    let x = Tensor([[2, -1]])
    let w = Tensor([[1], [0.5]])
    func loss(_ x: Tensor, _ w: Tensor) -> Tensor { BinaryCrossEntropy()(x.matmul(w), .zeros([1, 1])).sum() }
    let (value, slopeW) = try valueAndGradient(at: w) { loss(x, $0) }
    let (_, slopeX) = try valueAndGradient(at: x) { loss($0, w) }
    let guess = 1 / (1 + Mathematics.exp(-1.5))
    report.judge("ℓ", try value.item(), .equals(-Mathematics.log(1 - guess)))
    report.judge("∂w = (ŷ − y) x", try slopeW.values(), .equals([2 * guess, -guess]))
    report.judge("∂x = (ŷ − y) w", try slopeX.values(), .equals([guess, guess / 2]))
  }

  private func twoLayers(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("Two layers: 2-2-1, x = (1, −2), y = 1")
    let w = Tensor([[0.5, -1], [0.25, 0.75]])
    let (b, v) = (Tensor([Float](arrayLiteral: 0.1, -0.2)), Tensor([[1], [-2]]))
    let (c, x) = (Tensor([Float](arrayLiteral: 0.3)), Tensor([[1, -2]]))
    let tensors = [w, b, v, c, x]
    func loss(_ t: [Tensor]) -> Tensor {
      let a = (t[4].matmul(t[0]) + t[1]).sigmoid()
      return BinaryCrossEntropy()(a.matmul(t[2]) + t[3], .ones([1, 1])).sum()
    }
    func slope(_ place: Int) throws -> [Float] {
      try valueAndGradient(at: tensors[place]) { input in
        var all = tensors
        all[place] = input
        return loss(all)
      }.gradient.values()
    }
    let network = Network(
      w: [[0.5, -1], [0.25, 0.75]], b: [0.1, -0.2], v: [1, -2], c: 0.3,
      slopes: context.honest(true, sabotaged: false))
    let formulas = network.gradients([1, -2], 1)
    report.judge("ℓ", try loss(tensors).item(), .equals(formulas.loss), lecture: "0.403507")
    report.judge("∂v", try slope(2), .equals(formulas.v))
    report.judge("∂c", try slope(3), .equals(formulas.c))
    report.judge("∂W", try slope(0), .equals(formulas.w))
    report.judge("∂b = δ", try slope(1), .equals(formulas.b))
    report.judge("∂x, both ways summed", try slope(4), .equals(formulas.x))
    // Tensors that nobody has read yet: their graph is still there.
    let fresh = [
      Tensor([[0.5, -1], [0.25, 0.75]]), Tensor([Float](arrayLiteral: 0.1, -0.2)), Tensor([[1], [-2]]),
      Tensor([Float](arrayLiteral: 0.3)), Tensor([[1, -2]]),
    ]
    let names = ["W", "b", "v", "c", "x"]
    let reading = try GraphReading(of: loss(fresh), zip(names, fresh).map { (name: $0, tensor: $1) })
    report.show(reading.picture(title: "2-2-1, forward and back", most: 4))
  }

  private func random(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("Random networks, against the formulas")
    let draws = 1_000
    for inputs in [2, 3] {
      var model = try Model(input: [inputs], seed: context.seed) {
        Dense(2)
        Sigmoid()
        Dense(1)
      }
      model.objective = Objective(.labels(names: ["y"]))
      let step = try TrainingStep(model, optimizer: .sgd(), batch: 1)
      let random = context.random("draws \(inputs)")
      var worst = 0.0
      for draw in 0..<draws {
        let numbers = (0..<32).map { random.normal(UInt64(draw * 32 + $0)) }.map { Double(Float($0)) }
        let network = Network(
          w: (0..<inputs).map { [numbers[2 * $0], numbers[2 * $0 + 1]] }, b: [numbers[10], numbers[11]],
          v: [numbers[12], numbers[13]], c: numbers[14], slopes: context.honest(true, sabotaged: false))
        let (x, y) = (Array(numbers[16..<(16 + inputs)]), Double(draw % 2))
        try model.set("0.weight", to: network.w.flatMap { $0.map { Float($0) } })
        try model.set("0.bias", to: network.b.map { Float($0) })
        try model.set("2.weight", to: network.v.map { Float($0) })
        try model.set("2.bias", to: [Float(network.c)])
        step.trained[0].restore(model)
        try step.gradients([
          "input": Tensor([x.map { Float($0) }]), "target": Tensor([[Float(y)]]),
        ])
        let formulas = network.gradients(x, y)
        let expected = formulas.w + formulas.b + formulas.v + [formulas.c]
        let engine = try ["0.weight", "0.bias", "2.weight", "2.bias"].flatMap {
          try step[gradient: $0].values()
        }
        let size = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let distance = zip(engine, expected).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
          .squareRoot()
        if size > 1e-3 { worst = max(worst, distance / size) }
      }
      report.judge(
        "\(inputs)-2-1, \(draws) draws: largest relative error", worst, .atMost(1e-5), lecture: "0")
    }
  }

  private func softmax(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("K softmax outputs")
    let random = context.random("scores")
    let scores = (0..<5).map { random.normal(UInt64($0)) }
    let (_, slope) = try valueAndGradient(at: Tensor([scores.map { Float($0) }])) {
      SoftmaxCrossEntropy()($0, Tensor([Int32(3)])).sum()
    }
    let sum = scores.reduce(0) { $0 + Mathematics.exp($1) }
    let expected = scores.enumerated().map { Mathematics.exp($1) / sum - ($0 == 3 ? 1 : 0) }
    report.judge("∂f for class 4 of 5", try slope.values(), .equals(expected), lecture: "p − onehot")
  }
}
