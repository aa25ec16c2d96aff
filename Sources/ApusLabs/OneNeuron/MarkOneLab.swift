import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The machine of 1957: 400 photocells and a perceptron for each letter.
struct MarkOneLab: Lab {
  let name = "mark-one"
  let theme = LabTheme.oneNeuron
  let slides = [Slide(.bucharest, "A bit of history")]
  let claim = "The Mark I Perceptron sees 20 × 20 photocells and recognizes the letters of the alphabet."
  let formula = "26 units of 400 weights and a bias: 10,426 numbers"
  let expected = Verdict.holdsPartly
  let conclusion =
    "it recognizes letters in their place, with wrong photocells too, but not letters that are moved"
  let sabotage = "shuffled labels"
  let tryIt = "apus train digits --model perceptron"

  private struct Setting: Sendable {
    var flips: Double
    var shift: Int
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let flips = [0, 0.05, 0.1, 0.2]
    let shifts = [1, 2]
    let settings = flips.map { Setting(flips: $0, shift: 0) } + shifts.map { Setting(flips: 0.05, shift: $0) }
    let seeds = context.seeds(3)
    let runs = try Sweep.run(settings, seeds: seeds) { setting, seed in
      try train(setting, seed: seed, shuffled: context.isSabotaged)
    }
    let accuracies = runs.map { LabStatistics.measured($0.map(\.accuracy)) }
    let means = accuracies.map { $0.values[0] }

    report.judge("numbers to learn", runs[0][0].model.parameterCount, .exactly(10_426))
    report.judge("test accuracy, no photocell wrong", accuracies[0], .atLeast(0.98))
    report.judge("with 5 % of them wrong", accuracies[1], .atLeast(0.95))
    report.tell("with 10 %", accuracies[2])
    report.tell("with 20 %", accuracies[3])
    report.judge("falls with each further part", Array(means[..<4]), .falling(slack: 0.001))
    report.tell("moved by up to 1, 5 % wrong", accuracies[4])
    report.test(
      "moved by up to 2, 5 % wrong", accuracies[5], .atLeast(0.95), lecture: "recognizes letters")
    report.judge("falls with each move", [means[1], means[4], means[5]], .falling())
    report.show(
      LineChart(
        "Letters recognized", [.init("", zip(flips, means).map { Point($0 * 100, $1) })],
        xName: "photocells that are wrong, %", yName: "test accuracy"))
    report.show(letters(context))
    if let weights = runs[1][0].model["0.weight"] { report.show(images(of: weights)) }
    return report
  }

  private func train(
    _ setting: Setting, seed: UInt64, shuffled: Bool
  ) throws -> (accuracy: Double, model: Model) {
    func letters(_ part: String) -> LabSamples {
      CapitalLetters.samples(
        copies: 20, flips: setting.flips, shift: setting.shift, Philox(seed: seed, path: "letters/\(part)"))
    }
    var training = letters("training")
    if shuffled { training = training.shufflingLabels(Philox(seed: seed, path: "labels")) }
    let data = try training.dataset()
    var model = try Model.linear(400, 26)
    model.objective = Objective(data.targets, loss: .perceptron)
    try model.fit(data, epochs: 30, batch: 1, optimizer: .sgd(1), seed: seed)
    return (try model.accuracy(on: letters("test").dataset()).values[0], model)
  }

  private func letters(_ context: LabContext) -> ImageGrid {
    let random = context.random("pictures")
    let shown = [(0, 0.0, 0), (0, 0.05, 0), (0, 0.1, 0), (0, 0.2, 0), (0, 0.05, 2), (18, 0.05, 2)]
    return ImageGrid(
      "What the photocells see",
      shown.enumerated().map { copy, item in
        let values = CapitalLetters.image(item.0, flips: item.1, shift: item.2, copy: copy, random)
        return .init(
          PixelImage(values.map { 1 - $0 }, width: CapitalLetters.side, in: 0...1, ramp: .gray),
          ["\(Int(item.1 * 100)) % wrong", item.2 > 0 ? "moved" : "in its place"])
      }, columns: 3, tileWidth: 96)
  }

  private func images(of weights: [Float]) -> ImageGrid {
    ImageGrid(
      "Weights of the 26 units, 5 % wrong",
      (0..<26).map { unit in
        let own = stride(from: unit, to: weights.count, by: 26).map { Double(weights[$0]) }
        let largest = max(own.map { abs($0) }.max() ?? 0, 1e-9)
        return .init(
          PixelImage(own, width: CapitalLetters.side, in: -largest...largest, ramp: .diverging),
          [CapitalLetters.names[unit]])
      }, columns: 7, tileWidth: 44)
  }
}
