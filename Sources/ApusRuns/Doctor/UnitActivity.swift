import ApusCore
import ApusNN
import ApusTraining

/// Units that let no gradient through: ReLUs that are never active, sigmoids at their ends.
struct UnitActivity: Examination {
  static let name = "dead, saturated"
  static let stage = Examinations.Stage.start
  static let why = "A unit that is flat for every sample passes no gradient on, and does not learn any more."
  static let moments = [Examinations.Moment.beforeTraining, .afterTraining]

  /// The fraction of a layer's units beyond which the finding is suspicious.
  private static let suspicious = 0.25
  private static let certain = 0.5

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard let probe = try? examined.probe() else { return nil }
    let after = try examined.probeAfterTraining()
    var moments = [(moment: examined.isTrained ? "after training" : "at the start", probe: probe)]
    if let after { moments.append(("after training", after)) }
    let guess = InitialLoss.Expected(examined, probe).value
    let output = examined.model.summary.last?.path
    let readings = moments.flatMap { moment, probe in
      // An output that is sure is saturated: wrong only where the loss says so.
      probe.units.filter { $0.path != output || !$0.saturates || probe.loss >= guess || guess <= 0 }
        .map { (moment: moment, unit: $0) }
    }
    guard let worst = readings.max(by: { Self.share($0.unit) < Self.share($1.unit) }) else { return nil }
    let share = Self.share(worst.unit)
    let level: Finding.Level = share > Self.certain ? .bad : share > Self.suspicious ? .look : .ok
    let kind = worst.unit.saturates ? "saturated" : "dead"
    return Finding.Result(
      level, value: share,
      figure: share == 0
        ? "none"
        : "\(Self.flat(worst.unit)) of \(worst.unit.units) \(kind) in \(examined.names.layer(worst.unit.path)), "
          + worst.moment,
      expected: "below \(shortFigure(100 * Self.suspicious)) %",
      fix: worst.unit.saturates
        ? "scale the inputs, draw the weights smaller, or use ReLU or tanh"
        : worst.moment == "at the start"
          ? "draw the weights with heNormal and biases of 0, and center the inputs"
          : "lower the learning rate, or use leaky ReLU",
      details: FindingDetails(
        ["when", "layer", "units", "dead", "saturated"],
        readings.map {
          [
            $0.moment, "\(examined.names.layer($0.unit.path)) \($0.unit.name)", "\($0.unit.units)",
            $0.unit.saturates ? "–" : "\($0.unit.dead)", $0.unit.saturates ? "\($0.unit.saturated)" : "–",
          ]
        }))
  }

  private static func flat(_ unit: UnitReading) -> Int { unit.saturates ? unit.saturated : unit.dead }

  private static func share(_ unit: UnitReading) -> Double {
    unit.units > 0 ? Double(flat(unit)) / Double(unit.units) : 0
  }
}
