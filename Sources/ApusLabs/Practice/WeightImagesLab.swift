import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The weights of a linear model and of hidden units as images, beside the classes' mean images.
struct WeightImagesLab: Lab {
  let name = "weight-images"
  let theme = LabTheme.practice
  let slides = [Slide(.irvine, "What do the hidden units learn?")]
  let claim =
    "The weights of logistic regression look like the digits themselves; those of hidden units look like parts of them."
  let formula = "r(w_k, mean image of class c), over the pixels"
  let expected = Verdict.holds
  let conclusion =
    "each class of the linear model has weights like its own mean image, and no hidden unit is like a class"
  let sabotage = "shuffled labels"
  let tryIt =
    "apus train digits --model softmax --l2 0.001 --out digits && apus plot weights digits/model.safetensors"
  let lesson: String? = "Handwritten digits"
  let isShort = false

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let samples = try LabSamples.digits64().training
    let training = context.honest(samples, sabotaged: samples.shufflingLabels(context.random("labels")))
    let pixels = (0..<64).filter { column in samples.features.contains { $0[column] != 0 } }
    let means = (0..<10).map { label -> [Double] in
      let own = samples.labels.indices.filter { samples.labels[$0] == label }
      return (0..<64).map { column in LabStatistics.mean(own.map { samples.features[$0][column] }) }
    }
    let data = try training.dataset()
    let seeds = context.seeds(3)
    let runs = try Sweep.map(seeds) { seed -> (linear: [[Double]], hidden: [[Double]]) in
      var linear = try Model.linear(64, 10, .xavierNormal, seed: seed)
      try linear.fit(
        data, epochs: 15, optimizer: .adam(3e-3), regularization: Regularization(l2: 1e-3), seed: seed)
      var deep = try Model.dense([64, 64, 64, 64, 10], seed: seed)
      try deep.fit(
        data, epochs: 15, optimizer: .adam(3e-3), regularization: Regularization(l2: 1e-4), seed: seed)
      return (units(of: linear), units(of: deep))
    }
    func correlation(_ unit: [Double], _ label: Int) -> Double {
      LabStatistics.correlation(pixels.map { unit[$0] }, pixels.map { means[label][$0] })
    }
    let own = runs.map { run in LabStatistics.mean((0..<10).map { correlation(run.linear[$0], $0) }) }
    let best = runs.map { run in
      (0..<10).count { label in
        let all = (0..<10).map { correlation(run.linear[label], $0) }
        return all[label] == all.max()
      }
    }
    let hidden = runs.map { run in
      LabStatistics.mean(run.hidden.map { unit in (0..<10).map { abs(correlation(unit, $0)) }.max()! })
    }
    report.part("Correlation of weights with the classes' mean images, \(seeds.count) seeds, on the digits")
    report.judge(
      "softmax regression, with the own class", LabStatistics.measured(own), .above(0.6),
      lecture: "templates of the digits")
    report.judge(
      "classes whose own mean image is the nearest, of 10", best, .atLeast(9), lecture: "10")
    report.tell("64-64-64-64-10, first layer: largest |r| of a unit", LabStatistics.measured(hidden))
    report.judge(
      "softmax regression's own less the hidden units' largest", zip(own, hidden).map { $0 - $1 },
      .atLeast(0.2), lecture: "parts, of no class")
    report.show(images("Softmax regression: a class each", runs[0].linear, columns: 5, names: true))
    report.show(
      images("64-64-64-64-10: the first layer's 64 units", runs[0].hidden, columns: 8, names: false))
    report.show(images("The classes' mean images", means, columns: 5, names: true))
    report.note(
      "Adam at the recipe's rate, without a penalty, leaves noise in the pixels that are almost always white: what looks like no "
        + "digit has often learned one.")
    return report
  }

  /// The first layer's weights, `[units][pixels]`.
  private func units(of model: Model) -> [[Double]] {
    let values = model["0.weight"]!
    let count = values.count / 64
    return (0..<count).map { unit in
      stride(from: unit, to: values.count, by: count).map { Double(values[$0]) }
    }
  }

  private func images(_ title: String, _ images: [[Double]], columns: Int, names: Bool) -> ImageGrid {
    ImageGrid(
      title,
      images.enumerated().map { number, image in
        let largest = max(image.map { abs($0) }.max() ?? 0, 1e-9)
        return .init(
          PixelImage(image, width: 8, in: -largest...largest, ramp: .diverging), names ? ["\(number)"] : [])
      }, columns: columns, tileWidth: 44, note: "Blue below 0, orange above; each by its own largest.")
  }
}
