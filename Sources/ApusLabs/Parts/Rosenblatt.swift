import ApusData
import ApusNN
import ApusTraining

/// A single perceptron's way through the rows, one at a time from zero weights, until an epoch without a mistake.
package struct Rosenblatt: Sendable {
  /// Mistakes, which are updates, in each epoch.
  package private(set) var mistakes: [Int] = []
  /// Rows that the weights after each epoch are wrong about.
  package private(set) var wrong: [Int] = []
  /// Rows that the best weights on the way, after any update, are wrong about.
  package private(set) var fewestWrong = Int.max
  /// Weights and bias after each of the first updates.
  package private(set) var lines: [[Double]] = []
  /// The last weights and bias.
  package private(set) var weights: [Double] = []

  package var isClean: Bool { mistakes.last == 0 }
  package var updates: Int { mistakes.reduce(0, +) }

  /// - Parameters:
  ///   - samples: of two classes.
  ///   - seed: decides the order of the rows in each epoch; theirs when nil.
  package init(_ samples: LabSamples, rate: Double = 1, seed: UInt64?, epochs: Int = 200) throws {
    let data = try samples.dataset()
    var model = try Model.linear(samples.columns, 1)
    model.objective = Objective(data.targets, loss: .perceptron)
    let step = try TrainingStep(model, optimizer: .sgd(rate), batch: 1)
    weights = [Double](repeating: 0, count: samples.columns + 1)
    for epoch in 0..<epochs {
      var count = 0
      let batches = seed.map { data.batches(of: 1, shuffledBy: $0, epoch: epoch) } ?? data.batches(of: 1)
      for batch in batches {
        try step.gradients(batch)
        guard step.gradientNorm > 0 else { continue }
        try step.update()
        count += 1
        weights = Self.weights(step.model)
        if lines.count < 12 { lines.append(weights) }
        fewestWrong = min(fewestWrong, mistakes(of: samples))
      }
      mistakes.append(count)
      wrong.append(mistakes(of: samples))
      if count == 0 { break }
    }
  }

  private func mistakes(of samples: LabSamples) -> Int {
    zip(samples.features, samples.labels).count { decides($0) != ($1 == 1) }
  }

  /// Returns whether the unit says 1.
  package func decides(_ row: [Double]) -> Bool {
    zip(row, weights).reduce(weights[row.count]) { $0 + $1.0 * $1.1 } > 0
  }

  private static func weights(_ model: Model) -> [Double] {
    (model["0.weight"]! + model["0.bias"]!).map { Double($0) }
  }
}
