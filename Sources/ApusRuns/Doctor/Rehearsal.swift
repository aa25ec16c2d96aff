import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// A short training of a copy with the settings as they are: what the steps do to the weights, whether all stays
/// finite, and what it comes to.
struct Rehearsal {
  /// The steps that were done.
  let steps: Int
  /// The steps of the whole training.
  let wholeRun: Int
  /// The error that says where and why a value stopped being finite, or the loss ran away.
  let error: ApusError?
  /// The model at the end.
  let model: Model
  /// For each weight: the median over some steps of ‖Δw‖ / ‖w‖.
  let updateRatios: [(path: String, ratio: Double)]
  /// nil where training broke off.
  let outcome: TrainingOutcome?

  private static let mostSteps = 3_000
  /// Floating-point operations that a rehearsal may take: some seconds.
  private static let mostWork = 1e12
  /// Steps whose updates are measured.
  private static let measured = 16

  init(_ examined: ExaminedModel) throws {
    // Of an ensemble one member is enough.
    var settings = examined.settings
    settings.ensemble = nil
    let session = try TrainingSession(
      examined.model, training: examined.training, validation: examined.validation, settings: settings,
      engine: examined.engine())
    wholeRun = session.stepCount
    let batch = min(examined.settings.batch, examined.training.count)
    let affordable = Int(min(Self.mostWork / max(examined.stepWork(rows: batch), 1), 1e6))
    let limit = min(wholeRun, Self.mostSteps, max(affordable, 20))
    let weights = examined.model.parameters.filter { $0.specification.isDecayed && $0.shape.count > 1 }
    let every = max(limit / 2 / Self.measured, 1)
    var ratios = weights.map { _ in [Double]() }
    var error: ApusError?
    let arena = session.step.trained[0].parameters.floats
    do {
      while !session.isFinished, session.progress.step < limit {
        let isMeasured =
          session.progress.step % every == every - 1 && ratios.first.map { $0.count < Self.measured } ?? false
        let before = isMeasured ? weights.map { Array(arena[$0.range]) } : []
        try session.runStep()
        for (index, old) in before.enumerated() {
          ratios[index].append(Self.ratio(arena[weights[index].range], old))
        }
      }
    } catch let problem as ApusError {
      error = problem
    }
    self.error = error
    steps = session.progress.step
    updateRatios = zip(weights, ratios).compactMap { weight, ratios in
      ratios.isEmpty ? nil : (weight.path, ratios.sorted()[ratios.count / 2])
    }
    if error == nil { session.restore(try session.result()) }
    model = session.snapshot()
    outcome =
      try error == nil
      ? TrainingOutcome(
        training: Metrics.all(session.results(on: Self.some(examined.training))),
        validation: examined.validation.map { Metrics.all(try session.results(on: $0)) } ?? [],
        test: examined.test.map { Metrics.all(try session.results(on: $0)) } ?? [])
      : nil
  }

  /// ‖w′ − w‖ / ‖w‖; infinite for weights of 0 that move.
  private static func ratio(_ new: some Sequence<Float>, _ old: [Float]) -> Double {
    var change = 0.0
    var size = 0.0
    for (after, before) in zip(new, old) {
      let difference = Double(after) - Double(before)
      change += difference * difference
      size += Double(before) * Double(before)
    }
    return change == 0 ? 0 : (change / size).squareRoot()
  }

  /// As many training rows as say enough of it.
  private static func some(_ dataset: any Dataset) -> any Dataset {
    let most = 5_000
    guard dataset.count > most else { return dataset }
    let step = Double(dataset.count) / Double(most)
    return dataset.subset((0..<most).map { Int(Double($0) * step) })
  }
}
