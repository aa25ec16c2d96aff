import Apus

/// An epoch of a session on few points, as the playground trains them: 250 points through 2-4-2-1 units in batches of 10.
///
/// Beside W1 it shows what a session adds to a step: the epoch's order, the batch, the rate, the history.
public enum SmallEpoch {
  /// Of a session that trains one epoch after the other, on one thread.
  public static func seconds(rounds: Int = 20) throws -> Double {
    let points = 250
    let features = Workloads.numbers(2 * points)
    let data = try TableDataset(
      features: features, inputShape: [2],
      labels: (0..<points).map { features[2 * $0] * features[2 * $0 + 1] > 0.25 ? 1 : 0 },
      names: ["no", "yes"])
    let model = try Model(for: data, seed: 1, loss: BinaryCrossEntropy()) {
      Dense(4); Tanh(); Dense(2); Tanh(); Dense(1)
    }
    let settings = TrainingSettings(
      optimizer: .sgd(0.1), epochs: 1 << 40, batch: 10, seed: 1)
    let session = try TrainingSession(model, training: data, settings: settings, engine: Engine(threads: 1))
    return try bestSeconds(rounds: rounds) { repetitions in
      for _ in 0..<repetitions { try session.runEpoch() }
    }
  }
}
