import Apus
import Testing

/// Monte-Carlo dropout: the mean and the spread of passes with dropout.
@Suite struct SampledPredictionTests {
  private func data(_ rows: Int) throws -> TableDataset {
    try TableDataset(
      features: [Float](repeating: 1, count: rows * 8), inputShape: [8],
      values: [Float](repeating: 0, count: rows), names: ["y"])
  }

  private func model(_ rate: Double) throws -> Model {
    var model = try Model(input: [8], seed: 3) {
      Dropout(rate)
      Dense(1)
    }
    try model.set("1.weight", to: (1...8).map { Float($0) / 4 })
    model.objective = .numbers(["y"])
    return model
  }

  /// A sum of w·m / (1 − p), m kept with 1 − p: its mean is Σ w, its variance Σ w² · p / (1 − p).
  @Test func meanAndSpread() throws {
    let (rows, passes, p) = (300, 40, 0.3)
    let sampled = try model(p).sampledResults(on: data(rows), passes: passes)
    #expect(sampled.isRandom && sampled.mean.count == rows && sampled.deviations.count == rows)
    let weights = (1...8).map { Double($0) / 4 }
    let variance = weights.reduce(0) { $0 + $1 * $1 } * p / (1 - p)
    let means = sampled.mean.predictions.map { Double($0) }
    let mean = means.reduce(0, +) / Double(rows)
    #expect(abs(mean - weights.reduce(0, +)) < 4 * (variance / Double(rows * passes)).squareRoot())
    let spread = sampled.deviations.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(rows)
    #expect(abs(spread / variance - 1) < 0.05, "\(spread) \(variance)")
    // Rows have masks of their own, in every batch of them.
    #expect(Set(means).count > rows / 3)
    // The same again.
    let again = try model(p).sampledResults(on: data(rows), passes: passes)
    #expect(again.deviations == sampled.deviations && again.mean.predictions == sampled.mean.predictions)
  }

  @Test func withoutDropoutNothingSpreads() throws {
    var plain = try Model(input: [8], seed: 3) { Dense(1) }
    plain.objective = .numbers(["y"])
    let sampled = try plain.sampledResults(on: data(3), passes: 5)
    #expect(!sampled.isRandom && sampled.deviations == [0, 0, 0])
    #expect(
      message { _ = try plain.sampledResults(on: data(3), passes: 1) }
        .contains("at least 2"))
  }

  @Test func aColumnOfThePredictions() throws {
    let folder = try TemporaryFolder()
    var configuration = RunConfiguration()
    configuration.data.source = "iris"
    configuration.model.hidden = [16]
    configuration.model.dropout = 0.3
    configuration.training.epochs = 10
    let result = try RunPlan(configuration, folder: folder.path("run")).run()
    let saved = try Model(contentsOf: result.modelFile)
    let table = try saved.predict(.open("iris"), passes: 20)
    #expect(table.csv().hasPrefix("prediction,probability,deviation\n"))
    #expect(table.deviations.count == 150 && table.deviations.allSatisfy { $0 >= 0 && $0 < 0.5 })
    #expect(table.deviations.contains { $0 > 0.01 })
    #expect(try saved.predict(.open("iris")).csv().hasPrefix("prediction,probability\n"))
  }
}
