import Apus
import Testing

/// Weights of several labels in the loss that training minimizes.
@Suite struct LabelWeightTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let random = Philox(seed: 6, path: "label weights")
    let rows = (0..<200).map { row in
      let x = random.normal(UInt64(row))
      // Few of the first are rare, and the second is even.
      return "\(x),\(row % 20 == 0 ? 1 : 0),\(x > 0 ? 1 : 0)"
    }
    try folder.write("t.csv", "x,rare,even\n" + rows.joined(separator: "\n") + "\n")
  }

  private func plan(_ training: String) throws -> RunPlan {
    let configuration = try RunConfiguration.load(
      yaml: folder.write(
        "x.yaml",
        "data: {source: \(folder.path("t.csv")), targets: [rare, even], validation: 0, test: 0}\n"
          + "model: {hidden: [4]}\ntraining: {seed: 1, epochs: 40\(training)}\n"))
    return try RunPlan(configuration, folder: folder.path("run"), overwrite: true)
  }

  @Test func balancedIsThoseWithoutByThoseWith() throws {
    let weights = Recipe.ClassWeights.balanced
    #expect(
      try weights.labelValues(["a", "b", "c", "d"], counts: [10, 50, 0, 100], total: 100) == [9, 1, 1, 1])
    let named = Recipe.ClassWeights.named(["b": 4])
    #expect(try named.labelValues(["a", "b"], counts: [10, 50], total: 100) == [1, 4])
    #expect(
      message { _ = try Recipe.ClassWeights.named(["evn": 4]).labelValues(["even"], counts: [1], total: 2) }
        .contains("there is no label \"evn\""))
    // 10 of 200 rows have the rare one; the weights are those, to the bit.
    let even = try FileBytes.text(of: folder.path("t.csv")).split(separator: "\n").count {
      $0.hasSuffix(",1")
    }
    let asked = "{rare: 19, even: \(Double(200 - even) / Double(even))}"
    let balanced = try plan(", classWeights: balanced").run().model.bits
    #expect(try plan(", classWeights: \(asked)").run().model.bits == balanced)
    #expect(try plan(", classWeights: {rare: 3}").run().model.bits != balanced)
    #expect(try plan(", classWeights: {rare: 1}").run().model.bits == plan("").run().model.bits)
    #expect(message { _ = try plan(", classWeights: {rar: 3}") }.contains("did you mean"))
  }

  /// The gradient of a step is that of Σ over rows and labels of (1 + (w − 1) t) ℓ, by the formula.
  @Test(arguments: ["binaryCrossEntropy", "logistic", "hinge", "squaredHinge", "perceptron"])
  func aStepByFormula(_ name: String) throws {
    let loss = try Losses.loss(.string(name))
    let (features, labels): ([Float], [Float]) = ([0.5, -1, 2], [1, 0, 0, 1, 1, 1])
    let data = try TableDataset(
      features: features, inputShape: [1], indicators: labels, labels: ["a", "b"])
    var model = try Model(input: [1], seed: 2, layers: Sequential([Dense(2)]))
    model.objective = .labels(["a", "b"], loss: loss)
    try model.set("0.weight", to: [0.3, -0.2])
    try model.set("0.bias", to: [0.1, 0.05])
    var training = ModelTraining(model, optimizer: .sgd(1))
    training.labelWeights = [5, 0.5]
    let step = try TrainingStep(training, capacity: 3)
    let mean = try step.gradients(data.batch([0, 1, 2]))
    guard case .indicators(let off, let on) = loss.classTargets else { throw ApusError("no indicators") }
    var expected = 0.0
    for row in 0..<3 {
      for (label, weight) in [5, 0.5].enumerated() {
        let score = Double(features[row]) * [0.3, -0.2][label] + [0.1, 0.05][label]
        let isOn = labels[row * 2 + label] == 1
        let target = Double(isOn ? on : off)
        let single =
          switch name {
          case "binaryCrossEntropy":
            -Mathematics.log(isOn ? 1 / (1 + Mathematics.exp(-score)) : 1 / (1 + Mathematics.exp(score)))
          case "logistic": Mathematics.log(1 + Mathematics.exp(-target * score))
          case "hinge": max(0, 1 - target * score)
          case "squaredHinge": max(0, 1 - target * score) * max(0, 1 - target * score)
          default: ((score > 0 ? 1 : 0) - target) * score
          }
        // A mean over the labels, but of the perceptron's, which is a sum.
        expected += (isOn ? weight : 1) * single / (name == "perceptron" ? 3 : 6)
      }
    }
    #expect(abs(Double(mean) - expected) < 1e-6, "\(name): \(mean) \(expected)")
  }

  @Test func theRareLabelIsFound() throws {
    let plainly = try plan("").run()
    let balanced = try plan(", classWeights: balanced").run()
    func mean(_ result: RunResult) throws -> Double {
      let source = try DataSource.open(folder.path("t.csv"))
      let table = try result.model.predict(source)
      return stride(from: 0, to: table.classProbabilities.count, by: 2).reduce(0) {
        $0 + table.classProbabilities[$1]
      } / 200
    }
    // Without knowledge of x the probabilities are the shares: 1 in 20, and one half where they are balanced.
    #expect(try mean(plainly) < 0.12)
    #expect(try mean(balanced) > 0.3)
    // Metrics count each row as before: the loss of the parts is the unweighted one.
    let cells = try FileBytes.text(of: folder.path("t.csv")).split(separator: "\n").dropFirst()
      .flatMap { $0.split(separator: ",").dropFirst().map { $0 == "1" } }
    let probabilities = try balanced.model.predict(DataSource.open(folder.path("t.csv"))).classProbabilities
    let loss = zip(probabilities, cells).reduce(0.0) { $0 - Mathematics.log($1.1 ? $1.0 : 1 - $1.0) } / 400
    #expect(abs((balanced.training["loss"]?.value ?? 0) - loss) < 1e-5)
  }
}
