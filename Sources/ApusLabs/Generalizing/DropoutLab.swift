import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Whether dropout makes representations redundant, by switching units off, and what it gains.
struct DropoutLab: Lab {
  let name = "dropout"
  let theme = LabTheme.generalizing
  let slides = [Slide(.bucharest, "Dropout")]
  let claim =
    "Dropout forces the network to have a redundant representation, and prevents overfitting: each unit is left out with "
    + "probability p."
  let formula = "h ← h · [u ≥ p] / (1 − p)"
  let expected = Verdict.holdsPartly
  let conclusion =
    "a network trained with dropout does without half of its units far better, but whole it gains little here"
  let sabotage = "no dropout in any network"
  let tryIt =
    "apus train digits --hidden 256,256 --dropout 0.5 --out digits "
    + "&& apus plot ablation digits/model.safetensors digits"
  let lesson: String? = "Dropout against overfitting"
  let isShort = false

  private static let rates = [0, 0.2, 0.5]
  private static let shares = [0, 0.25, 0.5, 0.75, 0.9]
  private static let width = 128

  private struct Outcome: Sendable {
    var test: Double
    /// Test accuracy with each share of both hidden layers switched off.
    var lesioned: [Double]
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let test = try digits.test.dataset()
    for (rows, epochs) in [(300, 60), (1_000, 30)] {
      report.part(
        "\(rows) digits, 64-\(Self.width)-\(Self.width)-10, ReLU, Adam 0.001, \(epochs) epochs, 4 seeds")
      let outcomes = try Sweep.run(Self.rates, seeds: context.seeds(4)) { rate, seed -> Outcome in
        let order = Philox(seed: seed, path: "lab/rows").permutation(digits.training.count)
        let data = try digits.training.rows(order.prefix(rows)).dataset()
        return try outcome(context.honest(rate, sabotaged: 0), data, test, epochs: epochs, seed: seed)
      }
      let half = Self.shares.firstIndex(of: 0.5)!
      let lesioned = outcomes.map { $0.map { $0.lesioned[half] } }
      for (rate, seeds) in zip(Self.rates, lesioned) {
        report.tell(
          "p = \(LabValue.figure(rate)): test accuracy with half of the units off",
          LabStatistics.measured(seeds))
      }
      let rising = lesioned[0].indices.count {
        lesioned[0][$0] < lesioned[1][$0] && lesioned[1][$0] < lesioned[2][$0]
      }
      report.judge(
        "half off: means over p", lesioned.map { LabStatistics.mean($0) }, .rising(),
        lecture: "redundant: it rises")
      report.judge(
        "half off: 0.5 less 0", LabStatistics.mean(zip(lesioned[2], lesioned[0]).map { $0 - $1 }),
        .atLeast(0.03), lecture: "clearly more")
      report.tell(
        "seeds in which it rises from each p to the next", rising, lecture: "all of \(lesioned[0].count)")
      for (rate, seeds) in zip(Self.rates, outcomes) {
        report.tell(
          "p = \(LabValue.figure(rate)): test accuracy of the whole",
          LabStatistics.measured(seeds.map(\.test)))
      }
      let gain = LabStatistics.measured(zip(outcomes[2], outcomes[0]).map { 100 * ($0.test - $1.test) })
      report.test(
        "gain of p = 0.5 in points, in its standard errors",
        gain.values[0] / max(gain.standardError ?? 0, 1e-9),
        .atLeast(3), lecture: "prevents overfitting")
      report.tell("gain of p = 0.5 in points", gain)
      report.show(
        LineChart(
          "Accuracy over the units that are off, \(rows) rows",
          zip(Self.rates, outcomes).map { rate, seeds in
            .init(
              "p = \(LabValue.figure(rate))",
              Self.shares.indices.map { share in
                Point(Self.shares[share], LabStatistics.mean(seeds.map { $0.lesioned[share] }))
              })
          }, xName: "share of the units that are off", yName: "test accuracy"))
    }
    report.note(
      "Units are switched off after training, at random, in both hidden layers, and the others' outgoing weights are divided by "
        + "the share that is left: what is measured is redundancy, not dropout's own average.")
    return report
  }

  private func outcome(_ rate: Double, _ data: TableDataset, _ test: TableDataset, epochs: Int, seed: UInt64)
    throws
    -> Outcome
  {
    var model = try Model(input: [64], seed: seed) {
      Dense(Self.width, initializer: .heNormal); ReLU(); Dropout(rate)
      Dense(Self.width, initializer: .heNormal); ReLU(); Dropout(rate)
      Dense(10)
    }
    try model.fit(data, epochs: epochs, optimizer: .adam(1e-3), seed: seed)
    let random = Philox(seed: seed, path: "lab/lesion")
    let lesioned = try Self.shares.enumerated().map { number, share -> Double in
      let draws = share == 0 ? 1 : 5
      return LabStatistics.mean(
        try (0..<draws).map { draw in
          var thinned = model
          for (layer, path) in ["3", "6"].enumerated() {
            let first = UInt64(((number * 5 + draw) * 2 + layer) * Self.width)
            let order = random.permutation(Self.width, first: first)
            let off = Array(order.prefix(Int(share * Double(Self.width))))
            thinned = try thinned.ablating(
              off, before: path, scale: Double(Self.width) / Double(Self.width - off.count))
          }
          return try thinned.accuracy(on: test).values[0]
        })
    }
    return Outcome(test: lesioned[0], lesioned: lesioned)
  }
}
