import Apus
import Testing

@Suite struct StepTests {
  private let inputs: [Float] = [0.5, -1, 2, 0.25, 1, 1]
  private let targets: [Float] = [3, -2]

  private func model() throws -> Model {
    var model = try Model(input: [3], seed: 1) { Dense(1) }
    try model.set("0.weight", to: [1, -2, 0.5])
    try model.set("0.bias", to: [0.25])
    return model
  }

  private func updated(
    l2: Double = 0, clipNorm: Double? = nil, rate: Double = 0.1
  ) throws -> (weight: [Float], bias: [Float]) {
    let step = try TrainingStep(
      model(), loss: .squared, optimizer: SGD(), capacity: 2,
      regularization: Regularization(l2: l2, clipNorm: clipNorm))
    let rows = try step.load(inputs: inputs, targets: targets)
    try step.run(rows: rows, step: 1, rate: rate)
    let trained = step.trained[0].snapshot()
    return (trained["0.weight"]!, trained["0.bias"]!)
  }

  // Outputs 3.75 and −1; errors 0.75 and 1; the gradient is the mean of 2 · error · input.
  private let weightGradient: [Float] = [0.75 * 0.5 + 0.25, -0.75 + 1, 1.5 + 1]
  private let biasGradient: Float = 1.75

  private func isClose(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) }
  }

  @Test func gradientDescent() throws {
    let (weight, bias) = try updated()
    #expect(isClose(weight, zip([1, -2, 0.5], weightGradient).map { $0 - 0.1 * $1 }))
    #expect(isClose(bias, [0.25 - 0.1 * biasGradient]))
  }

  /// λ/2 ‖w‖² on weights, not on biases.
  @Test func l2DecaysWeightsAlone() throws {
    let (weight, bias) = try updated(l2: 0.3)
    #expect(isClose(weight, zip([1, -2, 0.5], weightGradient).map { $0 - 0.1 * ($1 + 0.3 * $0) }))
    #expect(isClose(bias, [0.25 - 0.1 * biasGradient]))
  }

  @Test func clippingByNorm() throws {
    let norm = (weightGradient + [biasGradient]).reduce(0) { $0 + $1 * $1 }.squareRoot()
    let (weight, bias) = try updated(clipNorm: 0.5)
    let scale = 0.5 / norm
    #expect(isClose(weight, zip([1, -2, 0.5], weightGradient).map { $0 - 0.1 * scale * $1 }))
    #expect(isClose(bias, [0.25 - 0.1 * scale * biasGradient]))
    #expect(try updated(clipNorm: Double(norm) * 2).weight == updated().weight)
  }

  @Test func wrongBatches() throws {
    let step = try TrainingStep(model(), loss: .squared, optimizer: SGD(), capacity: 2)
    #expect(
      message { try step.load(inputs: [1, 2], targets: [1]) }.contains("2 numbers for the shape [0, 3]"))
    #expect(
      message { try step.load(inputs: [1, 2, 3], targets: [1, 2]) }.contains(
        "the input \"target\" has 2 rows"))
    #expect(message { try step.load(inputs: [1, 2, 3], labels: [1]) }.contains("expected [rows, 1]"))
  }
}

/// Values that are not finite are caught before they reach a weight, and their origin is named.
@Suite struct NonFiniteTests {
  private func failure(
    _ inputs: [Float], _ change: (inout Model) throws -> Void = { _ in },
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws -> String {
    var model = try Model(input: [2], seed: 1) {
      Dense(4); ReLU(); Dense(1)
    }
    try change(&model)
    let step = try TrainingStep(model, loss: .squared, optimizer: Adam(), capacity: 2)
    let rows = try step.load(inputs: inputs, targets: [Float](repeating: 0, count: inputs.count / 2))
    let text = message(
      of: { try step.run(rows: rows, step: 12, rate: 0.1) }, sourceLocation: sourceLocation)
    #expect(step.trained[0].snapshot().bits == model.bits, sourceLocation: sourceLocation)
    return text
  }

  @Test func aRowOfTheBatch() throws {
    let text = try failure([1, 2, 3, .nan])
    #expect(text.contains("step 12: row 2 of the input holds nan in feature 2"))
  }

  @Test func aLayersOutput() throws {
    let text = try failure([3e38, 3e38]) {
      try $0.set("2.weight", to: [3, 3, 3, 3])
      try $0.set("0.weight", to: [Float](repeating: 1, count: 8))
    }
    #expect(
      text.hasPrefix("layer 0 (dense): step 12: its output is no longer finite, with weights up to 3.0"))
    let second = try failure([1e30, 1e30]) {
      try $0.set("0.weight", to: [Float](repeating: 1, count: 8))
      try $0.set("2.weight", to: [Float](repeating: 1e10, count: 4))
    }
    #expect(second.hasPrefix("layer 2 (dense)"))
  }

  @Test func aGradient() throws {
    let text = try failure([1e18, 1e18]) {
      try $0.set("0.weight", to: [Float](repeating: 0.1, count: 8))
      try $0.set("2.weight", to: [Float](repeating: 1, count: 4))
    }
    // The output 8e17 and its square are finite; times the input 1e18 its square is not.
    #expect(text.contains("loss or gradients grow beyond float32"))
    let gradient = try failure([1e20, 1e20]) {
      try $0.set("0.weight", to: [Float](repeating: 1e-2, count: 8))
      try $0.set("2.weight", to: [Float](repeating: 1, count: 4))
    }
    #expect(gradient.hasPrefix("parameter 0.weight: step 12: its gradient is no longer finite"))
  }

  @Test func aRunThatDiverges() throws {
    let data = try Samples.values(50)
    var model = try Model(input: [2], seed: 1) {
      Dense(8); ReLU(); Dense(1)
    }
    let text = message { try model.fit(data, epochs: 10, optimizer: .sgd(1e6)) }
    #expect(text.contains("diverges") && text.contains("lower the learning rate"))
    #expect(model.bits.allSatisfy { Float(bitPattern: $0).isFinite })
  }
}
