import Apus

/// The same training twice: by `fit`, and by the loop that a program writes itself.
public enum LoopByHand {
  public struct Figure: Sendable {
    public let name: String
    /// Seconds of each round, by `fit` and by hand in turn.
    public let fit: [Double]
    public let loop: [Double]
    /// The median of the rounds' ratios: the loop's time over that of `fit`.
    public var ratio: Double { zip(loop, fit).map { $0 / $1 }.sorted()[fit.count / 2] }
  }

  /// A net of a few units on few rows, and one of MNIST's size.
  public static func figures(rounds: Int = 15) throws -> [Figure] {
    try [
      figure("4-16-3 on 150 rows, batch 16", [4, 16, 3], rows: 150, batch: 16, epochs: 4000, rounds: rounds),
      figure(
        "784-128-10 on 4,000 rows, batch 32", [784, 128, 10], rows: 4000, batch: 32, epochs: 8, rounds: rounds
      ),
    ]
  }

  private static func figure(
    _ name: String, _ widths: [Int], rows: Int, batch: Int, epochs: Int, rounds: Int
  ) throws -> Figure {
    let engine = try Engine(threads: 1)
    let data = try TableDataset(
      features: Workloads.numbers(widths[0] * rows), inputShape: [widths[0]],
      labels: (0..<rows).map { Int32($0 % widths[2]) }, names: (0..<widths[2]).map { "\($0)" })
    let model = try Model(for: data, seed: 1) {
      Dense(widths[1]); ReLU(); Dense(widths[2])
    }
    var (fit, loop): ([Double], [Double]) = ([], [])
    for round in 0..<(rounds + 1) {
      var fitted = model
      let byFit = try secondsOf {
        try fitted.fit(
          data, epochs: epochs, batch: batch, optimizer: .adam(1e-3), seed: 7, engine: engine)
      }
      var trained = model
      let byHand = try secondsOf {
        let step = try TrainingStep(trained, optimizer: .adam(1e-3), batch: batch, engine: engine)
        for epoch in 0..<epochs {
          for batch in data.batches(of: batch, shuffledBy: 7, epoch: epoch) {
            try step.gradients(batch)
            try step.update()
          }
        }
        trained = step.model
      }
      for parameter in model.parameters where fitted[parameter.path] != trained[parameter.path] {
        throw ApusError("the loop's \(parameter.path) is another than that of fit", at: name)
      }
      // The first round warms up.
      if round > 0 { (fit, loop) = (fit + [byFit], loop + [byHand]) }
    }
    return Figure(name: name, fit: fit, loop: loop)
  }
}
