import Apus
import ApusCore
import Foundation
import TestSupport
import Testing

/// A case of `metrics.json`: what scikit-learn says, with standard errors from their formulas.
struct MetricFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var width: Int
  var threshold: Double
  var predictions: [Double]
  var labels: [Int32]
  var truths: [Double]
  /// Value and standard error by name; `"topK 2"` is the metric with k = 2.
  var expected: [String: [Double]]
  var testDescription: String { name }

  struct Document: Decodable {
    var cases: [MetricFixture]
  }

  static func all() throws -> [MetricFixture] { try Fixtures.load("metrics", as: Document.self).cases }

  var samples: EvaluatedSamples {
    EvaluatedSamples(
      width: width, predictions: predictions, labels: labels, values: truths,
      losses: Array(repeating: 0, count: predictions.count / width), kind: .probabilities,
      isMultiLabel: labels.isEmpty)
  }

  func metric(_ name: String) throws -> any Metric {
    if name.hasPrefix("topK ") { return TopK(k: Int(name.dropFirst(5))!) }
    guard threshold != 0.5,
      try Metrics.table.parameterNames(of: name) == ["threshold"]
    else { return try Metrics.metric(.string(name)) }
    return try Metrics.metric(.object([JSONMember(name, .double(threshold))]))
  }
}

@Suite struct MetricFixtureTests {
  @Test(arguments: try MetricFixture.all())
  func agreesWithScikitLearn(_ fixture: MetricFixture) throws {
    for (name, pair) in fixture.expected {
      let found = try fixture.metric(name)
      let value = found.callAsFunction(fixture.samples)
      let metric = try #require(value)
      #expect(
        abs(metric.value - pair[0]) <= 1e-10 * max(1, abs(pair[0])),
        "\(name): \(metric.value), not \(pair[0])")
      let error = try #require(metric.standardError)
      #expect(abs(error - pair[1]) <= 1e-10 * max(1, abs(pair[1])), "\(name): ± \(error), not \(pair[1])")
    }
  }

  @Test func everyMetricOfClassesIsChecked() throws {
    let checked = Set(
      try MetricFixture.all().flatMap { $0.expected.keys.map { String($0.split(separator: " ")[0]) } })
    let others = ["mse", "rmse", "mae", "r2", "perplexity", "bitsPerCharacter"]
    #expect(checked.union(others) == Set(Metrics.table.names))
  }

  /// The macro average is the mean of the classes' figures.
  @Test(arguments: try MetricFixture.all().filter { $0.width > 2 })
  func classesHaveFiguresOfTheirOwn(_ fixture: MetricFixture) throws {
    for metric in [Precision(threshold: fixture.threshold), Recall(threshold: fixture.threshold), ROCAUC()]
      as [any DecisionMetric]
    {
      let classes = metric.ofEachClass(fixture.samples)
      #expect(classes.count == fixture.width)
      let known = classes.compactMap { $0?.value }
      let macro = metric.callAsFunction(fixture.samples)
      let mean = try #require(macro).value
      #expect(abs(known.reduce(0, +) / Double(known.count) - mean) < 1e-12)
    }
  }

  /// For one class the delta method gives the binomial's error.
  @Test func errorsOfSharesAreBinomial() throws {
    let fixture = try #require(try MetricFixture.all().first)
    let decisions = fixture.samples.decisions()[0]
    let precision = try #require(Precision()(fixture.samples))
    let predicted = Double(decisions.predicted.count { $0 })
    let expected = (precision.value * (1 - precision.value) / predicted).squareRoot()
    #expect(abs(precision.standardError! - expected) < 1e-12)
  }

  /// Scores that are no probabilities: margins are split at 0, and have an area but no logarithmic loss.
  @Test func margins() throws {
    let samples = EvaluatedSamples(
      width: 1, predictions: [-2, 0.3, 0.4, 3], labels: [0, 0, 1, 1], values: [], losses: [0, 0, 0, 0],
      kind: .scores(threshold: 0))
    #expect(samples.predictedLabels == [0, 1, 1, 1])
    #expect(Accuracy()(samples)?.value == 0.75)
    #expect(Accuracy(threshold: 0.35)(samples)?.value == 1)
    #expect(ROCAUC()(samples)?.value == 1)
    #expect(LogLoss()(samples) == nil)
    let two = EvaluatedSamples(
      width: 2, predictions: [5, 1, 0, 0.5, -3, -1], labels: [0, 0, 1], values: [], losses: [0, 0, 0],
      kind: .scores(threshold: 0))
    #expect(ROCAUC()(two)?.value == 1)
  }

  @Test func whereThereIsNone() {
    let oneClass = EvaluatedSamples(
      width: 1, predictions: [0.2, 0.7], labels: [1, 1], values: [], losses: [0, 0])
    #expect(ROCAUC()(oneClass) == nil)
    #expect(Recall()(oneClass)?.value == 0.5)
    let neither = EvaluatedSamples(
      width: 1, predictions: [0.2, 0.1], labels: [0, 0], values: [], losses: [0, 0])
    #expect(Precision()(neither) == nil && F1()(neither) == nil)
    let numbers = EvaluatedSamples(width: 1, predictions: [1], labels: [], values: [1], losses: [0])
    #expect(F1()(numbers) == nil && TopK()(numbers) == nil && Accuracy()(numbers) == nil)
  }

  @Test func whatIsReportedUnasked() throws {
    let samples = try #require(try MetricFixture.all().first { $0.width == 10 }).samples
    #expect(Metrics.standard(samples).map(\.name) == ["loss", "accuracy"])
    #expect(
      Metrics.all(samples).map(\.name) == [
        "loss", "accuracy", "top5", "precision", "recall", "f1", "rocAUC", "logLoss", "brier",
        "calibrationError",
      ])
  }
}
