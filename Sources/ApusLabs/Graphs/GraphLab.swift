import ApusCore
import ApusRuns
import ApusViews

/// The computational graphs of the slides, forward and back.
struct GraphLab: Lab {
  let name = "graph"
  let theme = LabTheme.graphs
  let slides = [
    Slide(.bucharest, "Computational Graph"), Slide(.stevens, "Functions as Boxes"),
    Slide(.stevens, "Simple Building Blocks"), Slide(.stevens, "Chain Rule"),
  ]
  let claim =
    "A function made of simple blocks is a graph: values go forward, and gradients come back by the chain rule, summed where "
    + "there are several ways."
  let formula = "∂z/∂s = Σ over the ways, of the product of the slopes along each"
  let expected = Verdict.holds
  let conclusion =
    "values and gradients are those of the slides, by the engine and by the reference interpreter"
  let sabotage = "one of two ways leaves its gradient out"
  let tryIt = "apus playground"

  /// A function with the numbers at which a slide takes it, and what it says.
  private struct Example {
    var title: String
    var names: [String]
    var values: [Double]
    var result: Double
    var gradient: [Double]
    var function: ([Tensor]) -> Tensor
  }

  private func examples(_ context: LabContext) -> [Example] {
    let sigmoid = 1 / (1 + Mathematics.exp(-3))
    let e = Mathematics.exp(1)
    return [
      Example(
        title: "(x + y) z", names: ["x", "y", "z"], values: [-2, 5, -4], result: -12, gradient: [-4, -4, 3]
      ) { ($0[0] + $0[1]) * $0[2] },
      Example(title: "2a + b c", names: ["a", "b", "c"], values: [1, 2, 3], result: 8, gradient: [2, 3, 2]) {
        2 * $0[0] + $0[1] * $0[2]
      },
      Example(title: "a + b", names: ["a", "b"], values: [3, -2], result: 1, gradient: [1, 1]) {
        $0[0] + $0[1]
      },
      Example(title: "a − b", names: ["a", "b"], values: [3, -2], result: 5, gradient: [1, -1]) {
        $0[0] - $0[1]
      },
      Example(title: "a b", names: ["a", "b"], values: [3, -2], result: -6, gradient: [-2, 3]) {
        $0[0] * $0[1]
      },
      Example(title: "max(a, b)", names: ["a", "b"], values: [3, -2], result: 3, gradient: [1, 0]) {
        maximum($0[0], $0[1])
      },
      Example(
        title: "σ(a)", names: ["a"], values: [3], result: sigmoid, gradient: [sigmoid * (1 - sigmoid)]
      ) { $0[0].sigmoid() },
      Example(
        title: "sin(x²)", names: ["x"], values: [1], result: Mathematics.sin(1),
        gradient: [2 * Mathematics.cos(1)]
      ) { $0[0].square().sin() },
      Example(title: "s² · eˢ", names: ["s"], values: [1], result: e, gradient: [3 * e]) { s in
        context.honest(s[0].square(), sabotaged: s[0].square().stopGradient()) * s[0].exp()
      },
    ]
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    report.part("Values and gradients")
    var farthest = 0.0
    for example in examples(context) {
      let tensors = example.values.map { Tensor(Float($0)) }
      let reading = try GraphReading(
        of: example.function(tensors), zip(example.names, tensors).map { (name: $0, tensor: $1) })
      let result = Double(reading.nodes.last?.values.first ?? .nan)
      let gradient = example.names.map { name in
        Double(reading.nodes.first { $0.name == name }?.gradient.first ?? .nan)
      }
      let place = zip(example.names, example.values).map { "\($0) = \(LabValue.figure($1))" }
      report.judge(
        "\(example.title) at \(place.joined(separator: ", "))", result,
        .equals(example.result, within: 1e-6, relative: 1e-6))
      let names = example.names.map { "∂\($0)" }.joined(separator: ", ")
      report.judge("  \(names)", gradient, .equals(example.gradient, within: 1e-6, relative: 1e-6))
      let oracle = try interpreted(example)
      farthest = zip([result] + gradient, oracle).reduce(farthest) { max($0, abs($1.0 - $1.1)) }
      let isShown = ["(x + y) z", "2a + b c", "max(a, b)", "sin(x²)", "s² · eˢ"].contains(example.title)
      if isShown { report.show(reading.picture(title: example.title)) }
    }
    report.judge("farthest from the reference interpreter", farthest, .atMost(2e-6), lecture: "0")

    report.part("A small change")
    let changed = try (2 * Tensor(1) + Tensor(2.001) * Tensor(3)).item()
    report.judge("2a + b c with b + 0.001", changed, .equals(8.003, within: 1e-6), lecture: "8 + 3 · 0.001")
    return report
  }

  /// The result and its gradient, in double precision, one operation at a time.
  private func interpreted(_ example: Example) throws -> [Double] {
    let inputs = example.names.map { Tensor.input($0, TensorType([])) }
    let result = example.function(inputs)
    let graph = try Graph(inputs: inputs, outputs: [result] + gradients(of: result, withRespectTo: inputs))
    let arrays = example.values.map { ReferenceArray<Double>(shape: [], values: [$0]) }
    return Interpreter(graph).run(arrays).map { $0.values[0] }
  }
}
