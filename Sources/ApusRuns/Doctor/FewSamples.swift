import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// A check of whether the network can memorize a handful of samples.
struct FewSamples: Examination {
  static let name = "overfits 20 samples"
  static let stage = Examinations.Stage.training
  static let why =
    "A network that cannot learn twenty samples by heart is too small, or something between is broken."

  private static let count = 20
  private static let steps = 500
  private static let rates = [3e-3, 1e-2, 1e-3]
  /// The fraction of the loss of guessing below which the samples are learned.
  private static let learned = 0.05
  private static let hardly = 0.5
  /// Floating-point operations for all rates: some seconds.
  private static let mostWork = 1.2e11

  /// Adam, with dropout and regularization off, on all of the samples in each step.
  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard let probe = try? examined.probe() else { return nil }
    let batch = Self.distinct(examined)
    guard batch.count > 1 else { return nil }
    var training = ModelTraining(examined.model, optimizer: .adam())
    training.mode = .withoutDropout
    let trial = try TrialTraining(examined, training, capacity: batch.count)
    let guess = InitialLoss.Expected(examined, probe).value
    guard guess > 0 else { return nil }
    let affordable = Self.mostWork / max(examined.stepWork(rows: batch.count), 1) / Double(Self.rates.count)
    let steps = Int(min(Double(Self.steps), max(affordable, 30)))
    var best: (loss: Double, steps: Int, rate: Double)?
    for rate in Self.rates {
      let losses = trial.losses([batch], steps: steps, rate: rate) { $0 < Self.learned * guess / 5 }
      if let losses, let last = losses.last, last < best?.loss ?? .infinity {
        best = (last, losses.count, rate)
      }
      if let best, best.loss < Self.learned * guess { break }
    }
    guard let best else {
      return Finding.Result(
        .bad, figure: "not finite at a rate of 0.001", expected: "near 0",
        fix: "draw the weights smaller, and scale the inputs")
    }
    let part = best.loss / guess
    return Finding.Result(
      part < Self.learned ? .ok : part < Self.hardly ? .look : .bad, value: best.loss,
      figure: "\(shortFigure(best.loss, digits: 2)) after \(counted(best.steps, "step"))",
      expected:
        "below \(shortFigure(Self.learned * guess, digits: 2))",
      fix: part < Self.hardly
        ? "give the hidden layers more units, and see whether equal inputs have different targets"
        : "look at the gradient flow and the dead units; try fewer layers, ReLU, and other first weights")
  }

  /// Samples of different inputs, classes in turn.
  private static func distinct(_ examined: ExaminedModel) -> Batch {
    let candidates = examined.sampleOrder.prefix(2_000)
    let labels = examined.training.classLabels()
    var seen: Set<[UInt32]> = []
    var byClass: [Int32: [Int]] = [:]
    for row in candidates {
      let label = labels?[row] ?? 0
      guard byClass[label, default: []].count < count else { continue }
      let inputs = Batch(examined.training, [row]).arrays().inputs
      guard seen.insert(inputs.map(\.bitPattern)).inserted else { continue }
      byClass[label, default: []].append(row)
    }
    let classes = byClass.sorted { $0.key < $1.key }.map(\.value)
    let chosen = (0..<count).flatMap { place in classes.compactMap { place < $0.count ? $0[place] : nil } }
      .prefix(count)
    return Batch(examined.training, Array(chosen))
  }
}
