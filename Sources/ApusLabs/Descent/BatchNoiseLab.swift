import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The noise of a batch's gradient over the batch's size, and how an epoch is cut into batches.
struct BatchNoiseLab: Lab {
  let name = "batch-noise"
  let theme = LabTheme.descent
  let slides = [
    Slide(.newYork, "Stochastic gradient descent"), Slide(.newYork, "Yet Another Hyper-Parameter"),
  ]
  let claim =
    "The gradient of a batch is that of all rows plus noise: right on average, very noisy for one row, without noise for "
    + "all of them."
  let formula = "∇J̃ = ∇J + ε;  E ε = 0;  E ‖ε‖² = tr S² / B · (1 − B / N)"
  let expected = Verdict.holds
  let conclusion = "the noise is the closed form's at each size of batch, and an epoch sees each row once"
  let sabotage = "rows drawn with replacement"
  let tryIt = "apus train digits --batch 1 --epochs 2"

  private static let rows = 512
  private static let sizes = [1, 2, 8, 32, 128, 256, 512]

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try noise(context, &report)
    try epochs(context, &report)
    report.note(
      "The slide's J̃ has the factor 1/B, its example of six rows and batches of two leaves it out: without it the learning "
        + "rate means another thing at each size of batch, here by the factor 2.")
    return report
  }

  // MARK: Noise

  private func noise(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("64-16-10 at its first weights, 512 digits")
    let data = try LabSamples.digits64().training.rows(0..<Self.rows).dataset()
    var model = try Model.dense([64, 16, 10], seed: context.seed)
    model.objective = Objective(data.targets)
    let step = try TrainingStep(model, optimizer: .sgd(0.1), batch: Self.rows)
    let paths = model.parameters.map(\.path)
    func gradient(_ rows: [Int]) throws -> [Double] {
      try step.gradients(data.batch(rows))
      return try paths.flatMap { try step[gradient: $0].values().map { Double($0) } }
    }
    let full = try gradient(Array(0..<Self.rows))
    var mean = [Double](repeating: 0, count: full.count)
    var squares = 0.0
    for row in 0..<Self.rows {
      let own = try gradient([row])
      for index in own.indices { mean[index] += own[index] / Double(Self.rows) }
      squares += Self.squaredDistance(own, full)
    }
    report.judge(
      "mean of the rows' gradients, largest difference from the full one",
      zip(mean, full).map { abs($0 - $1) }.max() ?? .nan, .atMost(1e-5), lecture: "0")
    let variance = squares / Double(Self.rows - 1)

    let draws = context.isFull ? 2_000 : 600
    let random = context.random("draws")
    var (measured, expected, deviations): ([Double], [Double], [Double]) = ([], [], [])
    for (number, size) in Self.sizes.enumerated() {
      var noise: [Double] = []
      for draw in 0..<draws {
        let first = UInt64((number * draws + draw) * Self.rows)
        let rows: [Int] = context.honest(
          Array(random.permutation(Self.rows, first: first).prefix(size)),
          sabotaged: (0..<size).map { random.integer(first + UInt64($0), below: Self.rows) })
        noise.append(Self.squaredDistance(try gradient(rows), full))
      }
      measured.append(LabStatistics.mean(noise))
      expected.append(variance / Double(size) * (1 - Double(size) / Double(Self.rows)))
      deviations.append((measured[number] - expected[number]) / LabStatistics.standardError(noise))
    }
    report.tell("‖ε‖² of one row / ‖∇J‖²", measured[0] / full.reduce(0) { $0 + $1 * $1 })
    report.tell(
      "‖ε‖² over the formula's, B = 1, 2, 8, 32, 128, 256",
      zip(measured, expected).dropLast().map { $0 / $1 }, lecture: "1")
    report.judge(
      "their differences, in standard errors", Array(deviations.dropLast()), .between(-4, 4),
      lecture: "chance: −4 to 4")
    report.judge(
      "‖ε‖² of all rows / that of one", measured[Self.sizes.count - 1] / measured[0], .atMost(1e-9),
      lecture: "0, but for rounding")
    let sizes = Self.sizes.dropLast().map { Double($0) }
    report.show(
      LineChart(
        "Noise of the gradient",
        [
          .init("measured", zip(sizes, measured).map { Point($0, $1) }),
          .init("tr S² / B · (1 − B / N)", zip(sizes, expected).map { Point($0, $1) }, isDashed: true),
        ], xName: "rows in a batch", yName: "E ‖ε‖²", xKind: .logarithmic, yKind: .logarithmic))
  }

  private static func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  // MARK: Epochs

  private func epochs(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("N = 6 rows in batches of 2, and N = 7")
    func orders(_ count: Int) throws -> [[[Int]]] {
      let data = try LabSamples((0..<count).map { [Double($0)] }, values: (0..<count).map { Double($0) })
        .dataset()
      return (0..<5).map { epoch in
        data.batches(of: 2, shuffledBy: context.seed, epoch: epoch).map { Array($0.rows) }
      }
    }
    let six = try orders(6)
    for (number, epoch) in six.prefix(2).enumerated() {
      let words = epoch.map { batch in batch.map { "\($0 + 1)" }.joined(separator: ", ") }
      report.tell(
        "epoch \(number + 1): rows of its iterations",
        LabValue(epoch.joined().map { Double($0 + 1) }, words: words.joined(separator: " | ")),
        lecture: "three iterations of two rows")
    }
    report.judge("iterations in an epoch, N = 6", six.map(\.count), .equals([3, 3, 3, 3, 3], within: 0))
    report.judge(
      "each row once in each of five epochs", six.allSatisfy { $0.joined().sorted() == Array(0..<6) }, .yes)
    report.judge("another order in another epoch", Set(six.map { Array($0.joined()) }).count > 1, .yes)
    let seven = try orders(7)
    report.judge(
      "rows of the iterations, N = 7", seven[0].map(\.count), .equals([2, 2, 2, 1], within: 0),
      lecture: "the last one is smaller")
  }
}
