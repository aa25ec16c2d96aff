import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// L2 and L1 penalties on orthonormal columns, where both have closed forms.
struct L1L2Lab: Lab {
  let name = "l1-l2"
  let theme = LabTheme.generalizing
  let slides = [Slide(.stevens, "Regularization")]
  let claim = "An L2 penalty shrinks all weights, an L1 penalty makes some exactly 0."
  let formula = "L + λ/2 Σ w²: w / (1 + λ);  L + λ Σ |w|: sign(w) max(|w| − λ, 0)"
  let expected = Verdict.holds
  let conclusion = "every weight is that of the closed form, and only L1 leaves exact zeros"
  let sabotage = "L2 in the place of L1"
  let tryIt = "apus train fish --model 'lasso(lambda: 20)'"

  private static let rows = 200
  private static let columns = 20

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let random = context.random("rows")
    // Columns with Xᵀ X / n = 1.
    let size = Double(Self.rows).squareRoot()
    let matrix = Orthogonal(gain: size).values(
      shape: [Self.rows, Self.columns], fanIn: Self.rows, fanOut: Self.columns,
      random: context.random("columns"))
    let rows = (0..<Self.rows).map { row in (0..<Self.columns).map { Double(matrix[row * Self.columns + $0]) }
    }
    let targets = rows.enumerated().map { row, x in
      3 * x[0] - 2 * x[1] + x[2] + 0.5 * random.normal(UInt64(row))
    }
    let samples = LabSamples(rows, values: targets)
    let least = (0..<Self.columns).map { column in
      zip(rows, targets).reduce(0) { $0 + $1.0[column] * $1.1 } / Double(Self.rows)
    }
    let data = try samples.dataset()
    let lambdas = [0, 0.1, 0.3, 0.6, 1, 1.5, 2, 2.5]

    @Sendable func fit(_ optimizer: OptimizerSetting, _ regularization: Regularization = .none) throws
      -> [Double]
    {
      var model = try Model.linear(Self.columns, 1)
      model.objective = Objective(data.targets, loss: .halfSquared)
      try model.fit(
        data, epochs: 200, batch: Self.rows, optimizer: optimizer, regularization: regularization,
        groups: [.frozen("0.bias")], seed: context.seed)
      return model["0.weight"]!.map { Double($0) }
    }
    let l2 = try Sweep.map(lambdas) { try fit(.sgd(0.3), Regularization(l2: $0)) }
    let l1 = try Sweep.map(lambdas) { lambda in
      try context.isSabotaged
        ? fit(.sgd(0.3), Regularization(l2: lambda))
        : fit(OptimizerSetting(ProximalDescent(l1: lambda, momentum: 0), rate: 0.3))
    }
    /// Over all λ and weights.
    func distance(_ found: [[Double]], _ form: (Double, Double) -> Double) -> Double {
      zip(lambdas, found).flatMap { lambda, weights in
        zip(weights, least).map { abs($0 - form($1, lambda)) }
      }.max() ?? .nan
    }
    func norms(_ found: [[Double]]) -> [Double] {
      found.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    }
    func zeros(_ found: [[Double]]) -> [Int] { found.map { $0.count { $0 == 0 } } }
    let names = lambdas.map { LabValue.figure($0) }.joined(separator: ", ")

    report.part("20 orthonormal columns, 200 rows, y = 3 x₁ − 2 x₂ + x₃ + ½ N(0, 1); λ = \(names)")
    report.judge(
      "L2: largest distance from w / (1 + λ)", distance(l2) { $0 / (1 + $1) }, .atMost(1e-3), lecture: "0")
    report.judge(
      "L1: largest distance from sign(w) max(|w| − λ, 0)",
      distance(l1) { ($0 < 0 ? -1 : 1) * max(abs($0) - $1, 0) }, .atMost(1e-3), lecture: "0")
    report.judge(
      "L2: exact zeros, of 20", zeros(l2), .equals(lambdas.map { _ in 0 }, within: 0), lecture: "none")
    let expected = lambdas.map { lambda in Double(least.count { abs($0) <= lambda }) }
    report.judge("L1: exact zeros", zeros(l1), .equals(expected, within: 0))
    report.judge("L2: norm", norms(l2), .falling())
    report.judge("L1: norm", norms(l1), .falling())

    report.part("Plain descent, and the root")
    let subgradient = try fit(.sgd(0.3), Regularization(l1: 1))
    report.judge(
      "exact zeros by plain descent with λ sign(w), λ = 1", subgradient.count { $0 == 0 }, .exactly(0),
      lecture: "none: it steps over 0")
    let root = try Self.gradientOfNorm(of: least, squared: false)
    let square = try Self.gradientOfNorm(of: least, squared: true)
    report.judge("‖∂ ½ Σ w² / ∂w‖ / ‖w‖", square, .equals(1, within: 1e-5), lecture: "1: the gradient is w")
    report.judge(
      "‖∂ ‖w‖ / ∂w‖", root, .equals(1 / norms([least])[0], within: 1e-5),
      lecture: "1 / ‖w‖ of it: w / ‖w‖, not w")
    func chart(_ title: String, _ found: [[Double]]) -> LineChart {
      LineChart(
        title,
        (0..<Self.columns).map { column in
          .init("", zip(lambdas, found).map { Point($0, $1[column]) }, color: min(column, 3))
        }, xName: "λ", yName: "w", width: 340)
    }
    report.show(chart("L2: 20 weights", l2))
    report.show(chart("L1: 20 weights", l1))
    report.note(
      "The slide writes ‖θ‖₂ for what is meant as its square: with the root the penalty's gradient would be λ θ / ‖θ‖, as "
        + "strong for small weights as for large ones together.")
    report.note(
      "A penalty's gradient λ sign(w) alone makes weights small and never 0: zeros take the proximal step.")
    return report
  }

  /// ‖∂ R / ∂w‖ / ‖w‖ of R = ½ Σ w², or of R = ‖w‖.
  private static func gradientOfNorm(of weights: [Double], squared: Bool) throws -> Double {
    let tensor = Tensor(weights.map { Float($0) }, shape: TensorShape([weights.count]))
    let (_, gradient) = try valueAndGradient(at: tensor) { w in
      squared ? 0.5 * w.square().sum() : w.square().sum().sqrt()
    }
    func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    return norm(try gradient.values().map { Double($0) }) / norm(weights)
  }
}
