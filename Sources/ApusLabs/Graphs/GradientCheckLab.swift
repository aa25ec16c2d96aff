import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusViews

/// Gradients by differences and by the graph: how exact, how expensive, and how a mistake is caught.
struct GradientCheckLab: Lab {
  let name = "gradient-check"
  let theme = LabTheme.graphs
  let slides = [
    Slide(.bucharest, "Gradient Evaluation"), Slide(.bucharest, "Backpropagation"),
    Slide(.irvine, "Backpropagation"),
  ]
  let claim =
    "The numeric gradient is approximate, slow and easy to write; the analytic one is exact, fast and error-prone: so check "
    + "it."
  let formula = "(f(x + h) − f(x)) / h, error ∝ h;  (f(x + h) − f(x − h)) / 2h, error ∝ h²"
  let expected = Verdict.holds
  let conclusion = "differences are approximate and cost a pass a weight, backpropagation a few passes in all"
  let sabotage = "the analytic gradient without its 1 − a²"
  let tryIt = "apus check moons --hidden 4"

  /// tanh whose gradient is that of the identity: 1 − a² is left out.
  private struct WrongTanh: Activation {
    func callAsFunction(_ x: Tensor) -> Tensor { Self.of(x) }
    static func of(_ x: Tensor) -> Tensor { x.tanh().stopGradient() + (x - x.stopGradient()) }
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try exactness(context, &report)
    try cost(context, &report)
    try mistake(context, &report)
    report.note(
      "The slide's formula is the forward difference; the central one costs twice and has an error of h².")
    report.note("Backpropagation computes the gradient; it isn't gradient descent, which uses it.")
    return report
  }

  // MARK: Exactness

  private func exactness(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("A 5-4-1 network of tanh, in double precision")
    let random = context.random("weights")
    let point = (0..<25).map { 0.7 * random.normal(UInt64($0)) }
    let row = (0..<5).map { Float(random.normal(UInt64(100 + $0))) }
    let weights = Tensor.input("weights", TensorType([25]))
    let w = weights.slice(axis: 0, 0..<20).reshape([5, 4])
    let v = weights.slice(axis: 0, 20..<24).reshape([4, 1])
    let z = Tensor(row, shape: [1, 5]).matmul(w)
    let hidden = context.isSabotaged ? WrongTanh.of(z) : z.tanh()
    let loss = (hidden.matmul(v) + weights.slice(axis: 0, 24..<25) - 1).square().sum()
    let values = Interpreter(try Graph(inputs: [weights], outputs: [loss]))
    let slopes = Interpreter(
      try Graph(inputs: [weights], outputs: gradients(of: loss, withRespectTo: [weights])))
    func value(_ weights: [Double]) -> Double {
      values.run([ReferenceArray(shape: [25], values: weights)])[0].values[0]
    }
    let exact = slopes.run([ReferenceArray(shape: [25], values: point)])[0].values
    let size = norm(exact)
    let here = value(point)
    let steps = (1...13).map { Mathematics.pow(10, Double(-$0)) }
    var (forward, central): ([Double], [Double]) = ([], [])
    for h in steps {
      var errors: ([Double], [Double]) = ([], [])
      for index in point.indices {
        var (up, down) = (point, point)
        up[index] += h
        down[index] -= h
        let (above, below) = (value(up), value(down))
        errors.0.append((above - here) / h - exact[index])
        errors.1.append((above - below) / (2 * h) - exact[index])
      }
      forward.append(norm(errors.0) / size)
      central.append(norm(errors.1) / size)
    }
    report.judge(
      "forward: exponent of the error in h, 10⁻² to 10⁻⁶",
      LabStatistics.exponent(Array(steps[1...5]), Array(forward[1...5])), .equals(1, within: 0.1),
      lecture: "approximate")
    report.judge(
      "central: exponent, 10⁻² to 10⁻⁴", LabStatistics.exponent(Array(steps[1...3]), Array(central[1...3])),
      .equals(2, within: 0.1))
    report.tell("forward: smallest error", forward.min() ?? .nan)
    report.tell("central: smallest error", central.min() ?? .nan)
    func series(_ name: String, _ values: [Double]) -> LineChart.Series {
      .init(name, zip(steps, values).map { Point($0, $1) })
    }
    report.show(
      LineChart(
        "Error of differences over their step", [series("forward", forward), series("central", central)],
        xName: "h", yName: "relative error", xKind: .logarithmic, yKind: .logarithmic))
  }

  private func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  // MARK: Cost

  private func cost(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("64-H-10, 32 rows, operations counted")
    let sizes = [8, 16, 32, 64, 128, 256]
    var (ratios, parameters, numeric): ([Double], [Double], [Double]) = ([], [], [])
    for size in sizes {
      let x = Tensor.input("x", TensorType([32, 64]))
      let w = Tensor.input("w", TensorType(TensorShape([64, size])))
      let v = Tensor.input("v", TensorType(TensorShape([size, 10])))
      let t = Tensor.input("t", TensorType([32], .int32))
      let loss = SoftmaxCrossEntropy()(x.matmul(w).tanh().matmul(v), t).mean()
      let forward = try operations(["x": x, "w": w, "v": v, "t": t], ["loss": loss])
      let slopes = gradients(of: loss, withRespectTo: [w, v])
      let both = try operations(
        ["x": x, "w": w, "v": v, "t": t], ["loss": loss, "w": slopes[0], "v": slopes[1]])
      let count = Double(64 * size + 10 * size)
      ratios.append(both / forward)
      parameters.append(count)
      // One pass more than there are weights.
      numeric.append((count + 1) * forward / both)
    }
    report.judge("forward and back, in forward passes, H = 8 … 256", ratios, .atMost(4), lecture: "fast")
    report.tell("differences, in times of that", numeric)
    report.judge(
      "grows with the weights p as p to the", LabStatistics.exponent(parameters, numeric),
      .equals(1, within: 0.1),
      lecture: "slow: p + 1 passes")
    report.show(
      LineChart(
        "Operations of differences beside backpropagation",
        [.init("", zip(parameters, numeric).map { Point($0, $1) })],
        xName: "weights", yName: "times as many", xKind: .logarithmic, yKind: .logarithmic))
  }

  private func operations(_ inputs: NamedTensors, _ outputs: NamedTensors) throws -> Double {
    let graph = try CompiledGraph(inputs: inputs, outputs: outputs, engine: Engine.standard())
    var profile = Profile()
    graph.run(rows: 1, profile: &profile)
    return profile.entries.reduce(0) { $0 + Double($1.floatingPointOperations) }
  }

  // MARK: A mistake

  private func mistake(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("A layer whose gradient leaves its 1 − a² out")
    let batch = try LabSamples.generated("moons", rows: 16, noise: 0.2, seed: context.seed).dataset().batches(
      of: 16)[0]
    func worst(_ activation: any Layer) throws -> Double {
      var model = try Model.dense([2, 4, 2], activation, seed: context.seed)
      model.objective = Objective(batch.dataset.targets)
      return try GradientCheck(model, batch: batch).run().worst?.relativeError ?? .nan
    }
    report.judge(
      "largest relative error of the check, right", try worst(Tanh()), .below(1e-5), lecture: "passes")
    report.judge("the same, wrong", try worst(WrongTanh()), .above(1e-2), lecture: "error-prone: caught")
  }
}
