import Apus
import Testing

/// Metrics and their standard errors against figures computed with NumPy.
@Suite struct MetricTests {
  private let numbers = EvaluatedSamples(
    width: 1, predictions: [1, 2, 3, 4, 2.5, -1], labels: [], values: [1.5, 2, 2, 5, 2.25, -2],
    losses: [0.25, 0, 1, 1, 0.0625, 1])

  @Test func regression() throws {
    let expected = [
      ("loss", 0.5520833333333334, 0.2031116448601059), ("mse", 0.5520833333333334, 0.2031116448601059),
      ("rmse", 0.7430231041719587, 0.13667922553125586), ("mae", 0.625, 0.17969882210706523),
      ("r2", 0.8677754677754678, 0.06166659886850568),
    ]
    let metrics = Metrics.all(numbers)
    #expect(metrics.map(\.name) == expected.map(\.0))
    for (metric, (_, value, error)) in zip(metrics, expected) {
      #expect(abs(metric.value - value) < 1e-12, "\(metric.name)")
      #expect(abs(try #require(metric.standardError) - error) < 1e-12, "\(metric.name)")
    }
  }

  @Test func accuracy() throws {
    let samples = EvaluatedSamples(
      width: 3, predictions: [0.5, 0.3, 0.2, 0.1, 0.2, 0.7, 0.3, 0.4, 0.3, 0.6, 0.3, 0.1],
      labels: [0, 2, 1, 1], values: [], losses: [0.1, 0.2, 0.3, 0.4])
    let accuracy = try #require(Accuracy()(samples))
    #expect(accuracy.value == 0.75)
    #expect(abs(accuracy.standardError! - (0.75 * 0.25 / 4).squareRoot()) < 1e-15)
    #expect(Metrics.standard(samples).map(\.name) == ["loss", "accuracy"])
    #expect(samples.predictedLabels == [0, 2, 1, 0])

    let confusion = ConfusionMatrix(samples, classNames: ["a", "b", "c"])
    #expect(confusion.counts == [[1, 0, 0], [1, 1, 0], [0, 0, 1]])
    #expect(confusion.recall(1) == 0.5 && confusion.precision(0) == 0.5 && confusion.precision(1) == 1)
  }

  @Test func oneOutputSplitsAtOneHalf() {
    let samples = EvaluatedSamples(
      width: 1, predictions: [0.2, 0.5, 0.51], labels: [0, 0, 1], values: [], losses: [0, 0, 0])
    #expect(samples.predictedLabels == [0, 0, 1])
    let confusion = ConfusionMatrix(samples, classNames: ["no", "yes"])
    #expect(confusion.counts == [[2, 0], [0, 1]])
  }

  @Test func whereThereIsNone() {
    let one = EvaluatedSamples(width: 1, predictions: [1], labels: [], values: [2], losses: [1])
    #expect(MSE()(one)?.standardError == nil)
    #expect(R2()(one) == nil)
    let constant = EvaluatedSamples(
      width: 1, predictions: [1, 2], labels: [], values: [3, 3], losses: [1, 1])
    #expect(R2()(constant) == nil)
    let perfect = EvaluatedSamples(
      width: 1, predictions: [1, 2], labels: [], values: [1, 2], losses: [0, 0])
    #expect(RMSE()(perfect)?.value == 0)
    #expect(R2()(perfect)?.value == 1)
    #expect(Accuracy()(perfect) == nil)
    let confusion = ConfusionMatrix(
      EvaluatedSamples(width: 2, predictions: [1, 0], labels: [0], values: [], losses: [0]),
      classNames: ["a", "b"])
    #expect(confusion.recall(1) == nil && confusion.precision(1) == nil)
  }

  @Test func plainWords() {
    #expect(
      "\(MetricValue(name: "accuracy", value: 0.97612, standardError: 0.00512))" == "accuracy 0.9761 ± 0.0051"
    )
    #expect("\(MetricValue(name: "r2", value: 1))" == "r2 1")
    #expect(shortFigure(0) == "0" && shortFigure(-1234.56) == "-1235" && shortFigure(.nan) == "nan")
    #expect(shortFigure(12_345_678) == "1.23e7" && shortFigure(1e-7) == "1.0e-7")
  }

  @Test func classesOfALearnedModel() throws {
    let data = try Samples.classes(200)
    var model = try Model(input: [5], seed: 1) { Dense(2) }
    model.objective = Objective(data.targets)
    let all = try model.evaluate(on: data)
    #expect(try model.evaluate(on: data, .accuracy) == all.first { $0.name == "accuracy" })
    #expect(try model.evaluate(on: data, RMSE()) == nil)
  }
}
