import Apus
import ApusCore
import ApusData
import Testing

@Suite struct GradientNoiseTests {
  private let rows = 6
  private let data: TableDataset
  private let model: Model

  init() throws {
    let random = Philox(seed: 3, path: "gradient noise tests")
    data = try TableDataset(
      features: (0..<12).map { Float(random.normal(UInt64($0))) }, inputShape: [2],
      values: (0..<6).map { Float(random.normal(100 + UInt64($0))) }, names: ["y"])
    model = try Model(input: [2], seed: 1) { Dense(1) }
  }

  /// (∂ℓ/∂w₁, ∂ℓ/∂w₂, ∂ℓ/∂b) of each row, ℓ = (w · x + b − y)², by hand.
  private var gradients: [[Double]] {
    let (weights, bias) = (model["0.weight"]!.map { Double($0) }, Double(model["0.bias"]![0]))
    return (0..<rows).map { row in
      let x = (0..<2).map { Double(data.features[2 * row + $0]) }
      let residual = weights[0] * x[0] + weights[1] * x[1] + bias - Double(data.values[row])
      return [2 * residual * x[0], 2 * residual * x[1], 2 * residual]
    }
  }

  /// Variance, gradient and expected noise are those of the rows' gradients by hand, and what is measured is within chance.
  @Test func closedForm() throws {
    let noise = try GradientNoiseReading(model, on: data, sizes: [6, 1, 2, 3], draws: 400)
    let own = gradients
    let mean = (0..<3).map { place in own.reduce(0) { $0 + $1[place] } / Double(rows) }
    let variance =
      own.reduce(0.0) { sum, gradient in
        sum + zip(gradient, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      } / Double(rows - 1)
    let square = mean.reduce(0) { $0 + $1 * $1 }
    #expect(abs(noise.variance - variance) < 1e-5 * variance)
    #expect(abs(noise.squaredGradient - square) < 1e-5 * square)
    #expect(abs(noise.scale - variance / square) < 1e-4 * variance / square)
    #expect(noise.rows == 6 && noise.sizes.map(\.batch) == [1, 2, 3, 6])
    for size in noise.sizes {
      let expected = variance / Double(size.batch) * (1 - Double(size.batch) / 6)
      #expect(abs(size.expected - expected) < 1e-5 * variance)
      #expect(abs(size.noise - expected) <= 4 * size.standardError + 1e-9 * variance, "\(size)")
    }
    #expect(noise.sizes[3].noise < 1e-9 * variance)
    // A larger batch is never held in less memory.
    let memory = noise.sizes.map(\.memoryBytes)
    #expect(memory[0] > 0 && zip(memory, memory.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test func sameBits() throws {
    let readings = try (0..<2).map { _ in try GradientNoiseReading(model, on: data, draws: 20, seed: 5) }
    #expect(readings[0].sizes.map(\.batch) == [1, 2, 4, 6])
    #expect(readings[0].sizes.map(\.noise) == readings[1].sizes.map(\.noise))
  }

  @Test func mistakes() throws {
    #expect(throws: ApusError.self) { try GradientNoiseReading(model, on: data, sizes: [7]) }
    #expect(throws: ApusError.self) { try GradientNoiseReading(model, on: data.subset([0])) }
    let mixed = try Model(input: [2]) {
      Dense(3); BatchNorm(); Dense(1)
    }
    #expect(throws: ApusError.self) { try GradientNoiseReading(mixed, on: data) }
    let weighted = try TableDataset(
      features: data.features, inputShape: [2], values: data.values, names: ["y"],
      weights: [1, 2, 1, 1, 1, 1])
    #expect(throws: ApusError.self) { try GradientNoiseReading(model, on: weighted) }
  }
}
