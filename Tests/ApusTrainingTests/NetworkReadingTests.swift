import Apus
import ApusCore
import ApusData
import Testing

@Suite struct SegmentReadingTests {
  private func line(_ slope: Float, _ bias: Float, objective: Objective) throws -> Model {
    var model = try Model(input: [1]) { Dense(1) }
    model.objective = objective
    try model.set("0.weight", to: [slope])
    try model.set("0.bias", to: [bias])
    return model
  }

  /// Of a linear model the loss along the line is a parabola, which is never above the line between its ends.
  @Test func parabola() throws {
    let data = try TableDataset(features: [-1, 0, 2], inputShape: [1], values: [1, -1, 3], names: ["y"])
    let objective = Objective(data.targets, loss: SquaredError())
    let segment = try SegmentReading(
      line(2, 1, objective: objective), line(-1, 0.5, objective: objective), on: data, places: 5)
    #expect(segment.shares == [0, 0.25, 0.5, 0.75, 1] && segment.rows == 3)
    for (share, loss) in zip(segment.shares, segment.losses) {
      let (slope, bias) = (2 - 3 * share, 1 - 0.5 * share)
      let expected = [(-1.0, 1.0), (0, -1), (2, 3)].reduce(0.0) { sum, row in
        let residual = slope * row.0 + bias - row.1
        return sum + residual * residual / 3
      }
      #expect(abs(loss - expected) < 1e-5)
    }
    #expect(segment.barrier < 1e-6)
  }

  /// A network and the same with its units in another order are equal at the ends, and have a barrier between them.
  @Test func barrier() throws {
    let data = try TableDataset(
      features: [1, -1, 2, -2], inputShape: [2], values: [1, 2], names: ["y"])
    var first = try Model(input: [2]) {
      Dense(2, hasBias: false); ReLU(); Dense(1, hasBias: false)
    }
    first.objective = Objective(data.targets, loss: SquaredError())
    var second = first
    try first.set("0.weight", to: [1, 0, 0, 1])
    try first.set("2.weight", to: [1, 0])
    try second.set("0.weight", to: [0, 1, 1, 0])
    try second.set("2.weight", to: [0, 1])
    let segment = try SegmentReading(first, second, on: data, places: 3)
    #expect(segment.losses[0] == 0 && segment.losses[2] == 0)
    // In the middle each unit is ½ (x₁ + x₂) = 0: the loss is the mean of the targets' squares.
    #expect(segment.losses[1] == 2.5 && segment.barrier == 2.5)
  }

  @Test func mistakes() throws {
    let data = try TableDataset(features: [1], inputShape: [1], values: [1], names: ["y"])
    let (one, two) = (
      try Model(input: [1]) { Dense(1) },
      try Model(input: [1]) {
        Dense(2); Dense(1)
      }
    )
    #expect(throws: ApusError.self) { try SegmentReading(one, two, on: data) }
  }
}

@Suite struct ProbeReadingTests {
  /// No line separates exclusive or, and hidden units that are AND and OR make it separable.
  @Test func exclusiveOr() throws {
    let corners: [[Float]] = [[0, 0], [0, 1], [1, 0], [1, 1]]
    let data = try TableDataset(
      features: (0..<80).flatMap { corners[$0 % 4] }, inputShape: [2],
      labels: (0..<80).map { Int32([0, 1, 1, 0][$0 % 4]) }, names: ["no", "yes"])
    var model = try Model(input: [2]) {
      Dense(2); ReLU(); Dense(2)
    }
    // Whether any is there, beyond whether both are.
    try model.set("0.weight", to: [1, 1, 1, 1])
    try model.set("0.bias", to: [0, -1])
    let probes = try ProbeReading(model, training: data, test: data, layers: ["1"], epochs: 400)
    #expect(probes.layers.map(\.path) == ["", "1"] && probes.layers.map(\.width) == [2, 2])
    #expect(probes.layers.map(\.name) == ["input", "relu"])
    #expect(probes.layers[0].accuracy.value <= 0.75)
    #expect(probes.layers[1].accuracy.value == 1)
    let all = try ProbeReading(model, training: data, test: data, epochs: 1)
    #expect(all.layers.map(\.path) == ["", "0", "1", "2"])
  }

  @Test func mistakes() throws {
    let model = try Model(input: [1]) { Dense(2) }
    let classes = try TableDataset(features: [1, 2], inputShape: [1], labels: [0, 1], names: ["a", "b"])
    let values = try TableDataset(features: [1, 2], inputShape: [1], values: [0, 1], names: ["y"])
    #expect(throws: ApusError.self) { try ProbeReading(model, training: values, test: values) }
    #expect(throws: ApusError.self) {
      try ProbeReading(model, training: classes, test: classes, layers: ["7"])
    }
  }
}

@Suite struct AblationReadingTests {
  /// y = Σ x / units over units that all know x: with the others made up for, silencing changes nothing. Where one unit knows
  /// all, what is left is the share of draws that keep it.
  @Test func redundancy() throws {
    let units = 8
    let data = try TableDataset(
      features: (0..<10).map { Float($0) }, inputShape: [1], values: (0..<10).map { Float($0) }, names: ["y"])
    var model = try Model(input: [1]) {
      Dense(units, hasBias: false); ReLU(); Dense(1, hasBias: false)
    }
    try model.set("0.weight", to: [Float](repeating: 1, count: units))
    try model.set("2.weight", to: [Float](repeating: 1 / Float(units), count: units))
    let alike = try AblationReading(model, on: data, shares: [0, 0.25, 0.5, 0.75])
    #expect(alike.metric == "r2" && alike.layers.map(\.path) == ["2"] && alike.layers[0].units == units)
    for value in alike.layers[0].values { #expect(abs(value - 1) < 1e-5) }
    for error in alike.layers[0].standardErrors { #expect(error < 1e-5) }
    try model.set("2.weight", to: (0..<units).map { $0 == 0 ? 1 : 0 })
    let single = try AblationReading(model, on: data, shares: [0, 0.5], draws: 40)
    #expect(abs(single.layers[0].values[0] - 1) < 1e-6)
    // R² of 2 x is 1 − Σ x² / Σ (x − x̄)², and of 0 it is the same.
    let floor = 1 - 285.0 / 82.5
    #expect(abs(single.layers[0].values[1] - floor) < 1e-4)
  }

  @Test func mistakes() throws {
    let data = try TableDataset(features: [1, 2], inputShape: [1], labels: [0, 1], names: ["a", "b"])
    let flat = try Model(input: [1]) { Dense(2) }
    #expect(throws: ApusError.self) { try AblationReading(flat, on: data) }
    let deep = try Model(input: [1]) {
      Dense(3); Dense(2)
    }
    #expect(throws: ApusError.self) { try AblationReading(deep, on: data, layers: ["2"]) }
    #expect(throws: ApusError.self) { try AblationReading(deep, on: data, shares: [1]) }
    #expect(try AblationReading(deep, on: data).metric == "accuracy")
  }
}
