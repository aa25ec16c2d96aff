import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// The loss before training, with regularization off, against what guessing would give.
struct InitialLoss: Examination {
  static let name = "initial loss"
  static let stage = Examinations.Stage.start
  static let why =
    "A network that knows nothing should lose as much as guessing does: else weights or loss are wrong."
  static let moments = [Examinations.Moment.beforeTraining]

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    // Where a network is examined that has learned, its loss is no longer the first one.
    guard !examined.isTrained else { return nil }
    let probe = try examined.probe()
    let expected = Expected(examined, probe)
    guard expected.value > 0 else { return nil }
    // Weights of a trained model know something, as they should.
    let isSmall = !examined.beginsTrained && probe.loss < Self.least * expected.value
    let level: Finding.Level =
      probe.loss > expected.impossible ? .bad : probe.loss > expected.most || isSmall ? .look : .ok
    return Finding.Result(
      level, value: probe.loss, figure: shortFigure(probe.loss, digits: 3),
      expected: "\(shortFigure(expected.value, digits: 3)) = \(expected.name), up to "
        + shortFigure(expected.most, digits: 2),
      fix: isSmall
        ? "the first weights know something already: were they trained, or do inputs hold the answer?"
        : "scale the inputs and targets to deviation 1, and draw the last layer's weights smaller")
  }

  /// Below this part of the expected loss a network knows something.
  private static let least = 0.25

  /// The loss to expect of a network that has learned nothing.
  struct Expected {
    let value: Double
    let name: String
    /// First outputs are not 0: a loss that is common, and one that is not.
    let most: Double
    var impossible: Double { value + 3 * (most - value) }

    init(_ examined: ExaminedModel, _ probe: Probe) {
      let outputs = examined.model.outputShape.last ?? 1
      value = examined.loss.initialLoss(examined.targets) ?? 0
      let isBinary = examined.loss is BinaryCrossEntropy || examined.loss is LogisticLoss
      switch examined.training.targets {
      case .classes, .labels:
        name =
          examined.loss is SoftmaxCrossEntropy
          ? "ln \(outputs)" : isBinary ? "ln 2" + (outputs > 1 ? " an output" : "") : "at outputs of 0"
        // Default first weights make outputs of variance 2, which cost 1 − 1/K nats on average; a small network has them
        // alike for all rows.
        most = value + 2.4 * (1 - 1 / Double(max(examined.training.targets.outputCount, 2)))
      case .values:
        name =
          examined.loss is SquaredError
          ? "the targets' variance"
          : examined.loss is HalfSquaredError ? "half the targets' variance" : "at outputs of 0"
        // Outputs of variance 2 beside targets of variance 1.
        most = 4 * value
      }
    }
  }
}

/// A check of whether regularization makes the loss grow, and by how much.
struct RegularisedLoss: Examination {
  static let name = "regularization"
  static let stage = Examinations.Stage.start
  static let why = "Switching regularization on must make the loss grow, but not outweigh the data."

  /// λ for a look at a run that has none.
  private static let usual = 1e-3

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard let loss = try? examined.probe().loss else { return nil }
    let isOn = examined.settings.regularization.l2 > 0
    let l2 = isOn ? examined.settings.regularization.l2 : Self.usual
    let squares = examined.model.parameters.filter(\.specification.isDecayed).reduce(0.0) { sum, parameter in
      sum + examined.model[parameter.path]!.reduce(0.0) { $0 + Double($1) * Double($1) }
    }
    let penalty = l2 / 2 * squares
    let expected = InitialLoss.Expected(examined, try examined.probe()).value
    let level: Finding.Level =
      penalty == 0 ? .look : isOn && penalty > 10 * expected ? .bad : isOn && penalty > expected ? .look : .ok
    return Finding.Result(
      level, value: penalty,
      figure: "\(shortFigure(loss, digits: 3)) → \(shortFigure(loss + penalty, digits: 3))"
        + (isOn ? " at L2 \(l2)" : ", off; at \(l2)"),
      expected: "up by at most \(shortFigure(expected, digits: 3))",
      fix: penalty == 0
        ? "no weight is regularized: are they all 0?"
        : "make L2 smaller: --l2 \(shortFigure(l2 / 10, digits: 2))")
  }
}
