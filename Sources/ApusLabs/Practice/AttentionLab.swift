import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// A small transformer on a text in which the letter two before decides, down to the text's entropy.
struct AttentionLab: Lab {
  let name = "attention"
  let theme = LabTheme.practice
  let slides = [
    Slide(.newYork, "GPT-3"), Slide(.irvine, "GPT-3"), Slide(.irvine, "Attention"),
  ]
  let claim =
    "A transformer that is trained to say what comes next finds the earlier places that matter, by attention, and comes down to "
    + "the text's own entropy."
  let formula =
    "xₜ = xₜ₋₂ + 1 with probability 0.9, else any of 16 letters: entropy 0.5650 nats, one letter alone 2.7726"
  let expected = Verdict.holds
  let conclusion =
    "the loss ends just above the entropy, and a head looks at the letter before the current one"
  let sabotage = "letters that depend on nothing"
  let tryIt =
    "apus summary --layers '[{gpt: {vocabulary: 16, layers: 1, heads: 2, width: 32}}]' --input 16 --tokens"
  let data: LabData? = .text
  let isShort = false

  private static let letters = 16
  private static let window = 16
  private static let certainty = 0.9

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    if let path = context.data {
      try ownText(path, context, &report)
    } else {
      try generated(context, &report)
    }
    return report
  }

  // MARK: Generated text

  /// Letters a to p, each the one two before and one on, but for a tenth of them, which are drawn.
  private func letters(_ count: Int, _ context: LabContext) -> String {
    let random = context.random("letters")
    let certainty = context.honest(Self.certainty, sabotaged: 0)
    var numbers: [Int] = []
    for place in 0..<count {
      let first = UInt64(2 * place)
      let follows = place > 1 && random.uniform(first) < certainty
      numbers.append(
        follows ? (numbers[place - 2] + 1) % Self.letters : random.integer(first + 1, below: Self.letters))
    }
    return String(String.UnicodeScalarView(numbers.map { UnicodeScalar(UInt8(97 + $0)) }))
  }

  /// The probability of the letter that follows, and that of each other one.
  private static let chances = (
    right: certainty + (1 - certainty) / Double(letters), other: (1 - certainty) / Double(letters)
  )

  private func generated(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("60,000 letters; a block of two heads, 32 wide, on 16 letters; 600 steps of Adam")
    let split = try Text(letters(60_000, context), validation: 0.1).split(context: Self.window)
    var model = try Model(
      inputs: [InputSpecification([Self.window], .int32)], seed: context.seed,
      network: Sequential([GPT(vocabulary: Self.letters, layers: 1, heads: 2, width: 32)]))
    report.judge(
      "parameters", model.parameterCount, .exactly(13_792),
      lecture: "12 L d² + 13 L d + (V + n + 2) d = 13,792")
    var settings = TrainingSettings(
      optimizer: .adam(3e-3), schedule: .warmup(50).then(.cosine), batch: 32, seed: context.seed)
    settings.steps = 600
    let training = try LabTraining(
      model.aimed(at: split.training), on: split.training, settings)
    model = training.model
    let results = try model.results(on: split.validation)
    let losses = results.losses.map { Double($0) }
    let loss = LabStatistics.measured(losses)

    // Nobody can know more than the process that wrote the letters; of the first place not even the letter before.
    let (right, other) = (Self.chances.right, Self.chances.other)
    let entropy = -right * Mathematics.log(right) - 15 * other * Mathematics.log(other)
    let single = Mathematics.log(Double(Self.letters))
    let least = (single + 15 * entropy) / 16
    report.judge("entropy of a letter, two before known", entropy, .equals(0.5650, within: 1e-4))
    let written = try ideal(split.validation)
    let above = LabStatistics.measured(zip(losses, written).map { $0 - $1 })
    report.judge(
      "loss on other letters", loss, .atMost(0.8), lecture: "best possible: \(LabValue.figure(least))",
      unit: "nats")
    report.judge(
      "the same less what the process itself loses on them", above, .atLeast(-3 * (above.standardError ?? 0)),
      lecture: "not below 0 by more than 3 standard errors", unit: "nats")
    let hits = zip(results.predictedLabels, results.labels).count { $0 == $1 }
    report.tell(
      "accuracy", LabStatistics.share(hits, of: results.labels.count),
      lecture: "best possible: \(LabValue.figure((1.0 / 16 + 15 * right) / 16))")

    let reading = try AttentionReading(model, on: split.validation, samples: 128)
    let layer = reading.layers[0]
    let byDistance = layer.maps.indices.map { head in
      (0..<Self.window).map { layer.mean(head: head, before: $0) }
    }
    let head = byDistance.indices.max { byDistance[$0][1] < byDistance[$1][1] }!
    report.judge(
      "the place at which the sharper head looks most, before the current one",
      byDistance[head].indices.max { byDistance[head][$0] < byDistance[head][$1] }!, .exactly(1),
      lecture: "1: its letter decides")
    report.tell(
      "its mean weight there, and at the current place", [byDistance[head][1], byDistance[head][0]])
    for (number, map) in layer.maps.enumerated() {
      report.show(
        HeatMap(
          "Head \(number + 1): what each place looks at",
          Grid(
            columns: Self.window, rows: Self.window, x: 1...16, y: 1...16,
            values: map.reversed().flatMap { $0 }), range: 0...1, xName: "place looked at",
          yName: "place that looks", unit: "weight"))
    }
    let steps = Double(training.losses.count)
    report.show(
      LineChart(
        "Loss over steps",
        [
          .init("training", training.running.enumerated().map { Point(Double($0.offset + 1), $0.element) }),
          .init("one letter alone", [Point(1, single), Point(steps, single)], isDashed: true),
          .init("best possible", [Point(1, least), Point(steps, least)], isDashed: true),
        ], xName: "step", yName: "nats"))
    report.note(
      "Each window begins in the dark: of its first place one letter is known, which says nothing. So the best possible mean is "
        + "above the entropy.")
  }

  /// The mean over each window of −ln of the probability that the process gives the letters that follow.
  private func ideal(_ dataset: any Dataset) throws -> [Double] {
    let rows = try dataset.batch(Array(0..<dataset.count)).arrays()
    let single = Mathematics.log(Double(Self.letters))
    return (0..<dataset.count).map { row in
      let first = row * Self.window
      let losses = (0..<Self.window).map { place -> Double in
        guard place > 0 else { return single }
        let expected = (Int(rows.inputs[first + place - 1]) + 1) % Self.letters
        let isRight = expected == Int(rows.labels[first + place])
        return -Mathematics.log(isRight ? Self.chances.right : Self.chances.other)
      }
      return LabStatistics.mean(losses)
    }
  }

  // MARK: A text of one's own

  private func ownText(_ path: String, _ context: LabContext, _ report: inout LabReport) throws {
    report.part("Two blocks of four heads, 64 wide, on 32 characters; 1,500 steps of Adam")
    let text = try Text(contentsOf: path)
    let split = try text.split(context: 32)
    let classes = split.training.targets.names.count
    let model = try Model(
      inputs: [InputSpecification([32], .int32)], seed: context.seed,
      network: Sequential([GPT(vocabulary: classes, layers: 2, heads: 4, width: 64)]))
    var settings = TrainingSettings(
      optimizer: .adam(context.honest(2e-3, sabotaged: 0)), schedule: .warmup(100).then(.cosine), batch: 32,
      seed: context.seed)
    settings.steps = 1_500
    let training = try LabTraining(model.aimed(at: split.training), on: split.training, settings)
    let losses = try training.model.results(on: split.validation).losses.map { Double($0) }
    let pairs = bigramLoss(text, classes: classes)
    report.judge(
      "loss on the validation characters", LabStatistics.measured(losses),
      LabRule.below(pairs).called("below that of pairs of characters, \(LabValue.figure(pairs))"),
      unit: "nats")
    let reading = try AttentionReading(training.model, on: split.validation, samples: 32)
    for (number, map) in reading.layers[0].maps.enumerated() {
      report.show(
        HeatMap(
          "First block, head \(number + 1)",
          Grid(columns: 32, rows: 32, x: 1...32, y: 1...32, values: map.reversed().flatMap { $0 }),
          range: 0...1, xName: "place looked at", yName: "place that looks", unit: "weight"))
    }
  }

  /// −ln of the share of each character after the one before, counted in the training part with one more of each.
  private func bigramLoss(_ text: Text, classes: Int) -> Double {
    var counts = [Double](repeating: 1, count: classes * classes)
    for (first, second) in zip(text.training, text.training.dropFirst()) where first >= 0 && second >= 0 {
      counts[Int(first) * classes + Int(second)] += 1
    }
    let sums = (0..<classes).map { counts[($0 * classes)..<(($0 + 1) * classes)].reduce(0, +) }
    let losses = zip(text.validation, text.validation.dropFirst()).compactMap { first, second -> Double? in
      guard first >= 0, second >= 0 else { return nil }
      return -Mathematics.log(counts[Int(first) * classes + Int(second)] / sums[Int(first)])
    }
    return LabStatistics.mean(losses)
  }
}
