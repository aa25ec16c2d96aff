import Apus
import Foundation
import Testing

/// Every family of the table through a configuration file, and what it says of its data.
@Suite struct ModelFamilyTests {
  private func load(_ folder: TemporaryFolder, _ yaml: String) throws -> RunConfiguration {
    try RunConfiguration.load(yaml: folder.write("c.yaml", yaml))
  }

  private func run(_ yaml: String) throws -> (plan: RunPlan, result: RunResult, folder: TemporaryFolder) {
    let folder = try TemporaryFolder()
    try folder.write("gates.csv", Self.gates)
    try folder.write(
      "train-images-idx3-ubyte", Self.idx([40, 28, 28]) { UInt8(truncatingIfNeeded: $0 * $0 / 9) })
    try folder.write("train-labels-idx1-ubyte", Self.idx([40]) { UInt8($0 % 2) })
    try folder.write("corpus.txt", String(repeating: "a lazy dog and a fox. ", count: 30))
    var text = yaml
    for name in ["gates.csv", "corpus.txt"] {
      text = text.replacingOccurrences(of: name, with: folder.path(name))
    }
    text = text.replacingOccurrences(of: "IMAGES", with: folder.path)
    let plan = try RunPlan(load(folder, text), folder: folder.path("run"))
    return (plan, try plan.run(), folder)
  }

  private static let gates = "a,b,and,or\n0,0,no,no\n0,1,no,yes\n1,0,no,yes\n1,1,yes,yes\n"

  /// An array in MNIST's format.
  private static func idx(_ shape: [Int], _ byte: (Int) -> UInt8) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] }
      + (0..<shape.reduce(1, *)).map(byte)
  }

  /// Data that each family is for.
  private static func data(_ family: String) -> String {
    switch family {
    case "linear", "ridge", "lasso": "{source: fish}"
    case "logistic": "{source: moons, rows: 120}"
    case "gpt": "{source: corpus.txt, context: 16}"
    case "leNet5", "cnn", "resNet", "alexNet", "googLeNet": "{source: IMAGES}"
    default: "{source: iris}"
    }
  }

  @Test(arguments: ModelFamilies.table.names)
  func everyFamilyRerunsToTheSameBytes(_ name: String) throws {
    let (_, result, folder) = try run(
      "data: \(Self.data(name))\nmodel: {family: \(name)}\ntraining: {epochs: 4, seed: 2}\n")
    #expect(!result.modelFile.isEmpty)
    let again = try RunConfiguration.load(yaml: folder.path("run/config.yaml"))
    #expect(again.model.json["family"] == .string(name) && again.model.layers != nil)
    _ = try RunPlan(again, folder: folder.path("again")).run()
    #expect(try folder.bytes("again/model.safetensors") == folder.bytes("run/model.safetensors"))
    #expect(try folder.bytes("again/config.yaml") == folder.bytes("run/config.yaml"))
  }

  @Test func imageFamilies() throws {
    let (residual, _, _) = try run(
      "data: {source: IMAGES}\nmodel: {family: resnet-8}\ntraining: {epochs: 1}\n")
    #expect((residual.configuration.model.family as? ResNet)?.depth == 8)
    #expect(residual.configuration.training.l2 == 5e-4)
    let (heads, _, _) = try run(
      "data: {source: IMAGES}\nmodel: {family: {googlenet: {auxiliaryHeads: true}}}\ntraining: {epochs: 1}\n")
    #expect(heads.configuration.training.auxiliary == ["head1": 0.3, "head2": 0.3])
  }

  @Test(arguments: ["leNet5", "cnn", "resNet", "alexNet", "googLeNet"])
  func imageFamiliesWantImages(_ name: String) throws {
    let text = message { _ = try run("data: {source: iris}\nmodel: {family: \(name)}\n") }
    #expect(text.contains("the model \(name) is for images, and a row of this data is 4 numbers"), "\(text)")
  }

  /// What a configuration says goes before the family.
  @Test func whatIsGivenGoesFirst() throws {
    let (plan, _, _) = try run(
      """
      data: {source: fish}
      model: {family: {ridge: {lambda: 10}}}
      training: {epochs: 2, batch: 7, loss: squared, optimizer: momentum, learningRate: 0.01}
      """)
    let training = plan.configuration.training
    #expect(training.loss is SquaredError && training.batch == 7 && training.learningRate == 0.01)
    #expect(training.optimizer is Momentum && training.schedule is ConstantRate)
    // λ belongs to the model, whatever the optimizer.
    #expect(training.l2 == 10.0 / 111)
    #expect(plan.reasons.lines.contains { $0.contains("λ 10 beside the sum over 111 rows") })
  }

  /// Without a family, files and figures are those of a multilayer perceptron.
  @Test func theDefaultFamilyIsNotWritten() throws {
    let (plan, _, _) = try run("data: {source: iris}\ntraining: {epochs: 1}\n")
    #expect(plan.configuration.model.family == nil)
    #expect(plan.model.parameters.map(\.count) == [256, 64, 192, 3])
    let training = plan.configuration.training
    #expect(training.learningRate == 5e-3 && training.batch == 16 && training.l2 == 1e-3)
    let (named, _, _) = try self.run("data: {source: iris}\nmodel: {family: mlp}\ntraining: {epochs: 1}\n")
    #expect(named.model.bits == plan.model.bits)
    let (short, _, _) = try self.run(
      "data: {source: iris}\nmodel: {family: {mlp: {dropout: 0.5}}, hidden: [5]}\ntraining: {epochs: 1}\n")
    #expect(short.model.parameters.map(\.count) == [20, 5, 15, 3])
    #expect((short.configuration.model.family as? MLP)?.hidden == [5])
  }

  @Test func mistakesAreSaid() throws {
    func problem(_ yaml: String) throws -> String { message { _ = try run(yaml) } }
    #expect(try problem("data: {source: fish}\nmodel: {family: rige}\n").contains("did you mean “ridge”?"))
    #expect(
      try problem("data: {source: fish}\nmodel: {family: {ridge: {lamda: 1}}}\n")
        .contains("did you mean “lambda”?"))
    #expect(try problem("data: {source: fish}\nmodel: {family: {ridge: -1}}\n").contains("0 or more"))
    #expect(
      try problem("data: {source: fish}\nmodel: {family: logistic}\n")
        .contains("the model logistic is for classification, and this is regression"))
    #expect(try problem("data: {source: iris}\nmodel: {family: logistic}\n").contains("use softmax"))
    #expect(try problem("data: {source: iris}\nmodel: {family: lasso}\n").contains("for regression"))
    #expect(
      try problem("data: {source: iris}\nmodel: {family: softmax, hidden: [3]}\n")
        .contains("softmax has no parameter “hidden”"))
  }

  // MARK: Conclusions

  @Test(arguments: ["and", "or"])
  func gatesAreSeparable(_ gate: String) throws {
    let (plan, result, folder) = try run(
      """
      data: {source: gates.csv, target: \(gate), leaveOut: [\(gate == "and" ? "or" : "and")], validation: 0, test: 0}
      model: {family: perceptron}
      """)
    let reading = try #require(result.linear)
    let last = try #require(result.history.epochs.last)
    #expect(last.mistakes == 0 && result.history.epochs.dropLast().allSatisfy { $0.mistakes! > 0 })
    #expect(reading.conclusion == "linearly separable: no mistake since epoch \(last.epoch)")
    #expect(try #require(reading.margin) > 0)
    #expect(result.stopReason != nil && plan.configuration.training.batch == 1)
    let csv = String(decoding: try folder.bytes("run/history.csv"), as: UTF8.self)
    #expect(csv.hasPrefix("epoch,step,rate,training_loss,mistakes\n") && csv.hasSuffix(",0\n"))
  }

  /// XOR: at best one of the four is wrong, and those weights are kept.
  @Test func xorIsNot() throws {
    let (_, result, _) = try run("data: {source: xor}\nmodel: {family: perceptron}\n")
    let fewest = try #require(result.history.epochs.compactMap(\.mistakes).min())
    let best = try #require(result.history.epochs.first { $0.mistakes == fewest })
    let conclusion = try #require(result.linear?.conclusion)
    #expect(conclusion.hasPrefix("not linearly separable in 200 epochs: best so far \(fewest) mistake"))
    #expect(conclusion.contains("epoch \(best.epoch), whose weights are kept"))
    #expect(result.history.bestEpoch == best.epoch && result.linear?.margin == nil)
    #expect(result.training.first { $0.name == "accuracy" }?.value == Double(4 - fewest) / 4)
  }

  /// The rule, its margin and its figures are those of the weights in the file, whichever of the run's they are.
  @Test(arguments: [
    "", "earlyStopping: 2", "keep: last", "ensemble: {checkpoints: 3}", "ensemble: {movingAverage: 0.9}",
  ])
  func theRuleIsThatOfTheFile(_ setting: String) throws {
    for family in ["{logistic: {lambda: 1}}", "svm"] {
      let (_, result, folder) = try run(
        """
        data: {source: moons, rows: 300, noise: 0.3}
        model: {family: \(family)}
        training: {epochs: 30, learningRate: 0.5, seed: 3\(setting.isEmpty ? "" : ", " + setting)}
        """)
      let saved = try Model(contentsOf: folder.path("run/model.safetensors"))
      let weights = try #require(saved["0.weight"]).map { Double($0) }
      let reading = try #require(result.linear)
      let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(reading.weightNorm - norm) < 1e-12)
      // The rule, applied by hand to the columns as they stand, decides as the file does.
      let rule = try #require(reading.rules.first)
      let source = try DataSource.open("moons", generated: GeneratedOptions(rows: 300, noise: 0.3, seed: 3))
      guard case .table(let table) = source.content, case .numbers(let x) = table.columns[0].cells,
        case .numbers(let y) = table.columns[1].cells
      else { throw ApusError("no numbers") }
      func weight(_ name: String) throws -> Double {
        try #require(rule.terms.first { $0.name == name }).weight
      }
      let (a, b) = try (weight(table.columns[0].name), weight(table.columns[1].name))
      let byHand = zip(x, y).map { a * $0 + b * $1 + rule.intercept > 0 ? rule.name : rule.otherwise! }
      #expect(try saved.predict(source).predictions == byHand)
    }
  }

  /// The printed rule decides as the file does, however far from 0 its columns lie.
  @Test(arguments: ["logistic", "svm", "softmax"])
  func thePrintedRuleIsPreciseEnough(_ family: String) throws {
    let random = Philox(seed: 6, path: "years")
    let rows = (0..<200).map { row -> (Double, Double, String) in
      let a = 2004 + 5 * random.normal(UInt64(3 * row)), b = 1e5 + 20 * random.normal(UInt64(3 * row + 1))
      return (a, b, 4 * (a - 2004) + b - 1e5 + 5 * random.normal(UInt64(3 * row + 2)) > 0 ? "pos" : "neg")
    }
    let folder = try TemporaryFolder()
    try folder.write("y.csv", "a,b,y\n" + rows.map { "\($0.0),\($0.1),\($0.2)\n" }.joined())
    let text = "data: {source: \(folder.path)/y.csv}\nmodel: {family: \(family)}\ntraining: {epochs: 20}\n"
    let result = try RunPlan(load(folder, text), folder: folder.path("run")).run()
    let rule = try #require(result.linear?.rules.first)
    let saved = try Model(contentsOf: folder.path("run/model.safetensors"))
    let predicted = try saved.predict(DataSource.open(folder.path("y.csv"))).predictions
    // `3.52·a`, `+ 0.718·b`, `− 78890.1`
    let parts = LinearLines.parts(rule).map { part -> (Double, String) in
      let plain = part.replacing("− ", with: "-").replacing("−", with: "-").replacing("+ ", with: "")
      let fields = plain.split(separator: "·")
      return (Double(fields[0]) ?? .nan, fields.count > 1 ? String(fields[1]) : "")
    }
    let wrong = zip(rows, predicted).count { row, label in
      let sum = parts.reduce(0.0) { $0 + $1.0 * ($1.1 == "a" ? row.0 : $1.1 == "b" ? row.1 : 1) }
      return (sum > 0 ? rule.name : rule.otherwise) != label
    }
    #expect(wrong <= 2, "\(LinearLines.parts(rule))")
  }

  /// The pocket's weights, and not the last ones.
  @Test func theRuleOfAPocket() throws {
    let (_, result, folder) = try run("data: {source: xor}\nmodel: {family: perceptron}\n")
    let model = try Model(contentsOf: folder.path("run/model.safetensors"))
    let reading = try #require(result.linear)
    let weights = try #require(model["0.weight"])
    #expect(reading.zeroCount == weights.count { $0 == 0 } && reading.weightNorm > 0)
    let rule = try #require(reading.rules.first)
    let right = [(0.0, 0.0, "0"), (0, 1, "1"), (1, 0, "1"), (1, 1, "0")].count { x1, x2, name in
      let sum = rule.terms.reduce(rule.intercept) { $0 + $1.weight * ($1.name == "x1" ? x1 : x2) }
      return (sum > 0 ? rule.name : rule.otherwise) == name
    }
    #expect(right == 3)
  }

  /// Interrupted and resumed, the pocket is the same.
  @Test func thePocketIsResumed() throws {
    let folder = try TemporaryFolder()
    var configuration = RunConfiguration()
    configuration.data.source = "moons"
    configuration.data.rows = 60
    configuration.model.family = Perceptron()
    configuration.training.epochs = 12
    _ = try RunPlan(configuration, folder: folder.path("whole")).run()
    let first = try RunPlan(configuration, folder: folder.path("cut"))
    #expect(try first.isPaused { step, _ in step >= 300 })
    _ = try RunPlan(configuration, folder: folder.path("cut"), resume: true).run()
    #expect(try folder.bytes("cut/model.safetensors") == folder.bytes("whole/model.safetensors"))
    #expect(try folder.bytes("cut/history.csv") == folder.bytes("whole/history.csv"))
  }

  /// Data that can be separated has no likelihood maximum: said without λ, not with it.
  @Test func separableDataNeedsLambda() throws {
    func conclusion(_ family: String) throws -> String? {
      try run(
        """
        data: {source: gates.csv, target: and, leaveOut: [or], validation: 0, test: 0}
        model: {family: \(family)}
        training: {epochs: 400}
        """
      ).result.linear?.conclusion
    }
    #expect(try #require(try conclusion("logistic")).contains("‖w‖ grows for as long as training goes on"))
    #expect(try conclusion("{logistic: {lambda: 1}}") == nil)
    #expect(try conclusion("svm") == nil)
  }

  /// XOR with one hidden layer (A6).
  @Test func oneHiddenLayerSolvesXor() throws {
    let (_, result, _) = try run("data: {source: xor}\nmodel: {family: mlp, hidden: [4], activation: tanh}\n")
    #expect(result.training.first { $0.name == "accuracy" }?.value == 1)
  }

  // MARK: Readings

  /// The rule in the columns' own units is the model: by hand from the raw columns, the model's own predictions.
  @Test(arguments: ["linear", "ridge", "lasso"])
  func theRuleIsTheModel(_ family: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("houses.csv", Samples.csv(120))
    let configuration = try load(
      folder,
      "data: {source: \(folder.path("houses.csv")), target: price}\nmodel: {family: \(family)}\n")
    let result = try RunPlan(configuration, folder: folder.path("run")).run()
    let rule = try #require(result.linear?.rules.first)
    let source = try DataSource.open(folder.path("houses.csv"))
    let predictions = try Model(contentsOf: folder.path("run/model.safetensors")).predict(source)
    let rows = Samples.csv(120).split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    for (row, prediction) in zip(rows, predictions.predictions) {
      let terms = ["a": Double(row[0])!, "b": Double(row[1])!, "kind = \(row[2])": 1]
      let value = rule.terms.reduce(rule.intercept) { $0 + $1.weight * (terms[$1.name] ?? 0) }
      #expect(abs(value - Double(prediction)!) < 1e-3)
    }
    let deviation = try #require(result.linear?.residualDeviation)
    #expect(deviation > 0 && deviation < 15)
    if family == "lasso" {
      #expect(result.linear?.closedForm == nil)
    } else {
      let form = try #require(result.linear?.closedForm)
      #expect(form.trained - form.loss > -1e-6 && form.trained - form.loss < 1e-4)
      #expect(form.rank == (family == "ridge" ? 6 : 5))
    }
  }

  /// The delta rule comes to the least squares of ±1.
  @Test func adalineComesToTheLeastSquares() throws {
    let (_, result, _) = try run("data: {source: moons}\nmodel: {family: adaline}\n")
    let form = try #require(result.linear?.closedForm)
    #expect(form.gap > -1e-6 && form.gap < 0.01)
    #expect(result.linear?.rules.first?.otherwise == "0")
  }

  @Test func aClassifierOfManyClassesHasARuleEach() throws {
    let (_, result, _) = try run("data: {source: iris}\nmodel: {family: svm}\ntraining: {epochs: 50}\n")
    let reading = try #require(result.linear)
    #expect(
      reading.decision == .largest && reading.rules.map(\.name) == ["setosa", "versicolor", "virginica"])
    #expect(result.json["linear"]?["rules"]?.arrayValue?.count == 3)
    // A network that is not linear has none.
    let (_, deep, _) = try run("data: {source: iris}\ntraining: {epochs: 1}\n")
    #expect(deep.linear == nil && deep.json["linear"] == nil)
  }
}
