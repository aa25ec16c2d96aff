import ApusCore
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// Descent with momentum in a ravine, and the two forms that momentum is written in.
struct MomentumLab: Lab {
  let name = "momentum"
  let theme = LabTheme.descent
  let slides = [
    Slide(.bucharest, "SGD: steep in one direction, shallow in another"),
    Slide(.bucharest, "SGD with momentum"),
  ]
  let claim =
    "Where a loss is steep in one direction and shallow in another, descent jitters along the steep one and crawls along "
    + "the shallow one; momentum damps the one and speeds up the other."
  let formula = "V ← μ V − η g;  W ← W + V;  J = ½ (x² + 100 y²)"
  let expected = Verdict.holdsPartly
  let conclusion = "momentum of 0.5 and 0.9 is two and three times as fast, but 0.99 is slower than none"
  let sabotage = "no momentum"
  let tryIt = "apus plot descent ravine --optimizer sgd --optimizer momentum"
  let lesson: String? = "Momentum in a ravine"

  private static let most = 2_000

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try ravine(context, &report)
    try forms(context, &report)
    report.note(
      "For curvatures from 1 to κ the best is η = (2 / (√κ + 1))², μ = ((√κ − 1) / (√κ + 1))²: here 0.0331 and 0.669. More "
        + "momentum than that overshoots, turns, and takes longer.")
    report.note(
      "The slide's momentum is called SGD and uses all of X; the rate stands inside V, which PyTorch writes outside."
    )
    return report
  }

  private func bowl(_ w: [Tensor]) -> Tensor { 0.5 * w[0].square() + 50 * w[1].square() }

  // MARK: The ravine

  private func ravine(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("½ (x² + 100 y²) from (10, 1), rate 0.018")
    func path(_ momentum: Double, rate: Double, steps: Int = Self.most) throws -> [[Double]] {
      let own = context.honest(momentum, sabotaged: 0)
      let optimizer: OptimizerSetting = own == 0 ? .sgd(rate) : .momentum(rate, own)
      return try Descent([[10, 1]], optimizer: optimizer, bowl).path(steps: steps, rate: rate)
    }
    /// Steps to a millionth of the first loss, 100.
    func steps(_ path: [[Double]]) -> Int {
      path.firstIndex { 0.5 * ($0[0] * $0[0] + 100 * $0[1] * $0[1]) <= 1e-4 } ?? Self.most
    }
    let momenta = [0, 0.5, 0.9, 0.99]
    let paths = try momenta.map { try path($0, rate: 0.018) }
    let counts = paths.map { steps($0) }
    report.judge(
      "steps to a millionth of the loss, μ = 0", counts[0], .equals(362, within: 0, relative: 0.05),
      lecture: "very slow")
    let turns = zip(paths[0], paths[0].dropFirst()).prefix(20).count { $0[1] * $1[1] < 0 }
    report.judge("changes of y's sign in its first 20 steps", turns, .exactly(20), lecture: "jitter")
    report.judge("steps, μ = 0.5", counts[1], .equals(173, within: 0, relative: 0.05), lecture: "faster")
    report.judge("steps, μ = 0.9", counts[2], .equals(127, within: 0, relative: 0.05), lecture: "faster")
    report.tell("x beyond the minimum, μ = 0.9", -(paths[2].map { $0[0] }.min() ?? 0))
    report.test(
      "steps, μ = 0.99", counts[3], .below(Double(counts[0])), lecture: "faster: 0.5, 0.9 or 0.99")
    // μ = ((√100 − 1) / (√100 + 1))², η = (2 / (√100 + 1))².
    let best = try path((9.0 / 11) * (9.0 / 11), rate: (2.0 / 11) * (2.0 / 11))
    report.judge("steps with the best μ and rate", steps(best), .equals(56, within: 0, relative: 0.05))
    let wild = try path(0, rate: 0.021, steps: 200)
    report.judge(
      "y after 200 steps at rate 0.021, μ = 0", abs(wild[200][1]), .above(1e6), lecture: "diverges")
    let colors = paths.prefix(3).enumerated().map { number, path -> HeatMap.Path in
      .init("μ = \(LabValue.figure(momenta[number]))", Contours.points(Array(path.prefix(60))))
    }
    report.show(
      try Contours.chart(
        "60 steps down the ravine", bowl, x: -4...11, y: -1.2...1.2, levels: [1, 5, 20, 60], paths: colors,
        xName: "x", yName: "y"))
    report.show(
      LineChart(
        "Distance along the shallow direction",
        zip(momenta, paths).map { momentum, path in
          .init(
            "μ = \(LabValue.figure(momentum))", path.prefix(200).enumerated().map { Point(Double($0), $1[0]) }
          )
        }, xName: "step", yName: "x"))
  }

  // MARK: Two forms

  private func forms(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("½ w² from 10, rate 0.01, a tenth of it after step 20, μ = 0.9")
    let momentum = context.honest(0.9, sabotaged: 0)
    func path(_ optimizer: OptimizerSetting) throws -> [Double] {
      let descent = try Descent([[10]], optimizer: optimizer) { w in 0.5 * w[0].square() }
      return try descent.path(steps: 40, rate: { $0 < 20 ? 0.01 : 0.001 }).map { $0[0] }
    }
    let inside = try path(.momentum(0.01, momentum, isRateInside: true))
    let outside = try path(.momentum(0.01, momentum))
    report.judge(
      "largest difference of the two forms while the rate stays",
      zip(inside, outside).prefix(21).map { abs($0 - $1) }.max() ?? .nan, .atMost(1e-5), lecture: "0")
    let expected = Self.byHand()
    report.judge(
      "w after step 23, rate inside V (lecture 5)", inside[23], .equals(expected.inside[23], within: 1e-4),
      lecture: "\(LabValue.figure(expected.inside[23])): carries the old steps on")
    report.judge(
      "w after step 23, rate outside (PyTorch)", outside[23], .equals(expected.outside[23], within: 1e-4))
    report.show(
      LineChart(
        "Both forms after the rate falls",
        [
          .init("rate inside V", inside.enumerated().map { Point(Double($0), $1) }),
          .init("rate outside", outside.enumerated().map { Point(Double($0), $1) }),
        ], xName: "step", yName: "w"))
    let annealed = Momentum(momentum: 0.99, from: 0.5, over: .steps(10))
    report.judge(
      "μ in steps 1, 6, 11 when it grows from 0.5 to 0.99 over 10",
      [1, 6, 11].map { annealed.momentum(step: $0) },
      .equals([0.5, 0.745, 0.99]))
  }

  /// The two recursions in double precision.
  private static func byHand() -> (inside: [Double], outside: [Double]) {
    var (inside, outside): ([Double], [Double]) = ([10], [10])
    var (speed, sum) = (0.0, 0.0)
    for step in 0..<40 {
      let rate = step < 20 ? 0.01 : 0.001
      speed = 0.9 * speed - rate * inside[step]
      inside.append(inside[step] + speed)
      sum = 0.9 * sum + outside[step]
      outside.append(outside[step] - rate * sum)
    }
    return (inside, outside)
  }
}
