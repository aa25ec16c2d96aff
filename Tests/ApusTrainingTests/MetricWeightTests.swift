import Apus
import TestSupport
import Testing

/// A case of `weights.json`: what scikit-learn says with `sample_weight`.
struct WeightFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var width: Int
  var predictions: [Double]
  var labels: [Int32]
  var truths: [Double]
  var weights: [Double]
  var confusion: [[Double]]
  /// Of each label: found, missed, wrong, absent.
  var labelCounts: [[Double]]
  /// Value and standard error by name.
  var expected: [String: [Double]]
  var testDescription: String { name }

  struct Fit: Decodable, Sendable {
    var lambda: Double
    var features: [Float]
    var values: [Double]
    var sampleWeights: [Double]
    var weights: [Double]
    var bias: Double
  }

  struct Document: Decodable {
    var cases: [WeightFixture]
    var fits: [Fit]
  }

  static func load() throws -> Document { try Fixtures.load("weights", as: Document.self) }

  var isMultiLabel: Bool { !labelCounts.isEmpty }

  func samples(_ weights: [Double]?) -> EvaluatedSamples {
    EvaluatedSamples(
      width: width, predictions: predictions, labels: labels, values: truths,
      losses: predictions.indices.filter { $0 % width == 0 }.map { Float($0 % 7) / 8 },
      kind: labels.isEmpty && !isMultiLabel ? nil : .probabilities, isMultiLabel: isMultiLabel,
      weights: weights)
  }
}

/// Samples that count more than others, in every metric.
@Suite struct MetricWeightTests {
  @Test(arguments: try WeightFixture.load().cases)
  func agreesWithScikitLearn(_ fixture: WeightFixture) throws {
    let samples = fixture.samples(fixture.weights)
    for (name, pair) in fixture.expected {
      let metric = name.hasPrefix("topK ") ? TopK(k: 2) : try Metrics.metric(.string(name))
      let value = metric.callAsFunction(samples)
      let found = try #require(value)
      #expect(
        abs(found.value - pair[0]) <= 1e-10 * max(1, abs(pair[0])), "\(name): \(found.value), not \(pair[0])")
      let error = try #require(found.standardError)
      #expect(abs(error - pair[1]) <= 1e-10 * max(1, abs(pair[1])), "\(name): ± \(error), not \(pair[1])")
    }
    if !fixture.confusion.isEmpty {
      let names = fixture.confusion.indices.map { "\($0)" }
      #expect(ConfusionMatrix(samples, classNames: names).counts == fixture.confusion)
    }
    let counts = samples.labelCounts(names: fixture.labelCounts.indices.map { "\($0)" })
    #expect(counts.map { [$0.found, $0.missed, $0.wrong, $0.absent] } == fixture.labelCounts)
  }

  @Test func everyMetricIsChecked() throws {
    let checked = Set(
      try WeightFixture.load().cases.flatMap {
        $0.expected.keys.map { String($0.split(separator: " ")[0]) }
      })
    #expect(checked.union(["perplexity", "bitsPerCharacter"]) == Set(Metrics.table.names))
  }

  /// The closed form is scikit-learn's `LinearRegression` and `Ridge` with `sample_weight`.
  @Test func leastSquares() throws {
    for fit in try WeightFixture.load().fits {
      let least = try #require(
        LeastSquares(
          features: fit.features, columns: 3, targets: fit.values, rowWeights: fit.sampleWeights,
          lambda: fit.lambda))
      for (weight, expected) in zip(least.weights, fit.weights) { #expect(abs(weight - expected) < 1e-9) }
      #expect(abs(least.bias - fit.bias) < 1e-9)
    }
    #expect(LeastSquares(features: [1, 2], columns: 1, targets: [1, 2], rowWeights: [1, -1]) == nil)
    #expect(LeastSquares(features: [1, 2], columns: 1, targets: [1, 2], rowWeights: [1]) == nil)
  }

  // MARK: Whole weights are repetitions

  /// Samples of every kind of target: names for messages, and the samples with some weights.
  private static func kinds(_ seed: UInt64) -> [(
    String, (_ rows: [Int], _ weights: [Double]?) -> EvaluatedSamples
  )] {
    let random = Philox(seed: seed, path: "weights")
    let count = 30
    // Eighths, so that scores tie.
    func number(_ index: Int) -> Double { (random.uniform(UInt64(index)) * 8).rounded() / 8 }
    func classes(_ width: Int) -> ([Int], [Double]?) -> EvaluatedSamples {
      { rows, weights in
        EvaluatedSamples(
          width: width, predictions: rows.flatMap { row in (0..<width).map { number(row * width + $0) } },
          labels: rows.map { Int32(number(1000 + $0) * 8) % Int32(max(width, 2)) }, values: [],
          losses: rows.map { Float(number(2000 + $0)) }, weights: weights)
      }
    }
    func values(_ width: Int, areLabels: Bool) -> ([Int], [Double]?) -> EvaluatedSamples {
      { rows, weights in
        let places = rows.flatMap { row in (0..<width).map { row * width + $0 } }
        return EvaluatedSamples(
          width: width, predictions: places.map { number($0) }, labels: [],
          values: places.map { areLabels ? (number(3000 + $0) > 0.5 ? 1 : 0) : number(3000 + $0) },
          losses: rows.map { Float(number(2000 + $0)) }, isMultiLabel: areLabels, weights: weights)
      }
    }
    let all: [(String, ([Int], [Double]?) -> EvaluatedSamples)] = [
      ("one output", classes(1)), ("two classes", classes(2)), ("seven classes", classes(7)),
      ("labels", values(3, areLabels: true)), ("a number", values(1, areLabels: false)),
      ("two numbers", values(2, areLabels: false)),
    ]
    return all.map { name, make in (name, { rows, weights in make(rows.map { $0 % count }, weights) }) }
  }

  @Test(arguments: 1...20)
  func wholeWeightsAreRepetitions(_ seed: UInt64) throws {
    let random = Philox(seed: seed, path: "repetitions")
    let weights = (0..<30).map { (random.uniform(UInt64($0)) * 4).rounded(.down) }
    let repeated = weights.indices.flatMap { Array(repeating: $0, count: Int(weights[$0])) }
    for (name, make) in Self.kinds(seed) {
      let (weighted, plain) = (make(Array(0..<30), weights), make(repeated, nil))
      let (found, expected) = (Metrics.all(weighted), Metrics.all(plain))
      #expect(found.map(\.name) == expected.map(\.name))
      for (metric, truth) in zip(found, expected) {
        #expect(
          abs(metric.value - truth.value) <= 1e-12 * max(1, abs(truth.value)),
          "\(name), \(metric.name): \(metric.value), repeated \(truth.value)")
      }
      let names = (0..<max(weighted.width, 2)).map { "\($0)" }
      if !weighted.labels.isEmpty {
        #expect(
          ConfusionMatrix(weighted, classNames: names) == ConfusionMatrix(plain, classNames: names))
      }
      #expect(weighted.labelCounts(names: names) == plain.labelCounts(names: names))
    }
  }

  /// Only ratios matter, in values and in standard errors: weights that are all the same change nothing.
  @Test(arguments: [1.0, 2.5, 1e-6])
  func equalWeightsChangeNothing(_ weight: Double) throws {
    for (name, make) in Self.kinds(3) {
      let rows = Array(0..<30)
      let weighted = Metrics.all(make(rows, Array(repeating: weight, count: 30)))
      let plain = Metrics.all(make(rows, nil))
      #expect(weighted.map(\.name) == plain.map(\.name))
      for (metric, truth) in zip(weighted, plain) {
        #expect(abs(metric.value - truth.value) < 1e-12, "\(name), \(metric.name)")
        let (error, expected) = (try #require(metric.standardError), try #require(truth.standardError))
        #expect(abs(error - expected) < 1e-12, "\(name), \(metric.name): ± \(error), not \(expected)")
      }
    }
  }

  /// What has no weight may be anything.
  @Test func zerosAreLeftOut() throws {
    for (name, make) in Self.kinds(5) {
      let weights = (0..<30).map { $0 < 20 ? 1.5 : 0 }
      let weighted = Metrics.all(make(Array(0..<30), weights))
      let fewer = Metrics.all(make(Array(0..<20), Array(repeating: 1.5, count: 20)))
      #expect(weighted.map(\.name) == fewer.map(\.name))
      for (metric, truth) in zip(weighted, fewer) {
        #expect(abs(metric.value - truth.value) < 1e-12, "\(name), \(metric.name)")
        #expect(abs(metric.standardError! - truth.standardError!) < 1e-12, "\(name), \(metric.name)")
      }
      let none = Metrics.all(make(Array(0..<30), Array(repeating: 0, count: 30)))
      #expect(none.map(\.name) == ["loss"] && none[0].value.isNaN && none[0].standardError == nil)
    }
    let one = EvaluatedSamples(
      width: 1, predictions: [1, .nan], labels: [], values: [2, 2], losses: [1, .nan], weights: [3, 0])
    #expect(MSE()(one) == MetricValue(name: "mse", value: 1))
    #expect(R2()(one) == nil)
  }

  // MARK: Data sets

  /// Another data set's samples, with weights.
  private struct Weighted: Dataset {
    let base: any Dataset
    let weights: [Float]?
    var count: Int { base.count }
    var inputShape: [Int] { base.inputShape }
    var targets: TargetKind { base.targets }
    var positions: Int { base.positions }
    func gather(_ rows: ArraySlice<Int>, into memory: Batch.Memory) { base.gather(rows, into: memory) }
  }

  @Test func modelsAreEvaluatedByWeight() throws {
    let numbers = try Samples.values(40)
    let weights = (0..<40).map { Float($0 % 3) }
    let weighted = try TableDataset(
      features: numbers.features, inputShape: [2], values: numbers.values, names: ["y"], weights: weights)
    var model = try Model(input: [2], seed: 1) { Dense(1) }
    model.objective = Objective(numbers.targets)
    let repeated = numbers.subset((0..<40).flatMap { Array(repeating: $0, count: $0 % 3) })
    expectEqual(Array(try model.evaluate(on: weighted)), Array(try model.evaluate(on: repeated)))
    // A subset has its rows' weights.
    let rows = [5, 3, 1, 10]
    #expect(weighted.subset(rows).weights == [2, 0, 1, 1])
    let some = numbers.subset([5, 5, 1, 10])
    expectEqual(Array(try model.evaluate(on: weighted.subset(rows))), Array(try model.evaluate(on: some)))
  }

  /// The positions of a sequence have its weight.
  @Test func sequencesAreEvaluatedByWeight() throws {
    let windows = try Text(String(repeating: "abcd, efgh. ", count: 40), validation: 0)
      .split(context: 12).training
    var model = try Model(input: [12], seed: 1) { GPT(vocabulary: 11, layers: 1, heads: 2, width: 16) }
    model.objective = Objective(windows.targets)
    let weights = (0..<windows.count).map { Float(($0 * 5) % 4) }
    let repeated = windows.subset((0..<windows.count).flatMap { Array(repeating: $0, count: ($0 * 5) % 4) })
    let found = try model.evaluate(on: Weighted(base: windows, weights: weights))
    #expect(found.map(\.name) == ["loss", "accuracy", "bitsPerCharacter", "perplexity"])
    expectEqual(Array(found), Array(try model.evaluate(on: repeated)))
  }

  private func expectEqual(_ found: [MetricValue], _ expected: [MetricValue]) {
    #expect(found.map(\.name) == expected.map(\.name))
    for (metric, truth) in zip(found, expected) {
      #expect(abs(metric.value - truth.value) < 1e-9, "\(metric), not \(truth)")
    }
  }
}
