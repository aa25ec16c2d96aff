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
    InitializerCase(initializer: Normal(deviation: 0.3), variance: 0.09),
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
}
