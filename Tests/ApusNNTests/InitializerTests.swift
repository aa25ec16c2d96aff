import ApusCore
import ApusNN
import Testing

/// An initializer with the mean and variance that its formula gives for 200 inputs and 100 outputs.
struct InitializerCase: Sendable, CustomTestStringConvertible {
  var initializer: any Initializer
  var mean = 0.0
  var variance: Double
  /// No value is larger, for uniform ones.
  var bound: Double?
  var testDescription: String { type(of: initializer).name }

  static let all = [
    InitializerCase(initializer: Zeros(), variance: 0, bound: 0),
    InitializerCase(initializer: Ones(), mean: 1, variance: 0, bound: 1),
    InitializerCase(initializer: ConstantValue(value: -0.5), mean: -0.5, variance: 0),
    InitializerCase(initializer: Normal(deviation: 0.3), variance: 0.09),
    // The variance of a normal number between −2 and 2.
    InitializerCase(initializer: TruncatedNormal(deviation: 0.5), variance: 0.25 * 0.7737413, bound: 1),
    InitializerCase(initializer: Uniform(bound: 0.3), variance: 0.03, bound: 0.3),
    InitializerCase(initializer: Orthogonal(gain: 2), variance: 4.0 / 200),
    // g² / N with g from the paper's equation.
    InitializerCase(initializer: RandomWalk(), variance: 2 * 1.0122195 / 200),
    InitializerCase(initializer: RandomWalk(before: .linear), variance: 1.0050125 / 200),
    InitializerCase(initializer: XavierUniform(), variance: 2.0 / 300, bound: 0.02.squareRoot()),
    InitializerCase(initializer: XavierNormal(), variance: 2.0 / 300),
    InitializerCase(initializer: HeUniform(), variance: 2.0 / 200, bound: 0.03.squareRoot()),
    InitializerCase(initializer: HeNormal(), variance: 2.0 / 200),
  ]
}

@Suite struct InitializerTests {
  @Test(arguments: InitializerCase.all)
  func momentsAreThoseOfTheFormula(_ test: InitializerCase) throws {
    let layers = Sequential([Dense(100, initializer: test.initializer)])
    let weights = try #require(try Model(input: [200], seed: 5, layers: layers)["0.weight"]).map {
      Double($0)
    }
    let count = Double(weights.count)
    let mean = weights.reduce(0, +) / count
    let variance = weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    // Four standard errors of each; the kurtosis of a normal number is 3.
    #expect(abs(mean - test.mean) <= 4 * (test.variance / count).squareRoot())
    #expect(abs(variance - test.variance) <= 4 * test.variance * (2 / count).squareRoot())
    if let bound = test.bound { #expect(weights.allSatisfy { abs($0) <= bound * (1 + 1e-6) }) }
  }

  @Test func everyInitializerIsChecked() {
    #expect(Set(Initializers.table.names).subtracting(InitializerCase.all.map(\.testDescription)).isEmpty)
  }

  @Test func valuesDependOnSeedAndPath() throws {
    func weights(_ seed: UInt64, _ path: String) throws -> [Float] {
      let model = try Model(input: [20], seed: seed) {
        Dense(20)
        Dense(20)
      }
      return model[path]!
    }
    #expect(try weights(1, "0.weight") == weights(1, "0.weight"))
    #expect(try weights(1, "0.weight") != weights(2, "0.weight"))
    #expect(try weights(1, "0.weight") != weights(1, "1.weight"))
  }

  /// QᵀQ = gain², whichever side is longer, and again for every seed.
  @Test(arguments: [(20, 20), (50, 7), (7, 50), (1, 5), (5, 1), (128, 100)])
  func orthogonalMatricesAre(_ inputs: Int, _ outputs: Int) throws {
    let model = try Model(input: [inputs], seed: 3) {
      Dense(outputs, initializer: .orthogonal(gain: 1.5))
    }
    let weights = try #require(model["0.weight"]).map { Double($0) }
    let isTall = inputs >= outputs
    let (length, count) = isTall ? (inputs, outputs) : (outputs, inputs)
    func element(_ vector: Int, _ place: Int) -> Double {
      isTall ? weights[place * outputs + vector] : weights[vector * outputs + place]
    }
    for first in 0..<count {
      for second in 0...first {
        let product = (0..<length).reduce(0) { $0 + element(first, $1) * element(second, $1) }
        #expect(abs(product - (first == second ? 2.25 : 0)) < 1e-6)
      }
    }
  }

  /// Thirty linear layers keep the length of a signal to float32's accuracy.
  @Test func orthogonalLayersKeepLengths() throws {
    let layers = Sequential((0..<30).map { _ in Dense(32, initializer: .orthogonal) })
    let input = (0..<32).map { Float($0) - 10 }
    let output = try Predictor(Model(input: [32], seed: 2, layers: layers)).predict(input)
    func square(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) * Double($1) } }
    #expect(abs(square(output) / square(input) - 1) < 1e-5)
  }

  @Test func randomWalksGains() {
    #expect(abs(RandomWalk().gain(fanIn: 100) - 1.4317088) < 1e-6)
    #expect(RandomWalk().gain(fanIn: 2) == RandomWalk().gain(fanIn: 6))
    #expect(abs(RandomWalk(before: .linear).gain(fanIn: 50) - 1.0100502) < 1e-6)
  }
}
