import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// The inputs that excite the units of each layer most, and how far units belong to a class.
struct WhatExcitesLab: Lab {
  let name = "what-excites"
  let theme = LabTheme.practice
  let slides = [Slide(.irvine, "Features of faces, layer by layer (Lee et al. 2009)")]
  let claim = "Deeper units answer to larger wholes: edges first, then parts, then faces."
  let formula = "x* = argmax of h_u(x) over ‖x‖ = r;  selectivity = (top − rest) / (top + rest)"
  let expected = Verdict.holdsPartly
  let conclusion =
    "ascent finds what each unit looks for, of the first layer its weights; but in a dense network on 8 × 8 digits deeper units "
    + "belong no more to a class than the first ones"
  let sabotage = "each unit beside the weights of the next one"
  let tryIt =
    "apus train digits --hidden 64,64,64 --l2 0.0001 --out digits "
    + "&& apus plot excitation digits/model.safetensors digits"
  let isShort = false

  private static let shown = 8
  private static let length = 8.0

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let digits = try LabSamples.digits64()
    let (data, test) = (try digits.training.dataset(), try digits.test.dataset())
    var model = try Model.dense([64, 64, 64, 64, 10], seed: context.seed)
    try model.fit(
      data, epochs: 12, optimizer: .adam(2e-3), regularization: Regularization(l2: 1e-4), seed: context.seed)
    report.part(
      "64-64-64-64-10 on the digits: eight units a layer before their activation, inputs of length 8")
    report.tell("test accuracy", try model.accuracy(on: test))

    let trained = model
    let layers = ["0", "2", "4"]
    let units = Array(0..<Self.shown)
    let readings = try Sweep.map(layers) { layer in
      try ExcitationReading(
        trained, layer: layer, units: units, on: test, length: Self.length, seed: context.seed)
    }
    let weights = model["0.weight"]!
    let cosines = readings[0].units.map { unit -> Double in
      let number = context.honest(unit.number, sabotaged: unit.number + 1)
      let own = (0..<64).map { Double(weights[$0 * 64 + number]) }
      let norm = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return zip(own, unit.input).reduce(0) { $0 + $1.0 * Double($1.1) } / norm / Self.length
    }
    report.judge(
      "first layer: cosine of what was found and the unit's weights, least", cosines.min()!, .atLeast(0.999),
      lecture: "1: it is their direction")
    let pairs = readings.flatMap(\.units).map { (Double($0.excitation), Double($0.samples[0].excitation)) }
    report.judge(
      "share of units that it excites at least as much as the best row",
      Double(pairs.count { $0.0 >= $0.1 }) / Double(pairs.count), .atLeast(0.9), lecture: "all")
    for (layer, reading) in readings.enumerated() {
      let ratios = reading.units.map { Double($0.excitation / $0.samples[0].excitation) }
      report.tell("layer \(layer + 1): found over the best row, median", LabStatistics.median(ratios))
    }
    try selectivity(model, digits.test, &report)
    for (layer, reading) in readings.enumerated() { report.show(strips(layer + 1, reading)) }
    report.note(
      "The hierarchy of the slide is one of convolutions on photographs. On small images every dense unit sees the whole from "
        + "the first layer on; that the classes come apart with depth is measured in learned-features.")
    return report
  }

  /// How far a unit answers to one class: its mean output for that class against the other classes' mean.
  private func selectivity(_ model: Model, _ test: LabSamples, _ report: inout LabReport) throws {
    let layers = ["1", "3", "5"]
    let values = try layers.map { layer -> Double in
      let features = try test.features(of: model, layer: layer).features
      let units = (0..<64).compactMap { unit -> Double? in
        let means = (0..<10).map { label in
          LabStatistics.mean(
            test.labels.indices.filter { test.labels[$0] == label }.map { features[$0][unit] })
        }
        let top = means.max()!
        let rest = (means.reduce(0, +) - top) / 9
        return top > 0 ? (top - rest) / (top + rest) : nil
      }
      return LabStatistics.mean(units)
    }
    report.tell("selectivity for a class, layers 1, 2, 3", values)
    report.test(
      "the third layer's over the first's", values[2] / values[0], .atLeast(1.3),
      lecture: "larger wholes: parts, then faces")
  }

  private func strips(_ layer: Int, _ reading: ExcitationReading) -> ImageGrid {
    let tiles = reading.units.flatMap { unit -> [ImageGrid.Tile] in
      [tile(unit.input, "found")] + unit.samples.map { tile($0.input, "") }
    }
    return ImageGrid(
      "Layer \(layer): what was found, and the nine rows that excite the unit most", tiles, columns: 10,
      tileWidth: 44, note: "A unit a line; blue below the mean of a pixel, orange above.")
  }

  private func tile(_ input: [Float], _ name: String) -> ImageGrid.Tile {
    let values = input.map { Double($0) }
    let largest = max(values.map { abs($0) }.max() ?? 0, 1e-9)
    return .init(PixelImage(values, width: 8, in: -largest...largest, ramp: .diverging), [name])
  }
}
