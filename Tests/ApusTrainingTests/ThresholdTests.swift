import Apus
import Testing

/// A threshold decides for every model of two classes, and for its metrics.
@Suite struct ThresholdTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let random = Philox(seed: 5, path: "threshold")
    let rows = (0..<240).map { row -> String in
      let x = random.normal(UInt64(2 * row)), noise = random.normal(UInt64(2 * row + 1))
      return "\(x),\(x + noise > 0 ? "yes" : "no")\n"
    }
    try folder.write("t.csv", "x,y\n" + rows.joined())
  }

  private func saved(_ model: String, _ loss: String = "") throws -> Model {
    let text = "data: {source: \(folder.path)/t.csv}\nmodel: {\(model)}\ntraining: {epochs: 5\(loss)}\n"
    let configuration = try RunConfiguration.load(yaml: folder.write("x.yaml", text))
    _ = try RunPlan(configuration, folder: folder.path("run"), overwrite: true).run()
    return try Model(contentsOf: folder.path("run/model.safetensors"))
  }

  /// Two outputs, one output, and outputs that are scores.
  @Test(arguments: [
    ("hidden: [4]", ""), ("family: softmax", ""), ("family: logistic", ""),
    ("hidden: [4]", ", loss: binaryCrossEntropy"),
    ("family: svm", ""), ("hidden: [4]", ", loss: multiclassSVM"), ("hidden: [4]", ", loss: hinge"),
    ("hidden: [4]", ", ensemble: {seeds: 2}"),
  ])
  func decides(_ model: String, _ loss: String) throws {
    let saved = try saved(model, loss)
    let source = try DataSource.open(folder.path("t.csv"))
    let areProbabilities = try saved.requireObjective().loss.predictions == .probabilities
    let thresholds = areProbabilities ? [0, 0.2, 0.5, 0.8, 1] : [-10, -0.5, 0.5, 10]
    var counts: [Int] = []
    for threshold in thresholds {
      let table = try saved.predict(source, threshold: threshold)
      counts.append(table.predictions.count { $0 == "yes" })
      if areProbabilities {
        for (row, prediction) in table.predictions.enumerated() {
          let second = table.classProbabilities[row * 2 + 1]
          #expect((prediction == "yes") == (second > threshold))
          // The probability is that of the predicted class.
          #expect(
            table.probabilities[row] == (prediction == "yes" ? second : table.classProbabilities[row * 2]))
        }
      }
      // The metrics are of the same decisions.
      let evaluation = try saved.evaluate(source, threshold: threshold)
      let matrix = try #require(evaluation.confusion)
      #expect(Int(matrix.counts[0][1] + matrix.counts[1][1]) == counts.last)
      let right = (matrix.counts[0][0] + matrix.counts[1][1]) / 240
      func metric(_ name: String) -> Double? { evaluation.metrics.first { $0.name == name }?.value }
      #expect(metric("accuracy") == right)
      if let recall = metric("recall") { #expect(abs(recall - (matrix.recall(1) ?? 0)) < 1e-12) }
      if let precision = metric("precision"), let expected = matrix.precision(1) {
        #expect(abs(precision - expected) < 1e-12)
      }
    }
    #expect(counts.first == 240 && counts.last == 0, "\(counts)")
    #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 >= $1 } && Set(counts).count > 2, "\(counts)")
    // Without one, the larger output decides.
    if areProbabilities {
      #expect(try saved.predict(source).predictions == saved.predict(source, threshold: 0.5).predictions)
    }
  }

  @Test func whereItDecidesNothingItIsRefused() throws {
    let two = try saved("hidden: [4]")
    let own = try DataSource.open(folder.path("t.csv"))
    for wrong in [-0.1, 1.5] {
      #expect(
        message { _ = try two.predict(own, threshold: wrong) }.contains(
          "is no probability; expected a number from 0 to 1"))
      #expect(message { _ = try two.evaluate(own, threshold: wrong) }.contains("--threshold"))
    }
    for (name, problem) in [("iris", "tells 3 classes apart"), ("fish", "predicts numbers")] {
      var configuration = RunConfiguration()
      configuration.data.source = name
      configuration.training.epochs = 1
      _ = try RunPlan(configuration, folder: folder.path(name)).run()
      let saved = try Model(contentsOf: folder.path("\(name)/model.safetensors"))
      let source = try DataSource.open(name)
      #expect(message { _ = try saved.predict(source, threshold: 0.3) }.contains(problem))
      #expect(message { _ = try saved.evaluate(source, threshold: 0.3) }.contains(problem))
    }
  }
}
