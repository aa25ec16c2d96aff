import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The sixteen functions of two bits by a perceptron, and XOR by a network whose weights are set by hand.
struct BooleanLab: Lab {
  let name = "boolean"
  let theme = LabTheme.oneNeuron
  let slides = [
    Slide(.stevens, "Motivation"), Slide(.wisconsin, "Limited power of one neuron"),
    Slide(.wisconsin, "Learning XOR"),
  ]
  let claim =
    "A neuron with a threshold draws one straight line: it computes AND, OR and NOT, but not XOR, which two layers compute."
  let formula = "XOR = (x₁ ∧ ¬x₂) ∨ (¬x₁ ∧ x₂): h₁ = [x₁ − x₂ > ½], h₂ = [x₂ − x₁ > ½], y = [h₁ + h₂ > ½]"
  let expected = Verdict.holds
  let conclusion =
    "14 of the 16 functions are learned, XOR and its negation have no line, and three units are enough"
  let sabotage = "a third input, x₁ · x₂"
  let tryIt = "apus train xor --model perceptron"
  let lesson: String? = "XOR without a hidden layer"

  private static let corners: [[Double]] = [[0, 0], [0, 1], [1, 0], [1, 1]]
  private static let exclusive = 0b0110

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try learned(context, &report)
    lines(&report)
    try byHand(&report)
    report.note(
      "No line is a matter of four inequalities: b ≤ 0, w₁ + b > 0, w₂ + b > 0 and w₁ + w₂ + b ≤ 0 contradict each other, as "
        + "the sum of the second and third says.")
    return report
  }

  /// The function whose value at corner i is bit i.
  private func labels(_ function: Int) -> [Int] { (0..<4).map { function >> $0 & 1 } }

  private func name(_ function: Int) -> String {
    let names = [
      0b1000: "AND", 0b1110: "OR", 0b0110: "XOR", 0b1001: "not XOR", 0b0111: "NAND", 0b0001: "NOR",
    ]
    return names[function] ?? labels(function).map(String.init).joined()
  }

  // MARK: Learned

  private func learned(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("Rosenblatt's rule from weights of 0, at most 200 epochs, five orders of the four rows")
    let seeds = context.seeds(5)
    let corners = Self.corners.map { context.honest($0, sabotaged: $0 + [$0[0] * $0[1]]) }
    let runs = try Sweep.run(Array(0..<16), seeds: seeds) { function, seed in
      try Rosenblatt(LabSamples(corners, labels: labels(function), classes: ["0", "1"]), seed: seed)
    }
    let clean = runs.map { $0.allSatisfy(\.isClean) }
    let never = runs.map { !$0.contains { $0.isClean } }
    report.judge("functions without a mistake in the end, in every order", clean.count { $0 }, .exactly(14))
    let left = (0..<16).filter { never[$0] }
    report.judge(
      "functions with mistakes in every epoch",
      LabValue(left.map { Double($0) }, words: left.map(name).joined(separator: ", ")),
      LabRule.equals([Double(Self.exclusive), Double(15 - Self.exclusive)]).called("XOR, not XOR"))
    let epochs = runs.flatMap { $0.filter(\.isClean).map { Double($0.mistakes.count) } }
    report.tell("epochs until the first without a mistake, at most", epochs.max() ?? .nan)
    report.show(
      Picture(
        "The last line of each function",
        (0..<16).map { function in
          Picture(plane(name(function), labels(function), lines: [runs[function][0].weights]))
        }, columns: 4))
  }

  private func plane(_ title: String, _ labels: [Int], lines: [[Double]]) -> ScatterChart {
    let groups = ["0", "1"].enumerated().map { label, name in
      ScatterChart.Group(
        name, (0..<4).filter { labels[$0] == label }.map { Point(Self.corners[$0][0], Self.corners[$0][1]) })
    }
    let drawn = lines.compactMap { line($0[0], $0[1], $0[$0.count - 1]) }
    return ScatterChart(
      title, groups, lines: drawn.map { .init("", $0) }, width: 190, height: 190)
  }

  /// Two points of w₁ x₁ + w₂ x₂ + b = 0.
  private func line(_ first: Double, _ second: Double, _ bias: Double) -> [Point]? {
    if second != 0 { return [-1.0, 2].map { Point($0, -(first * $0 + bias) / second) } }
    return first == 0 ? nil : [Point(-bias / first, -1), Point(-bias / first, 2)]
  }

  // MARK: All lines

  /// Weights from −2 to 2 and biases between them in halves: every way in which a line divides the corners is among them.
  private func lines(_ report: inout LabReport) {
    report.part("All lines")
    var found = Set<Int>()
    for first in -2...2 {
      for second in -2...2 {
        for half in -9...9 {
          let values = Self.corners.map { 2 * (first * Int($0[0]) + second * Int($0[1])) + half > 0 }
          found.insert(values.enumerated().reduce(0) { $0 | ($1.element ? 1 << $1.offset : 0) })
        }
      }
    }
    report.judge("functions that some line computes", found.count, .exactly(14))
    let right = found.map { 4 - ($0 ^ Self.exclusive).nonzeroBitCount }
    report.judge("rows of XOR that the best line is right about, of 4", right.max() ?? 0, .exactly(3))
  }

  // MARK: By hand

  private func byHand(_ report: inout LabReport) throws {
    report.part("XOR by three threshold units")
    var model = try Model(input: [2]) {
      Dense(2); Step()
      Dense(1); Step()
    }
    try model.set("0.weight", to: [1, -1, -1, 1])
    try model.set("0.bias", to: [-0.5, -0.5])
    try model.set("2.weight", to: [1, 1])
    try model.set("2.bias", to: [-0.5])
    let rows = Tensor(Self.corners.map { $0.map { Float($0) } })
    let outputs = try model(rows).values()
    let right = zip(outputs, labels(Self.exclusive)).count { Int($0) == $1 }
    report.judge("rows that it is right about, of 4", right, .exactly(4))
    report.judge("weights and biases", model.parameterCount, .exactly(9))
    let samples = LabSamples(Self.corners, labels: labels(Self.exclusive), classes: ["0", "1"])
    report.show(
      try HeatMap.decision(
        of: model, "What the three units say", samples, x: -0.5...1.5, y: -0.5...1.5))
    let hidden = try model.compiled(outputs: [.layer("1")])(rows)[.layer("1")].values()
    let places = (0..<4).map { Point(Double(hidden[2 * $0]), Double(hidden[2 * $0 + 1])) }
    report.show(
      ScatterChart(
        "The rows as the hidden units see them",
        ["0", "1"].enumerated().map { label, name in
          .init(name, (0..<4).filter { samples.labels[$0] == label }.map { places[$0] })
        }, lines: [.init("h₁ + h₂ = ½", [Point(-1, 1.5), Point(1.5, -1)])], xName: "h₁", yName: "h₂"))
  }
}
