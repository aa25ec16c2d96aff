import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The average over all dropout masks beside one pass without any.
struct DropoutAverageLab: Lab {
  let name = "dropout-average"
  let theme = LabTheme.generalizing
  let slides = [Slide(.bucharest, "Dropout: at test time")]
  let claim =
    "At test time one would average the outputs over all masks; leaving every unit on and multiplying by 1 − p approximates it "
    + "in one pass."
  let formula = "f((1 − p) h) = E_m f(m ⊙ h);  of a softmax: the normalized geometric mean of all 2ⁿ masks"
  let expected = Verdict.holds
  let conclusion =
    "of one hidden layer the pass is the geometric mean of all masks exactly, and decides as their average does"
  let sabotage = "a pass without the factor 1 − p"
  let tryIt = "apus train digits --hidden 10 --dropout 0.5"

  private static let units = 10
  private static let rows = 300

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let held = digits.test.rows(0..<Self.rows)
    let (data, test) = (try digits.training.dataset(), try held.dataset())
    var model = try Model(input: [64], seed: context.seed) {
      Dense(Self.units, initializer: .heNormal); ReLU(); Dropout(0.5); Dense(10)
    }
    try model.fit(data, epochs: 10, optimizer: .adam(3e-3), seed: context.seed)
    let compiled = try model.compiled(outputs: [.layer("1"), .logits, .prediction], batch: Self.rows)
    let outputs = try compiled(test.batch(Array(0..<Self.rows)))
    let hidden = try outputs[.layer("1")].values()
    let pass = try outputs[.prediction].values().map { Double($0) }

    // The weights that training without the division by 1 − p would have: the slide's.
    let (weights, bias) = (model["3.weight"]!, model["3.bias"]!)
    var unscaled = model
    try unscaled.set("3.weight", to: weights.map { 2 * $0 })
    let whole = try unscaled.compiled(outputs: [.logits, .prediction], batch: Self.rows)(
      test.batch(Array(0..<Self.rows)))
    let one = try outputs[.logits].values()
    let all = try whole[.logits].values()
    let ratios = one.indices.filter { abs(one[$0] - bias[$0 % 10]) > 1 }.map { place in
      Double((all[place] - bias[place % 10]) / (one[place] - bias[place % 10]))
    }

    let masks = try masked(hidden, weights, bias)
    report.part("64-10-10 trained with p = ½; all 1,024 masks on 300 test rows")
    let compared = context.isSabotaged ? try whole[.prediction].values().map { Double($0) } : pass
    let farthest = zip(masks.geometric, compared).map { abs($0 - $1) }.max() ?? .nan
    report.judge(
      "the pass less the normalized geometric mean of all masks, largest", farthest, .atMost(1e-5),
      lecture: "0, exactly")
    report.judge(
      "outputs without the factor / with it, biases apart", [ratios.min() ?? .nan, ratios.max() ?? .nan],
      .equals([2, 2], within: 1e-3), lecture: "2 = 1 / (1 − p): the slide leaves the factor out")
    let (average, single) = (Self.classes(masks.arithmetic), Self.classes(compared))
    let agree = zip(average, single).count { $0 == $1 }
    report.judge(
      "rows on which the pass and the average of all masks agree", Double(agree) / Double(Self.rows),
      .atLeast(0.95), lecture: "nearly all")
    func accuracy(_ classes: [Int]) -> LabValue {
      .init(
        LabStatistics.share(zip(classes, held.labels).count { $0 == $1 }, of: Self.rows).values,
        standardError: LabStatistics.share(zip(classes, held.labels).count { $0 == $1 }, of: Self.rows)
          .standardError)
    }
    report.tell("accuracy: the pass", accuracy(single))
    report.tell("accuracy: the average of all masks", accuracy(average))
    report.tell("accuracy: a single mask, mean", masks.single(held.labels))

    try sampling(model, test, masks.arithmetic, &report)
    report.note(
      "Apus divides by 1 − p in training, and its pass in inference is the plain one: the same function as the slide's with the "
        + "factor at test time.")
    report.note(
      "With several hidden layers, or another activation behind the mask, the pass is an approximation.")
    return report
  }

  // MARK: All masks

  private struct Masks {
    /// `[rows, classes]` each.
    var arithmetic: [Double]
    var geometric: [Double]
    /// The predicted class `[masks][rows]`.
    var decided: [[Int]]

    func single(_ labels: [Int]) -> Double {
      LabStatistics.mean(
        decided.map { zip($0, labels).count { $0 == $1 } }.map { Double($0) / Double(labels.count) })
    }
  }

  private func masked(_ hidden: [Float], _ weights: [Float], _ bias: [Float]) throws -> Masks {
    let (rows, units) = (Self.rows, Self.units)
    let w = Tensor(weights, shape: TensorShape([units, 10]))
    let b = Tensor(bias, shape: TensorShape([10]))
    var sums = [Double](repeating: 0, count: rows * 10)
    var logarithms = sums
    var decided: [[Int]] = []
    let count = 1 << units
    for mask in 0..<count {
      let thinned = hidden.enumerated().map { place, value in mask >> (place % units) & 1 == 1 ? 2 * value : 0
      }
      let logits = Tensor(thinned, shape: TensorShape([rows, units])).matmul(w) + b
      let values = try logits.logSoftmax().values().map { Double($0) }
      for place in values.indices {
        sums[place] += Mathematics.exp(values[place]) / Double(count)
        logarithms[place] += values[place] / Double(count)
      }
      decided.append(Self.classes(values))
    }
    var geometric = logarithms.map { Mathematics.exp($0) }
    for row in 0..<rows {
      let range = (row * 10)..<(row * 10 + 10)
      let total = geometric[range].reduce(0, +)
      for place in range { geometric[place] /= total }
    }
    return Masks(arithmetic: sums, geometric: geometric, decided: decided)
  }

  private static func classes(_ values: [Double]) -> [Int] {
    stride(from: 0, to: values.count, by: 10).map { start in
      (0..<10).max { values[start + $0] < values[start + $1] }!
    }
  }

  // MARK: Some masks

  private func sampling(
    _ model: Model, _ test: TableDataset, _ average: [Double], _ report: inout LabReport
  ) throws {
    report.part("The mean of T random masks, of the engine's dropout")
    let counts = [2, 10, 100, 1_000]
    let samples = try Sweep.map(counts) { try model.sampledResults(on: test, passes: $0) }
    let distances = samples.map { sampled in
      let squares = zip(sampled.mean.predictions, average).map { ($0 - $1) * ($0 - $1) }
      return LabStatistics.mean(squares).squareRoot()
    }
    report.tell("rms distance from all masks' average, T = 2, 10, 100, 1,000", distances)
    report.judge(
      "it falls as T to the", LabStatistics.exponent(counts.map { Double($0) }, distances),
      .equals(-0.5, within: 0.1),
      lecture: "−½")
    report.show(
      LineChart(
        "Mean of T masks",
        [
          .init("rms distance", zip(counts, distances).map { Point(Double($0), $1) }),
          .init(
            "∝ 1 / √T", counts.map { Point(Double($0), distances[0] * (2 / Double($0)).squareRoot()) },
            isDashed: true),
        ], xName: "masks T", yName: "distance", xKind: .logarithmic, yKind: .logarithmic))
    let sampled = samples[3]
    let points = (0..<Self.rows).map { row -> Point in
      let own = (row * 10)..<(row * 10 + 10)
      let best = own.max { sampled.mean.predictions[$0] < sampled.mean.predictions[$1] }!
      return Point(sampled.mean.predictions[best], Double(sampled.deviations[best]))
    }
    report.show(
      ScatterChart(
        "Spread of 1,000 masks, by row", [.init("", points)], xName: "mean probability of the class",
        yName: "deviation"))
  }
}
