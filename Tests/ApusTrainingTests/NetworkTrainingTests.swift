import Apus
import Testing

/// Networks of several inputs and outputs in training, in files and in runs.
@Suite struct NetworkTrainingTests {
  private static let heads = LayerGraph(outputs: ["classes", "helper"]) {
    LayerGraph.Node("trunk") {
      Dense(6)
      Tanh()
    }
    LayerGraph.Node("helper") { Dense(3) }
    LayerGraph.Node("classes", from: ["trunk"]) { Dense(3) }
  }
  private let inputs: [Float] = [0.5, -1, 2, 0.25, 1, 1, -0.5, 0.75]
  private let labels: [Int32] = [2, 0]

  private func model() throws -> Model {
    try Model(inputs: [InputSpecification([4])], seed: 2, network: Self.heads)
  }

  /// The weighted sum of the heads' losses, and its gradient, against a step that spells it out.
  @Test func auxiliaryHeads() throws {
    let step = try TrainingStep(
      model(), loss: .softmaxCrossEntropy, optimizer: SGD(), capacity: 2,
      auxiliary: ["helper": 0.25])
    let loss = try step.run(rows: step.load(inputs: inputs, labels: labels), step: 1, rate: 0.5)

    let spelled = try TrainingStep(
      ["model": .init(model(), optimizer: .sgd(0.5))],
      inputs: [InputSpecification("input", [4]), InputSpecification("classes", [], .int32)], batch: 2
    ) { models, tensors in
      let outputs = models["model"](["input": tensors["input"]])
      let (loss, classes) = (SoftmaxCrossEntropy(), tensors["classes"])
      return [
        "model": loss(outputs["classes"], classes).mean() + loss(outputs["helper"], classes).mean() * 0.25
      ]
    }
    let expected = try spelled.run(["input": Tensor(inputs, shape: [2, 4]), "classes": Tensor(labels)])
    #expect(loss == expected)
    for parameter in try model().parameters {
      let (ours, theirs) = (step.trained[0].snapshot(), spelled.trained[0].snapshot())
      let (a, b) = (ours[parameter.path]!, theirs[parameter.path]!)
      #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 }, "\(parameter.path)")
      #expect(try a != model()[parameter.path]!, "\(parameter.path) has not moved")
    }
    // Without its weight the helper does not learn.
    let plain = try TrainingStep(
      model(), loss: .softmaxCrossEntropy, optimizer: SGD(), capacity: 2)
    try plain.run(rows: plain.load(inputs: inputs, labels: labels), step: 1, rate: 0.5)
    #expect(try plain.trained[0].snapshot()["helper.0.weight"] == model()["helper.0.weight"])
  }

  @Test func unknownHeadsAreNamed() throws {
    #expect(
      message {
        _ = try TrainingStep(
          model(), loss: .softmaxCrossEntropy, optimizer: SGD(), capacity: 2,
          auxiliary: ["helpr": 1])
      }.contains("did you mean “helper”"))
  }

  /// Two targets with a loss each, and a mask as second input.
  private struct Masked: Network {
    static let name = "masked"
    static let formula = "heads on x · mask"
    var units = 8

    func callAsFunction(_ inputs: NamedTensors, in scope: Scope) -> NamedTensors {
      let trunk = scope.call(Dense(units), inputs["x"] * inputs["mask"], named: "trunk").tanh()
      return [
        "class": scope.call(Dense(2), trunk, named: "class"),
        "size": scope.call(Dense(1), trunk, named: "size"),
      ]
    }
  }

  @Test func severalInputsAndLosses() throws {
    let model = try Model(
      inputs: [InputSpecification("x", [2]), InputSpecification("mask", [2])], seed: 1, network: Masked())
    let step = try TrainingStep(
      ["model": .init(model, optimizer: .adam(0.01))],
      inputs: [
        InputSpecification("x", [2]), InputSpecification("mask", [2]),
        InputSpecification("label", [], .int32),
        InputSpecification("size", [1]),
      ],
      batch: 4
    ) { models, tensors in
      let outputs = models["model"](["x": tensors["x"], "mask": tensors["mask"]])
      return [
        "model": SoftmaxCrossEntropy()(outputs["class"], tensors["label"]).mean()
          + SquaredError()(outputs["size"], tensors["size"]).mean()
      ]
    }
    let batch: NamedTensors = [
      "x": Tensor([[1, 5], [-1, 5], [1, -5], [-1, -5]]),
      "mask": Tensor([[1, 0], [1, 0], [1, 0], [1, 0]]),
      "label": Tensor([1, 0, 1, 0] as [Int32]), "size": Tensor([[2], [-2], [2], [-2]]),
    ]
    let first = try step.run(batch)
    var last = first
    for _ in 2...600 { last = try step.run(batch) }
    #expect(first > 2 && last < 0.01)

    let trained = step.trained[0].snapshot()
    let results = try Predictor(trained, outputs: ["size", "class"])
      .predict(["x": [1, 100], "mask": [1, 0]])
    #expect(abs(results["size"]![0] - 2) < 0.2 && results["class"]![1] > results["class"]![0])

    // In a file, and back with the type handed in.
    let folder = try TemporaryFolder()
    let path = folder.path("masked.safetensors")
    try trained.save(to: path)
    #expect(message { _ = try Model(contentsOf: path) }.contains("unknown layer “masked”"))
    let back = try Model(contentsOf: path, vocabulary: .standard.adding(Masked()))
    #expect(back.inputs == trained.inputs && back.outputs == trained.outputs)
    #expect(back["size.weight"] == trained["size.weight"])
  }

  /// A data set without the network's inputs is refused by their names.
  @Test func inputsThatTheDataLacksAreNamed() throws {
    let model = try Model(
      inputs: [InputSpecification("x", [2]), InputSpecification("mask", [2])], network: Masked())
    let data = try TableDataset(features: [1, 2], inputShape: [2], labels: [0], names: ["a", "b"])
    var copy = model
    #expect(
      message {
        try copy.fit(data, epochs: 1, optimizer: .sgd(0.1))
      }.contains("the data set has no input \"x\", which the model takes"))
  }

  /// The configuration says what the code says, trains, and its model file predicts.
  @Test func fromAConfiguration() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "heads.yaml",
      """
      data: {source: iris}
      model:
        layers:
          layerGraph:
            steps:
              - {name: trunk, layers: [{dense: 16}, tanh]}
              - {name: helper, layers: [{dense: 3}]}
              - {name: classes, from: [trunk, helper], layers: [{dense: 3}]}
            outputs: [classes, helper]
      training:
        epochs: 30
        auxiliary: {helper: 0.3}
      """)
    let result = try RunPlan(RunConfiguration.load(yaml: path), folder: folder.path("a")).run()
    let accuracy = try #require(result.test.first { $0.name == "accuracy" })
    #expect(accuracy.value > 0.85)
    #expect(try Model(contentsOf: result.modelFile).predict(.open("iris")).predictions.count == 150)
    // The resolved configuration reruns to the same bits.
    let again = try RunConfiguration.load(yaml: folder.path("a/config.yaml"))
    #expect(again.training.auxiliary == ["helper": 0.3])
    let second = try RunPlan(again, folder: folder.path("b")).run()
    #expect(try folder.bytes("a/model.safetensors") == folder.bytes("b/model.safetensors"))
    #expect(second.test == result.test)
  }
}
