import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// A convolutional network beside dense ones on digits in their place and moved.
struct ConvolutionLab: Lab {
  let name = "convolution"
  let theme = LabTheme.practice
  let slides = [
    Slide(.irvine, "More complex networks"), Slide(.irvine, "A convolutional network (Peemen et al.)"),
  ]
  let claim =
    "Convolutions see the same thing in every place: with as many parameters as a dense network they do better on images, the "
    + "more so where things move."
  let formula = "conv 3×3×8, pool, conv 3×3×16, pool, dense 10: 80 + 1,168 + 1,450 = 2,698 parameters"
  let expected = Verdict.holds
  let conclusion =
    "on moved digits the convolutions are far ahead of as many dense weights, and level with fifteen times as many"
  let sabotage = "pixels in another order, the same for all images"
  let tryIt = "apus train digits --model cnn"
  let isShort = false

  private static let side = 12

  private struct Trial: Sendable {
    var name: String
    var layers: Sequential
    var parameters: Int
  }

  private static let trials: [Trial] = {
    let convolutions = Sequential([
      Conv2D(8, 3), ReLU(), MaxPool2D(2), Conv2D(16, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10),
    ])
    func dense(_ units: Int) -> Sequential {
      Sequential([Flatten(), Dense(units, initializer: HeNormal()), ReLU(), Dense(10)])
    }
    return [
      Trial(name: "convolutions", layers: convolutions, parameters: 2_698),
      Trial(name: "144-16-10", layers: dense(16), parameters: 2_490),
      Trial(name: "144-64-10", layers: dense(64), parameters: 9_930),
      Trial(name: "144-256-10", layers: dense(256), parameters: 39_690),
    ]
  }()

  private struct Outcome: Sendable {
    var still = 0.0
    var moved = 0.0
    /// Trained on digits in their place, tested on moved ones.
    var unprepared = 0.0
    var model: Model
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let raw = try LabSamples.rawDigits()
    let seeds = context.seeds(2)
    let runs = try Sweep.run(Self.trials, seeds: seeds) { trial, seed -> Outcome in
      func data(_ samples: LabSamples, _ shift: Int, _ part: String) throws -> TableDataset {
        try moved(samples, by: shift, Philox(seed: seed, path: "lab/\(part)"), context)
      }
      func train(_ shift: Int, epochs: Int) throws -> Model {
        var model = try Model(input: [Self.side, Self.side, 1], seed: seed, layers: trial.layers)
        try model.fit(
          data(raw.training, shift, "training"), epochs: epochs, optimizer: .adam(2e-3), seed: seed)
        return model
      }
      let (still, moving) = (try train(0, epochs: 6), try train(2, epochs: 10))
      let (fixed, test) = (try data(raw.test, 0, "test"), try data(raw.test, 2, "test"))
      return Outcome(
        still: try still.accuracy(on: fixed).values[0], moved: try moving.accuracy(on: test).values[0],
        unprepared: try still.accuracy(on: test).values[0], model: moving)
    }
    report.part("Digits in 12 × 12 pixels, \(seeds.count) seeds: convolutions, then 16, 64, 256 dense units")
    for (trial, outcomes) in zip(Self.trials, runs) {
      report.judge("parameters, \(trial.name)", outcomes[0].model.parameterCount, .exactly(trial.parameters))
    }
    func means(_ value: (Outcome) -> Double) -> [Double] { runs.map { LabStatistics.mean($0.map(value)) } }
    let moving = means(\.moved)
    report.tell("test accuracy in their place, 6 epochs", means(\.still))
    report.tell("moved by up to 2 pixels, 10 epochs", moving)
    report.tell("trained in their place, tested moved", means(\.unprepared))
    report.judge(
      "moved: convolutions less as many dense weights", moving[0] - moving[1], .atLeast(0.1),
      lecture: "far ahead")
    report.judge(
      "moved: convolutions less fifteen times as many", moving[0] - moving[3], .atLeast(-0.03),
      lecture: "level")
    let counts = Self.trials.map { Double($0.parameters) }
    func series(_ name: String, _ values: [Double]) -> [LineChart.Series] {
      [
        .init("dense, \(name)", (1...3).map { Point(counts[$0], values[$0]) }),
        .init(
          "convolutions, \(name)", [Point(counts[0] * 0.9, values[0]), Point(counts[0] * 1.1, values[0])]),
      ]
    }
    report.show(
      LineChart(
        "Accuracy over parameters", series("in place", means(\.still)) + series("moved", moving),
        xName: "parameters", yName: "test accuracy", xKind: .logarithmic))
    try pictures(runs[0][0].model, moved(raw.test, by: 0, context.random("shown"), context), &report)
    report.note(
      "Pooling forgives a pixel or two; a network that never saw moved digits is lost on them, with convolutions too."
    )
    return report
  }

  /// The digits in the middle of 12 × 12 pixels, or off it by up to a number of pixels, drawn for each row.
  private func moved(
    _ samples: LabSamples, by shift: Int, _ random: Philox, _ context: LabContext
  ) throws -> TableDataset {
    let order = Philox(seed: 7, path: "lab/pixels").permutation(Self.side * Self.side)
    var pixels: [Float] = []
    pixels.reserveCapacity(samples.count * Self.side * Self.side)
    for (row, values) in samples.features.enumerated() {
      let dy = 2 + random.integer(UInt64(2 * row), below: 2 * shift + 1) - shift
      let dx = 2 + random.integer(UInt64(2 * row + 1), below: 2 * shift + 1) - shift
      var image = [Float](repeating: -0.4, count: Self.side * Self.side)
      for place in 0..<64 {
        image[(place / 8 + dy) * Self.side + place % 8 + dx] = Float(values[place] / 16 * 2.4 - 0.4)
      }
      pixels += context.isSabotaged ? order.map { image[$0] } : image
    }
    return try TableDataset(
      features: pixels, inputShape: [Self.side, Self.side, 1], labels: samples.labels.map { Int32($0) },
      names: samples.classes)
  }

  private func pictures(_ model: Model, _ data: TableDataset, _ report: inout LabReport) throws {
    let filters = model["0.weight"]!
    report.show(
      ImageGrid(
        "The eight filters of the first layer",
        (0..<8).map { filter in
          let own = stride(from: filter, to: filters.count, by: 8).map { Double(filters[$0]) }
          let largest = max(own.map { abs($0) }.max() ?? 0, 1e-9)
          return .init(PixelImage(own, width: 3, in: -largest...largest, ramp: .diverging))
        }, columns: 8, tileWidth: 44, note: "Blue below 0, orange above."))
    let results = try model.compiled(outputs: [.layer("1")], batch: 1)(data.batch([0]))
    let maps = try results[.layer("1")].values().map { Double($0) }
    let input = data.features[0..<(Self.side * Self.side)].map { Double($0) }
    let own = ImageGrid.Tile(PixelImage(input, width: Self.side, in: -0.4...2, ramp: .gray), ["the digit"])
    report.show(
      ImageGrid(
        "A digit, and what each filter makes of it",
        [own]
          + (0..<8).map { filter in
            let map = stride(from: filter, to: maps.count, by: 8).map { maps[$0] }
            return .init(
              PixelImage(map, width: Self.side, in: 0...max(map.max() ?? 0, 1e-9), ramp: .viridis),
              ["filter \(filter + 1)"])
          }, columns: 5, tileWidth: 72))
  }
}
