import Apus
import ApusCore
import ApusData
import ApusNN
import TestSupport
import Testing

/// A model run by names: outputs, layers, losses, gradients; and what is said of what isn't there.
@Suite struct CompiledModelTests {
  private static func data(_ count: Int, weights: [Float]? = nil) throws -> TableDataset {
    let random = Philox(seed: 4, path: "rows")
    return try TableDataset(
      features: (0..<(count * 4)).map { Float(random.normal(UInt64($0))) }, inputShape: [4],
      labels: (0..<count).map { Int32($0 % 3) }, names: ["a", "b", "c"], weights: weights)
  }

  private static func model() throws -> Model {
    try Model(for: data(3), seed: 5) {
      Dense(6); Tanh(); Dense(3)
    }
  }

  /// In one run, in runs of two rows, and by calling the model.
  @Test func rowsAreTheSameInAnyRun() throws {
    let (model, data) = (try Self.model(), try Self.data(7))
    let outputs: [CompiledModel.Output] = [.prediction, .logits, .layer("1"), .layerInput("2"), .loss]
    let whole = try model.compiled(outputs: outputs, batch: 7)(data.batches(of: 7)[0])
    let parts = try model.compiled(outputs: outputs, batch: 2)(data.batches(of: 7)[0])
    for output in outputs {
      #expect(areSameBits(try whole[output].values(), try parts[output].values()), "\(output)")
    }
    #expect(whole[.layer("1")].shape == [7, 6] && whole[.loss].shape == [7])
    #expect(areSameBits(try whole[.layer("1")].values(), try whole[.layerInput("2")].values()))
    let called = model(data.batches(of: 7)[0]["input"])
    #expect(areSameBits(try called.values(), try whole[.logits].values()))
    #expect(areSameBits(try called.softmax().values(), try whole[.prediction].values()))
    let tensors = try model.compiled(batch: 3)(Tensor(data.features, shape: [7, 4]))
    #expect(areSameBits(try tensors[.prediction].values(), try whole[.prediction].values()))
  }

  /// The mean loss' gradient, whole and in runs, against the loop by hand and against a function's gradient.
  @Test(arguments: [false, true])
  func gradientsOfTheMeanLoss(_ isWeighted: Bool) throws {
    let data = try Self.data(7, weights: isWeighted ? [1, 0, 2, 0.5, 3, 1, 0.25] : nil)
    let model = try Self.model()
    let batch = data.batches(of: 7)[0]
    let step = try TrainingStep(model, batch: 7, isWeighted: isWeighted)
    let loss = try step.gradients(batch)
    let (value, gradient) = try valueAndGradient(of: model, mode: .inference) { model in
      let losses = softmaxCrossEntropy(model(batch["input"]), classes: data.labels)
      guard isWeighted else { return losses.mean() }
      return (losses * batch["weight"]).sum() / batch["weight"].sum()
    }
    #expect(abs(try value.item() - loss) < 1e-6)
    for rows in [7, 3] {
      let compiled = try CompiledModel(
        model, for: .inference,
        outputs: [
          .gradient(of: .loss, "0.weight"), .gradient(of: .loss, "1"), .gradient(of: .loss, "input"),
        ],
        capacity: rows, isWeighted: isWeighted, engine: .standard())
      let run = try compiled(batch)
      let found = try run[.gradient(of: .loss, "0.weight")].values()
      #expect(
        run[.gradient(of: .loss, "1")].shape == [7, 6] && run[.gradient(of: .loss, "input")].shape == [7, 4])
      for (a, b) in zip(found, try step[gradient: "0.weight"].values()) { #expect(abs(a - b) < 1e-6) }
      for (a, b) in zip(found, try gradient["0.weight"].values()) { #expect(abs(a - b) < 1e-6) }
      if isWeighted {
        let ignored = try run[.gradient(of: .loss, "input")].values()[4..<8]
        #expect(ignored.allSatisfy { $0 == 0 })
      }
    }
    let at = try valueAndGradient(at: batch["input"]) { x in
      let losses = softmaxCrossEntropy(model(x), classes: data.labels)
      return isWeighted ? (losses * batch["weight"]).sum() / batch["weight"].sum() : losses.mean()
    }
    let saliency = try CompiledModel(
      model, for: .inference, outputs: [.gradient(of: .loss, "input")], capacity: 7, isWeighted: isWeighted,
      engine: .standard())(batch)
    for (a, b) in zip(try at.gradient.values(), try saliency[.gradient(of: .loss, "input")].values()) {
      #expect(abs(a - b) < 1e-6)
    }
  }

  @Test func whatIsNotThereIsNamed() throws {
    let (model, data) = (try Self.model(), try Self.data(4))
    func problem(_ outputs: [CompiledModel.Output]) -> String {
      message { _ = try model.compiled(outputs: outputs) }
    }
    #expect(problem([.layer("9")]).contains("there is no layer \"9\""))
    #expect(problem([.output("logit")]).contains("no output"))
    #expect(problem([.gradient(of: .loss, "0.wieght")]).contains("did you mean"))
    var raw = model
    raw.objective = nil
    #expect(message { _ = try raw.compiled(outputs: [.loss]) }.contains("has no objective"))
    #expect(
      try raw.compiled()(Tensor(data.features, shape: [4, 4]))[.prediction].values()
        == raw(Tensor(data.features, shape: [4, 4])).values())
    let compiled = try model.compiled(outputs: [.prediction])
    let run = try compiled(data.batches(of: 4)[0])
    #expect(run[.loss].error?.description.contains("was not asked for") == true)
    #expect(message { _ = try compiled(Tensor([[1, 2]])) }.contains("expected [rows, 4]"))
    #expect(message { _ = try compiled(["x": Tensor([[1, 2, 3, 4]])]) }.contains("no input \"x\""))
    #expect(message { _ = try compiled(Tensor([[1, 2, 3, 4], [1]])) }.contains("row 2"))
    #expect(message { _ = try model.compiled(batch: 0) }.contains("at least 1"))
    let wide = try TableDataset(features: [1, 2, 3], inputShape: [3], labels: [0], names: ["a", "b", "c"])
    #expect(message { _ = try compiled(wide.batches(of: 1)[0]) }.contains("[3]; expected [4]"))
    let losses = try model.compiled(outputs: [.loss])
    let others = try TableDataset(
      features: [1, 2, 3, 4], inputShape: [4], labels: [0], names: ["x", "y", "z"])
    #expect(message { _ = try losses(others.batches(of: 1)[0]) }.contains("3 classes (x, y, z)"))
  }

  /// One compiled model, many threads.
  @Test func manyThreadsShareOne() async throws {
    let (model, data) = (try Self.model(), try Self.data(50))
    let compiled = try model.compiled(batch: 8)
    let expected = try compiled(data.batches(of: 50)[0])[.prediction].values()
    try await withThrowingTaskGroup(of: [Float].self) { group in
      for _ in 0..<8 { group.addTask { try compiled(data.batches(of: 50)[0])[.prediction].values() } }
      for try await values in group { #expect(areSameBits(values, expected)) }
    }
  }

  /// A deep model differentiates to its beginning: nothing is computed, and cut off, on the way.
  @Test func deepModelsKeepTheirGradient() throws {
    let layers = (0..<200).flatMap { _ in [Dense(3), Tanh()] as [any Layer] }
    let model = try Model(input: [3], seed: 1, layers: Sequential(layers))
    let x = Tensor([[0.1, 0.2, 0.3]])
    let (_, gradient) = try valueAndGradient(of: model) { $0(x).sum() }
    #expect(gradient.count == 400 && gradient.tensors.allSatisfy { $0.error == nil })
    let (_, atInput) = try valueAndGradient(at: x) { model($0).square().sum() }
    #expect(try atInput.values().allSatisfy(\.isFinite))
    #expect(try gradient[gradient.names[0]].norm().item().isFinite)
  }

  /// Every layer of the table that takes a vector, an image or classes, called on tensors: as the compiled model computes it.
  @Test func callingIsCompiling() throws {
    let cases: [(shape: [Int], layers: Sequential)] = [
      ([8], Sequential([Dense(5), BatchNorm(), ReLU(), Dropout(0.5), LayerNorm()])),
      ([6, 6, 2], Sequential([Conv2D(3, 3), BatchNorm(), ReLU(), MaxPool2D(2), Flatten(), Dense(4)])),
      (
        [6, 6, 2], Sequential([Residual { Conv2D(2, 3) }, AveragePool2D(2), GlobalAveragePool2D(), Dense(2)])
      ),
      ([10], Sequential([GPT(vocabulary: 7, layers: 1, heads: 2, width: 8)])),
    ]
    for (shape, layers) in cases {
      let model = try Model(input: shape, seed: 3, layers: layers)
      let count = shape.reduce(1, *) * 3
      let x = Tensor((0..<count).map { Float($0 * 7 % 7) }, shape: TensorShape([3] + shape))
      let called = try model(x).values()
      let compiled = try CompiledModel(
        model, arena: model.storage, for: .inference, outputs: [.logits], capacity: 3, engine: .standard())
      #expect(areSameBits(called, try compiled(x)[.logits].values()), "\(shape)")
    }
  }

  @Test func mistakesArePoisonedTensors() throws {
    let model = try Self.model()
    let wrong = model(Tensor([[1, 2]]))
    #expect(wrong.error?.description.contains("expected [rows, 4]") == true)
    let loss = softmaxCrossEntropy(wrong, classes: [0]).mean()
    #expect(message { _ = try loss.item() }.contains("expected [rows, 4]"))
    let logits = model(Tensor([[1, 2, 3, 4]]))
    #expect(softmaxCrossEntropy(logits, classes: [3]).error?.description.contains("from 0 to 2") == true)
    #expect(
      softmaxCrossEntropy(logits, classes: [0, 1]).error?.description.contains("2 classes for 1 rows") == true
    )
    #expect(message { _ = try valueAndGradient(of: model) { _ in logits } }.contains("take its mean()"))
    #expect(message { _ = try valueAndGradient(at: Tensor([1] as [Int32])) { $0.sum() } }.contains("float32"))
  }
}
