import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// The range of learning rates that work, and where the one in use lies in it.
///
/// A learning-rate range test (Smith 2015), each rate from the same first weights and on the same batches, so that
/// one rate's damage is not the next one's.
struct RateRange: Examination {
  static let name = "learning rate"
  static let stage = Examinations.Stage.training
  static let why = "Too small a rate learns nothing in the time there is, and too large a one diverges."

  private static let exponents = stride(from: -6.0, through: 1, by: 0.5)
  private static let steps = 100
  /// Floating-point operations for all rates: some seconds.
  private static let mostWork = 6e10
  /// The fraction of the progress that the best rate makes in the same steps below which progress is small.
  private static let little = 0.1
  private static let hardly = 0.02

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    // Where nothing is trained, no rate makes anything better.
    guard (try? examined.probe()) != nil, examined.settings.rate > 0,
      examined.settings.length(rows: examined.training.count).steps > 0
    else { return nil }
    let range = try RateRange.measure(examined)
    let rate = examined.settings.rate
    guard let best = range.best, best.progress > 0 else {
      return Finding.Result(
        .bad, figure: "no rate makes the loss smaller", expected: "a rate that does",
        fix: "look at the gradient flow, the first weights, and the scale of the inputs",
        details: range.details)
    }
    let own = range.progress(at: rate)
    let part = own.map { $0 / best.progress }
    let level: Finding.Level =
      part.map { $0 < Self.hardly ? .bad : $0 < Self.little ? .look : .ok } ?? .bad
    let isLarge = rate > best.rate
    let figure =
      part.map {
        "\(shortText(rate)): \(shortFigure(100 * max($0, 0), digits: 2)) % of the best rate's progress"
      } ?? "\(shortText(rate)): diverges"
    return Finding.Result(
      level, value: rate,
      figure: level == .ok ? "\(shortText(rate)); best about \(shortFigure(best.rate, digits: 1))" : figure,
      expected: "\(shortFigure(range.low, digits: 1)) … \(shortFigure(range.high, digits: 1))",
      fix: (isLarge ? "lower the learning rate" : "raise the learning rate")
        + ": --learning-rate \(shortFigure(range.suggested, digits: 2))", details: range.details)
  }

  /// The progress that each rate makes.
  struct Measured {
    /// Rates ascending, with how much smaller the loss became; nil where it was not finite.
    var progress: [(rate: Double, progress: Double?)]

    var best: (rate: Double, progress: Double)? {
      progress.compactMap { item in item.progress.map { (item.rate, $0) } }.max { $0.1 < $1.1 }
    }

    /// The smallest and the largest rate that make at least a third of the best one's progress.
    var low: Double { working.first ?? .nan }
    var high: Double { working.last ?? .nan }

    private var working: [Double] {
      guard let best else { return [] }
      return progress.filter { ($0.progress ?? -1) >= best.progress / 3 }.map(\.rate)
    }

    /// The suggested rate: the best one, but no more than a third of where it fails, because what is best over a few
    /// steps is rash over many.
    var suggested: Double {
      guard let best else { return .nan }
      let failing = progress.first { $0.rate > best.rate && ($0.progress ?? -1) <= 0 }?.rate
      return min(best.rate, (failing ?? .infinity) / 3)
    }

    func progress(at rate: Double) -> Double? { progress.first { $0.rate == rate }?.progress }

    var details: FindingDetails {
      FindingDetails(
        ["rate", "loss falls by"],
        progress.map {
          [shortFigure($0.rate, digits: 2), $0.progress.map { shortFigure($0, digits: 3) } ?? "not finite"]
        })
    }
  }

  static func measure(_ examined: ExaminedModel) throws -> Measured {
    let capacity = min(examined.settings.batch, examined.training.count)
    let training = ModelTraining(
      examined.model, optimizer: OptimizerSetting(examined.settings.optimizer),
      regularization: examined.settings.regularization, groups: examined.settings.groups)
    let trial = try TrialTraining(examined, training, capacity: capacity)
    let rates = Set(exponents.map { Mathematics.pow(10, $0) } + [examined.settings.rate]).sorted()
    let affordable = mostWork / Double(rates.count + 1) / max(examined.stepWork(rows: capacity), 1)
    let count = Int(min(Double(steps), max(affordable, 10)))
    let order = examined.sampleOrder
    let batches = (0..<count).map { index in
      let start = index * capacity % max(order.count - capacity + 1, 1)
      return Batch(examined.training, Array(order[start..<(start + capacity)]))
    }
    // Against a rate of 0 on the same batches: which of them are easy makes no difference then.
    let still = trial.losses(batches, steps: count, rate: 0) ?? []
    let last = max(count / 4, 1)
    func end(_ losses: [Double]) -> Double { losses.suffix(last).reduce(0, +) / Double(last) }
    return Measured(
      progress: rates.map { rate in
        let losses = trial.losses(batches, steps: count, rate: rate)
        return (rate, losses.map { end(still) - end($0) })
      })
  }
}
