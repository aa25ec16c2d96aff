import Apus
import ApusCore
import TestSupport
import Testing

/// `linear.json`: linear models as scikit-learn fits them, and the perceptron by a loop in NumPy.
struct LinearFixture: Decodable, Sendable {
  var columns: Int
  var features: [Float]
  var values: [Double]
  var labels: [Int32]
  var threeLabels: [Int32]
  var separable: [Int32]
  var fits: [Fit]
  var perceptron: [Mistakes]

  struct Fit: Decodable, Sendable, CustomTestStringConvertible {
    var family: String
    var lambda: Double
    var weights: [Double]
    var bias: Double
    /// The sum over the rows with its penalty.
    var value: Double
    var testDescription: String { "\(family) \(lambda)" }
  }

  struct Mistakes: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    /// Of the weights at the end of each epoch.
    var mistakes: [Int]
    var weights: [Float]
    var bias: Float
    var testDescription: String { name }
  }

  static func load() throws -> LinearFixture { try Fixtures.load("linear", as: LinearFixture.self) }

  func dataset(_ family: String) throws -> TableDataset {
    switch family {
    case "linear", "ridge", "lasso":
      try TableDataset(
        features: features, inputShape: [columns], values: values.map { Float($0) }, names: ["y"])
    case "softmax":
      try TableDataset(
        features: features, inputShape: [columns], labels: threeLabels, names: ["a", "b", "c"])
    default:
      try TableDataset(features: features, inputShape: [columns], labels: labels, names: ["no", "yes"])
    }
  }
}

@Suite struct LinearModelTests {
  /// The closed form is scikit-learn's.
  @Test(arguments: try LinearFixture.load().fits.filter { ["linear", "ridge"].contains($0.family) })
  func leastSquares(_ fit: LinearFixture.Fit) throws {
    let fixture = try LinearFixture.load()
    let least = try #require(
      LeastSquares(
        features: fixture.features, columns: fixture.columns, targets: fixture.values, lambda: fit.lambda))
    for (weight, expected) in zip(least.weights, fit.weights) { #expect(abs(weight - expected) < 1e-9) }
    #expect(abs(least.bias - fit.bias) < 1e-9)
    #expect(least.rank == fixture.columns + 1)
  }

  /// Columns that say the same: one of them has the weight, and the residual is the least.
  @Test func dependentColumns() throws {
    let fixture = try LinearFixture.load()
    let rows = fixture.values.count
    // The first column twice, a constant one, and the sum of two.
    let wide = (0..<rows).flatMap { row -> [Float] in
      let own = Array(fixture.features[(row * 4)..<(row * 4 + 4)])
      return own + [own[0], 3, own[1] + own[2]]
    }
    let least = try #require(LeastSquares(features: wide, columns: 7, targets: fixture.values))
    #expect(least.rank == 5)
    let squares = (0..<rows).reduce(0.0) { sum, row in
      let score = (0..<7).reduce(least.bias) { $0 + least.weights[$1] * Double(wide[row * 7 + $1]) }
      return sum + (score - fixture.values[row]) * (score - fixture.values[row])
    }
    let expected = try #require(fixture.fits.first { $0.family == "linear" }).value
    #expect(abs(squares - expected) < 1e-9 * expected)
    #expect(LeastSquares(features: [], columns: 3, targets: []) == nil)
    #expect(LeastSquares(features: [.nan, 1], columns: 1, targets: [1, 2]) == nil)
    // Fewer rows than columns.
    let flat = try #require(LeastSquares(features: [1, 2, 3, 4, 5, 7], columns: 3, targets: [1, 2]))
    #expect(flat.rank == 2)
  }

  /// Each family, trained by its own recipe, comes to the least value of its sum.
  @Test(arguments: try LinearFixture.load().fits)
  func trainingComesToTheLeastValue(_ fit: LinearFixture.Fit) throws {
    let fixture = try LinearFixture.load()
    let data = try fixture.dataset(fit.family)
    let parameters: JSONValue =
      fit.family == "linear" ? .object([]) : .object([JSONMember("lambda", .double(fit.lambda))])
    let family = try ModelFamilies.family(.object([JSONMember(fit.family, parameters)]))
    let model = try train(family, data)
    let weights = try #require(model["0.weight"]).map { Double($0) }
    let bias = try #require(model["0.bias"]).map { Double($0) }
    let value = sum(fit, fixture, weights, bias)
    #expect(value > fit.value * (1 - 1e-6), "\(value) is less than the least, \(fit.value)")
    #expect(value < fit.value * (fit.family == "svm" ? 1.003 : 1.001), "\(value), the least is \(fit.value)")
    if fit.family == "lasso" {
      for (weight, expected) in zip(weights, fit.weights) {
        #expect(abs(weight - expected) < 2e-3)
        #expect((weight == 0) == (expected == 0), "\(weight), not \(expected)")
      }
    }
  }

  private func train(_ family: any ModelFamily, _ data: TableDataset) throws -> Model {
    let task: LearningTask = if case .classes = data.targets { .classification } else { .regression }
    let facts = DataFacts(
      inputShape: data.inputShape, task: task, targets: data.targets, rows: data.count)
    var recipe = try family.recipe(for: facts)
    let loss = try #require(recipe.loss)
    let outputs =
      loss.classTargets == .numbers || data.targets.outputCount != 2
      ? data.targets.outputCount : 1
    let network = try family.network(for: facts, outputs: outputs)
    let model = try Model(for: data, seed: 1, loss: loss, network: network)
    recipe.batch = min(recipe.batch ?? data.count, data.count)
    let settings = TrainingSettings(recipe)
    let session = try TrainingSession(model, training: data, settings: settings)
    while !session.isFinished { try session.runEpoch() }
    return try session.result()
  }

  /// The sum over the rows with the penalty, in `Double`.
  private func sum(_ fit: LinearFixture.Fit, _ fixture: LinearFixture, _ weights: [Double], _ bias: [Double])
    -> Double
  {
    let outputs = bias.count
    var sum = 0.0
    for row in fixture.values.indices {
      let scores = (0..<outputs).map { output in
        (0..<fixture.columns).reduce(bias[output]) {
          $0 + Double(fixture.features[row * fixture.columns + $1]) * weights[$1 * outputs + output]
        }
      }
      let sign: Double = fixture.labels[row] == 1 ? 1 : -1
      let residual = scores[0] - fixture.values[row]
      switch fit.family {
      case "linear": sum += residual * residual
      case "ridge", "lasso": sum += residual * residual / 2
      case "logistic": sum += Mathematics.log(1 + Mathematics.exp(-sign * scores[0]))
      case "svm": sum += max(0, 1 - sign * scores[0])
      default:
        sum +=
          Mathematics.log(scores.reduce(0) { $0 + Mathematics.exp($1) })
          - scores[Int(fixture.threeLabels[row])]
      }
    }
    let squares = weights.reduce(0) { $0 + $1 * $1 }
    let absolutes = weights.reduce(0) { $0 + abs($1) }
    return sum + (fit.family == "lasso" ? fit.lambda * absolutes : fit.lambda / 2 * squares)
  }

  /// Rosenblatt's rule step by step, in the rows' order: the same weights as NumPy's loop, exactly.
  @Test(arguments: try LinearFixture.load().perceptron)
  func perceptronIsRosenblatts(_ expected: LinearFixture.Mistakes) throws {
    let fixture = try LinearFixture.load()
    let labels = expected.name == "separable" ? fixture.separable : fixture.labels
    let model = try Model(input: [4]) { Dense(1, initializer: .zeros) }
    let step = try TrainingStep(model, loss: PerceptronLoss(), optimizer: SGD(), capacity: 1)
    var number = 0
    for mistakes in expected.mistakes {
      for (row, label) in labels.enumerated() {
        number += 1
        try step.load(inputs: Array(fixture.features[(row * 4)..<(row * 4 + 4)]), targets: [Float(label)])
        try step.run(rows: 1, step: number, rate: 1)
      }
      let scores = try Predictor(step.trained[0].snapshot()).predict(fixture.features).map { Double($0) }
      let found = labels.indices.count { PerceptronLoss().isMistake(scores[$0...$0], label: labels[$0]) }
      #expect(found == mistakes)
    }
    let result = step.trained[0].snapshot()
    #expect(result["0.weight"] == expected.weights && result["0.bias"] == [expected.bias])
  }

  /// lecture 2's network of eleven lines: three inputs, four hidden sigmoids, one more; full batch, no biases.
  @Test func theNetworkOfElevenLines() throws {
    let model = try Model(input: [3], seed: 1) {
      Dense(4, hasBias: false, initializer: .normal(0.5))
      Sigmoid()
      Dense(1, hasBias: false, initializer: .normal(0.5))
      Sigmoid()
    }
    let step = try TrainingStep(model, loss: HalfSquaredError(), optimizer: SGD(), capacity: 4)
    try step.load(inputs: [0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1], targets: [0, 1, 1, 0])
    // The lecture sums over the rows, the step takes their mean.
    for number in 1...60_000 { try step.run(rows: 4, step: number, rate: 4) }
    let outputs = try Predictor(step.trained[0].snapshot()).predict([0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1])
    for (output, target) in zip(outputs, [0, 1, 1, 0] as [Float]) { #expect(abs(output - target) < 0.05) }
  }
}
