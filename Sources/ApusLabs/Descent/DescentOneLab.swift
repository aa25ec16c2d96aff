import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// Descent of one weight on a parabola: its steps by closed form, its tangent, and where lecture 5's loop stops.
struct DescentOneLab: Lab {
  let name = "descent-1d"
  let theme = LabTheme.descent
  let slides = [
    Slide(.newYork, "Toy example"), Slide(.newYork, "Derivatives"),
    Slide(.bucharest, "Gradient descent (Python)"),
  ]
  let claim =
    "The squared loss of ŷ = w x is a parabola; steps against its slope lead to the minimum, and the slope foretells how "
    + "much a small step gains."
  let formula = "J = Σ (y − w x)²;  w ← w − α J′(w);  J(w new) ≈ J(w) − α J′(w)²"
  let expected = Verdict.holdsPartly
  let conclusion =
    "every step is that of the closed form, but a loop that stops at a small step stops far away where the rate is small"
  let sabotage = "½ Σ (y − w x)² taken for Σ (y − w x)²"
  let tryIt = "apus plot descent parabola --learning-rate 0.005"

  private static let x = [1.0, 2, 3]
  private static let y = [2.0, 3, 7]
  /// J = 14 w² − 58 w + 62.
  private static let best = 29.0 / 14
  private static let goal = 1e-3

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let scale = context.honest(1.0, sabotaged: 0.5)
    func loss(_ w: [Tensor]) -> Tensor {
      let terms: [Tensor] = zip(Self.x, Self.y).map { x, y in (y - x * w[0]).square() }
      return scale * (terms[0] + terms[1] + terms[2])
    }
    try steps(loss, &report)
    try tangent(loss, &report)
    try stopping(&report)
    report.note(
      "Lecture 5's loop ends when Σ |W − W_old| is at most the goal: that is the length of a step, α |J′|, and says nothing "
        + "of the distance unless α is known. Judge the slope, or the loss of held-out rows.")
    report.note("Its loop is headed `while true:`, which Python writes `while True:`.")
    return report
  }

  // MARK: Steps

  private func steps(_ loss: @escaping ([Tensor]) -> Tensor, _ report: inout LabReport) throws {
    report.part("x = 1, 2, 3; y = 2, 3, 7; from w = 0")
    /// The first step after which w is that near, of 400.
    func count(_ rate: Double) throws -> (steps: Int, path: [[Double]]) {
      let path = try Descent([[0]], loss).path(steps: 400, rate: rate)
      return (path.firstIndex { abs($0[0] - Self.best) <= 1e-3 } ?? .max, path)
    }
    let good = try count(0.005)
    report.judge(
      "minimum found at rate 0.005", good.path[400][0], .equals(Self.best), lecture: "29/14 = 2.071429")
    report.judge(
      "steps until |w − 29/14| ≤ 0.001, rate 0.005", good.steps, .exactly(51),
      lecture: "51: the distance shrinks by 1 − 28 α")
    report.judge("the same, rate 1/28", try count(1.0 / 28).steps, .exactly(1), lecture: "1")
    let over = try count(0.06)
    report.judge("the same, rate 0.06", over.steps, .exactly(20), lecture: "20, on both sides in turn")
    let swing = try Descent([[0]], loss).path(steps: 100, rate: 1.0 / 14)
    report.judge(
      "distance after 100 steps at rate 1/14", abs(swing[100][0] - Self.best),
      .equals(Self.best, within: 0.01), lecture: "2.071: it swings for ever")
    let wild = try Descent([[0]], loss).path(steps: 100, rate: 0.08)
    report.judge(
      "distance after 100 steps at rate 0.08", abs((wild.last?[0] ?? 0) - Self.best),
      .equals(Self.best * Mathematics.pow(1.24, 100), within: 0, relative: 0.01),
      lecture: "2.071 · 1.24¹⁰⁰: it diverges")
    func series(_ name: String, _ path: [[Double]]) -> LineChart.Series {
      let points = path.prefix(25).enumerated().map { Point(Double($0), $1[0]) }
      return .init(name, Array(points))
    }
    report.show(
      LineChart(
        "w after each step",
        [series("0.005", good.path), series("0.06", over.path), series("1/14", swing)], xName: "step",
        yName: "w"))
    try parabola(loss, over.path, &report)
  }

  private func parabola(
    _ loss: ([Tensor]) -> Tensor, _ path: [[Double]], _ report: inout LabReport
  ) throws {
    func values(_ places: [Double]) throws -> [Point] {
      let values = try loss([Tensor(places.map { Float($0) })]).values()
      return zip(places, values).map { Point($0, Double($1)) }
    }
    let curve = try values((-20...90).map { Double($0) / 20 })
    let steps = try values(path.prefix(8).map { $0[0] })
    // The tangent in w = 1: J = 18, J′ = −30.
    let tangent = LineChart.Series(
      "tangent in w = 1", [Point(0.2, 18 + 30 * 0.8), Point(1.6, 18 - 30 * 0.6)], isDashed: true)
    report.show(
      LineChart(
        "The parabola, and steps at rate 0.06",
        [.init("J", curve), .init("steps", steps), tangent], xName: "w", yName: "J"))
  }

  // MARK: The tangent

  private func tangent(_ loss: @escaping ([Tensor]) -> Tensor, _ report: inout LabReport) throws {
    report.part("What a step gains, over α J′²")
    let rates = [0.0005, 0.005, 0.02, 1.0 / 28]
    let ratios = try rates.map { rate -> Double in
      let descent = try Descent([[0]], loss)
      let before = try descent.values()[0]
      try descent.run(steps: 1, rate: rate)
      let gain: Double = before - (try descent.values()[0])
      return gain / (rate * 58 * 58)
    }
    report.judge(
      "gain / (α J′²) at rates 0.0005, 0.005, 0.02, 1/28", ratios,
      .equals(rates.map { 1 - 14 * $0 }, within: 1e-4), lecture: "1 − 14 α: 0.993, 0.93, 0.72, 0.5")
  }

  // MARK: Where the loop stops

  private func stopping(_ report: inout LabReport) throws {
    report.part("The loop that stops when |w − w_old| ≤ 0.001")
    let rates = [0.00005, 0.0002, 0.001, 0.005]
    let distances = try rates.map { try distance(rate: $0) }
    // A step is α · 28 · distance.
    let bounds = rates.map { Self.goal / (28 * $0) }
    report.judge(
      "distance at the stop / (goal / 28 α)", zip(distances, bounds).map { $0 / $1 }, .between(0.5, 1))
    report.test(
      "distance at the stop, rate 0.005", distances[3], .atMost(0.01), lecture: "near: the loop is done")
    report.test(
      "distance at the stop, rate 0.00005", distances[0], .atMost(0.01), lecture: "near: the loop is done")
    report.show(
      LineChart(
        "Distance at the stop",
        [
          .init("", zip(rates, distances).map { Point($0, $1) }),
          .init("goal / 28 α", zip(rates, bounds).map { Point($0, $1) }, isDashed: true),
        ], xName: "learning rate", yName: "|w − w*|", xKind: .logarithmic, yKind: .logarithmic))
  }

  /// By a session and its goal: an epoch is one step of all rows.
  private func distance(rate: Double) throws -> Double {
    let data = try LabSamples(Self.x.map { [$0] }, values: Self.y).dataset()
    // The mean over three rows, where J is their sum.
    let settings = TrainingSettings(
      optimizer: .sgd(3 * rate), epochs: 100_000, batch: 3, groups: [.frozen("0.bias")], goal: Self.goal)
    var model = try Model.linear(1, 1)
    try model.fit(data, settings: settings)
    return abs(Double(model["0.weight"]![0]) - Self.best)
  }
}
