import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Loss curves of rates from too low to too high, each named by a rule.
struct LearningRateLab: Lab {
  let name = "learning-rate"
  let theme = LabTheme.descent
  let slides = [
    Slide(.stevens, "Learning Rate"), Slide(.newYork, "Understanding Learning Rate"),
    Slide(.bucharest, "The loss curve"),
  ]
  let claim =
    "A low rate falls slowly, a high one falls fast and stays high, a very high one rises: if the loss rises, lower the rate, "
    + "if it falls slowly, raise it."
  let formula = "w ← w − η ∇J"
  let expected = Verdict.holds
  let conclusion = "from small to large rates the curves are low, good, high and too high, in this order"
  let sabotage = "every training at a rate of 0.1"
  let tryIt = "apus train digits --learning-rate 1"
  let lesson: String? = "A learning rate too high"

  /// A curve's name, in the order of the rates that it is expected for.
  private enum Kind: Int, CaseIterable {
    case low, good, high, tooHigh

    var words: String {
      switch self {
      case .low: "too low"
      case .good: "good"
      case .high: "high"
      case .tooHigh: "too high"
      }
    }
  }

  private struct Curve: Sendable {
    /// The mean training loss of each epoch; not finite once it has diverged.
    var losses: [Double]
    var accuracy: Double
  }

  private static let epochs = 8

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let rates = [0.001, 0.01, 0.1, 0.5, 1.2, 3]
    let seeds = context.seeds(5)
    let curves = try Sweep.run(rates, seeds: seeds) { rate, seed in
      try curve(rate: context.honest(rate, sabotaged: 0.1), epochs: Self.epochs, seed: seed)
    }
    report.part("64-50-10 on the digits, SGD, batches of 32, 8 epochs")
    let last = curves.map { LabStatistics.median($0.map { $0.losses[Self.epochs - 1] }) }
    report.tell("last loss at rates 0.001, 0.01, 0.1, 0.5, 1.2, 3", last)
    let accuracies = curves.map { LabStatistics.median($0.map(\.accuracy)) }
    report.tell("test accuracy", accuracies)

    let best = last.filter(\.isFinite).min() ?? .nan
    let kinds = curves.map { seeds -> Kind in
      let votes = seeds.map { kind($0.losses, best: best).rawValue }
      return Kind(rawValue: Int(LabStatistics.median(votes.map { Double($0) }).rounded()))!
    }
    let ranks = kinds.map { Double($0.rawValue) }
    let ordered = LabRule("low, good, high, too high") { measured in
      zip(measured.values, measured.values.dropFirst()).allSatisfy { $0 <= $1 }
        && Set(measured.values).count == Kind.allCases.count
    }
    report.judge(
      "the curves' names", LabValue(ranks, words: kinds.map(\.words).joined(separator: ", ")), ordered)
    let middle = accuracies[3]
    report.judge(
      "accuracy at 0.5 above that at 0.001 and 3, by at least",
      min(middle - accuracies[0], middle - accuracies[5]), .atLeast(0.1),
      lecture: "both ends are worse")
    report.show(
      LineChart(
        "Training loss",
        zip(rates, curves).map { rate, curves in
          .init(LabValue.figure(rate), values: Array(curves[0].losses.prefix { $0.isFinite }))
        }, xName: "epoch", yName: "loss", yKind: .logarithmic))
    try rangeTest(context, &report)
    report.note(
      "A loss over more than two parameters can't be drawn, since the loss itself takes an axis; the slide says three."
    )
    report.note(
      "A rate just above the best one does not show in the first epochs: at 0.5 and at 1.2 the loss falls as fast, and only "
        + "the first of them goes on.")
    return report
  }

  /// Not finite, or at last worse than saying nothing (ln 10): too high; the best, within its double: good; falling in each
  /// epoch, and not there yet: too low; rising now and then: high.
  private func kind(_ losses: [Double], best: Double) -> Kind {
    let last = losses[losses.count - 1]
    guard last.isFinite, last < Mathematics.log(10) else { return .tooHigh }
    if last <= 2 * best { return .good }
    return zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 } ? .low : .high
  }

  private func curve(rate: Double, epochs: Int, seed: UInt64) throws -> Curve {
    let digits = try LabSamples.digits64()
    let data = try digits.training.dataset()
    let training = try LabTraining(
      .d50(seed: seed), on: data,
      TrainingSettings(optimizer: .sgd(rate), epochs: epochs, batch: 32, seed: seed))
    let steps = (data.count + 31) / 32
    let losses = (0..<epochs).map { epoch -> Double in
      let part = training.losses.dropFirst(epoch * steps).prefix(steps)
      return part.count == steps ? LabStatistics.mean(Array(part)) : .infinity
    }
    // A diverged training has no network to speak of.
    if training.isDiverged { return Curve(losses: losses, accuracy: 0.1) }
    return Curve(losses: losses, accuracy: try training.model.accuracy(on: digits.test.dataset()).values[0])
  }

  private func rangeTest(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("One epoch at each of many rates")
    let rates = (0...12).map { Mathematics.pow(10, -4 + Double($0) * 0.4) }
    let losses = try Sweep.map(rates) { try curve(rate: $0, epochs: 1, seed: context.seed).losses[0] }
    let best = zip(rates, losses).filter { $0.1.isFinite }.min { $0.1 < $1.1 }
    report.tell("the rate with the least loss in the first epoch", best?.0 ?? .nan)
    let points = zip(rates, losses).filter { $0.1.isFinite }.map { Point($0, $1) }
    report.show(
      LineChart(
        "Loss of the first epoch", [.init("", points)], xName: "learning rate", yName: "loss",
        xKind: .logarithmic))
  }
}
