import ApusCore
import ApusData
import ApusNN
import ApusRuns
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
  let tryIt = "apus plot gradient-noise digits --hidden 16"

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
    let model = try Model.dense([64, 16, 10], seed: context.seed)
    let noise = try GradientNoiseReading(
      model, on: data, sizes: Self.sizes, draws: context.isFull ? 2_000 : 600,
      random: context.random("draws"),
      replaces: context.isSabotaged)
    report.judge(
      "mean of the rows' gradients, largest difference from the full one", noise.meanError, .atMost(1e-5),
      lecture: "0")
    let (measured, expected) = (noise.sizes.map(\.noise), noise.sizes.map(\.expected))
    let deviations = noise.sizes.map { ($0.noise - $0.expected) / $0.standardError }
    report.tell("‖ε‖² of one row / ‖∇J‖²", measured[0] / noise.squaredGradient)
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
