import Apus
import Foundation
import Testing

@Suite struct ModelFileTests {
  private let folder: TemporaryFolder
  private let path: String
  private let model: Model

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("m.safetensors")
    var model = try Model(input: [2, 2, 3], seed: 9) {
      Flatten()
      Dense(4)
      ReLU()
      Residual {
        Dense(4, hasBias: false); Dropout(0.1); Tanh()
      }
      Dense(2)
    }
    model.objective = .classes(["no", "yes"])
    self.model = model
    try model.save(to: path)
  }

  @Test func comesBack() throws {
    let back = try Model(contentsOf: path)
    #expect(
      back.bits == model.bits && back.network.configuration == model.network.configuration && back.seed == 9)
    #expect(back.inputShape == [2, 2, 3])
  }

  @Test func theSameBytesAgain() throws {
    let bytes = try folder.bytes("m.safetensors")
    try model.save(to: folder.path("n.safetensors"))
    try Model(contentsOf: path).save(to: folder.path("o.safetensors"))
    #expect(try bytes == folder.bytes("n.safetensors"))
    #expect(try bytes == folder.bytes("o.safetensors"))
  }

  /// PyTorch's names and layouts; metadata whose keys are sorted.
  @Test func whatIsInIt() throws {
    let file = try SafeTensors(contentsOf: path)
    #expect(file.entries.keys.sorted() == ["1.bias", "1.weight", "3.0.weight", "4.bias", "4.weight"])
    #expect(file.entries["1.weight"]?.shape == [4, 12] && file.entries["4.weight"]?.shape == [2, 4])
    let length = try folder.bytes("m.safetensors")[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try folder.bytes("m.safetensors")[8..<(8 + length)]
    let json = try StrictJSON.parse(String(decoding: header, as: UTF8.self), name: "header")
    let keys = json["__metadata__"]?.objectValue?.map(\.key) ?? []
    #expect(
      keys == ["architecture", "format", "formatVersion", "inputSpecifications", "objective", "seed"]
        && keys == keys.sorted())
    let architecture = try StrictJSON.parse(file.metadata["architecture"]!, name: "architecture")
    #expect(architecture.text() == file.metadata["architecture"])
    let text = String(decoding: header, as: UTF8.self)
    #expect(!text.contains(folder.path) && !text.contains("/"))
  }

  /// What a changed file is refused with.
  private func problem(_ change: (inout SafeTensors) -> Void) throws -> String {
    var file = try SafeTensors(contentsOf: path)
    change(&file)
    try file.write(to: folder.path("bad.safetensors"))
    let text = message { _ = try Model(contentsOf: folder.path("bad.safetensors")) }
    #expect(text.hasPrefix(folder.path("bad.safetensors")) || text.contains(": "), "\(text)")
    return text
  }

  @Test func damagedFilesAreRefused() throws {
    #expect(
      try problem { $0.entries["4.bias"] = nil }.contains(
        "the parameter “4.bias” is missing; expected float32 of shape [2]"))
    #expect(
      try problem { $0.entries["4.weight"] = .init([Float](repeating: 0, count: 8), shape: [4, 2]) }
        .contains("“4.weight” has the shape [4, 2]; expected [2, 4]"))
    #expect(
      try problem { $0.entries["4.bias"] = .init([0, 1] as [Double], shape: [2]) }.contains("of the type F64")
    )
    #expect(
      try problem { $0.entries["5.bias"] = .init([0, 1] as [Float], shape: [2]) }
        .contains("the model has no parameter “5.bias”"))
    #expect(try problem { $0.metadata["architecture"] = nil }.contains("a model file that Apus wrote"))
    #expect(try problem { $0.metadata["architecture"] = "[\"relu\"" }.contains("architecture"))
    #expect(try problem { $0.metadata["architecture"] = "7" }.contains("a layer is a name"))
    #expect(
      try problem { $0.metadata["architecture"] = "[{\"dens\":4}]" }.contains("unknown layer “dens”"))
    #expect(
      try problem { $0.metadata["architecture"] = "[{\"dens\":4}]" }.contains("did you mean “dense”?"))
    #expect(
      try problem { $0.metadata["architecture"] = "[{\"dense\":{\"units\":-4}}]" }.contains("at least 1"))
    #expect(try problem { $0.metadata["architecture"] = "[{\"dense\":{\"units\":\"x\"}}]" }.contains("dense"))
    let key = "inputSpecifications"
    #expect(
      try problem { $0.metadata[key] = $0.metadata[key]?.replacing("[2,2,3]", with: "[0]") }
        .contains("the input shape [0] is damaged"))
    #expect(try problem { $0.metadata[key] = "{}" }.contains(key))
    #expect(try problem { $0.metadata[key] = nil }.contains(key))
    #expect(try problem { $0.metadata["inputs"] = "{}" }.contains("inputs"))
  }

  /// A file without an objective, or with a loss that isn't known, gives its model; what needs the objective says why.
  @Test func filesWithoutAKnownObjective() throws {
    let other = folder.path("other.safetensors")
    var file = try SafeTensors(contentsOf: path)
    file.metadata["objective"] = file.metadata["objective"]?.replacing("softmaxCrossEntropy", with: "squard")
    try file.write(to: other)
    let unknown = try Model(contentsOf: other)
    #expect(unknown.objective == nil && unknown.bits == model.bits)
    #expect(message { _ = try unknown.requireObjective() }.contains("did you mean “squaredError”?"))

    var model = model
    model.objective = nil
    try model.save(to: other)
    #expect(try SafeTensors(contentsOf: other).metadata["objective"] == nil)
    let silent = try Model(contentsOf: other)
    #expect(silent.objective == nil)
    #expect(message { _ = try silent.requireObjective() }.contains("set model.objective"))
    let data = try TableDataset(features: [0], inputShape: [1], values: [0], names: ["y"])
    #expect(message { _ = try silent.evaluate(on: data) }.contains("the model has no objective"))

    // As many scales as numbers, or none.
    let scales = [TargetScale(mean: 1.6e9, deviation: 0.1), TargetScale(mean: 2, deviation: 3, unit: "EUR")]
    model.objective = .numbers(["a", "b"], scales: [scales[0]], loss: Quarter(part: 0.5))
    #expect(message { try model.save(to: other) }.contains("the targets' scales are damaged"))
    model.objective?.scales = scales
    try model.save(to: other)
    #expect(
      message { _ = try Model(contentsOf: other).requireObjective() }.contains("unknown loss “quarter”"))
    let own = try Model(contentsOf: other, vocabulary: .standard.adding(Quarter())).requireObjective()
    #expect(own.loss as? Quarter == Quarter(part: 0.5))
    #expect(own.targets == .values(names: ["a", "b"]))
    #expect(own.scales == scales)
  }

  @Test func objectivesThatDoNotFit() throws {
    #expect(
      try problem {
        $0.metadata["objective"] = $0.metadata["objective"]?.replacing("\"yes\"", with: "\"yes\",\"so\"")
      }
      .contains("2 outputs for 3 classes; expected 3 (end it with Dense(3))"))
    #expect(try problem { $0.metadata["objective"] = "{" }.contains("objective"))
    #expect(try problem { $0.metadata["formatVersion"] = "4" }.contains("read it with a newer Apus"))
  }

  /// Files of the versions before objectives, and before objectives alone had the targets (`-2`): what they say is read,
  /// what was guessed is not.
  @Test(arguments: [
    "table", "numbers", "labels", "ensemble", "classic", "table-2", "numbers-2", "labels-2",
  ])
  func olderFiles(_ file: String) throws {
    let name = file.replacing("-2", with: "")
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/models").path
    let model = try Model(contentsOf: "\(fixtures)/\(file).safetensors")
    let objective = try model.requireObjective()
    let source = try DataSource.open(
      "\(fixtures)/\(["numbers": "n", "labels": "l"][name] ?? "t").csv", format: model.tableFormat)
    let predicted = try model.predict(source).csv(allClasses: name != "numbers").split(separator: "\n")
    let before = try String(contentsOfFile: "\(fixtures)/\(file).csv", encoding: .utf8).split(separator: "\n")
    #expect(predicted.count == before.count && predicted[0] == before[0])
    for (now, then) in zip(predicted, before).dropFirst() {
      for (a, b) in zip(now.split(separator: ","), then.split(separator: ",")) {
        guard let a = Double(a), let b = Double(b) else {
          #expect(a == b)
          continue
        }
        #expect(abs(a - b) <= 1e-6 * max(1, abs(b)))
      }
    }
    let expected: [String: any Loss.Type] = [
      "numbers": SquaredError.self, "labels": BinaryCrossEntropy.self, "classic": BinaryCrossEntropy.self,
    ]
    #expect(type(of: objective.loss) == expected[name] ?? SoftmaxCrossEntropy.self)
    #expect(objective.scales.count == (name == "numbers" ? 1 : 0))
    // Written anew, it is the same model.
    try model.save(to: folder.path("again.safetensors"))
    let again = try Model(contentsOf: folder.path("again.safetensors"))
    #expect(again.bits == model.bits && again.objective?.targets == objective.targets)
    #expect(again.preprocessing == model.preprocessing && again.objective?.scales == objective.scales)
    // With the targets that the file's table has.
    #expect(try again.evaluate(source).samples == before.count - 1)
  }

  @Test func olderFilesOfOtherKinds() throws {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/models").path
    for name in ["image", "image-2"] {
      let image = try Model(contentsOf: "\(fixtures)/\(name).safetensors")
      #expect(try image.predict(DataSource.open("digits")).predictions.count == 1797)
      #expect(try image.requireObjective().targets.outputCount == 10)
    }
    let text = try Model(contentsOf: "\(fixtures)/text.safetensors")
    #expect(try TextGenerator(text).generate(prompt: "a", length: 5).unicodeScalars.count == 5)
    // The library wrote softmax cross-entropy for any model whose loss was not given.
    let library = try Model(contentsOf: "\(fixtures)/library.safetensors")
    #expect(library.objective == nil)
    #expect(message { _ = try library.requireObjective() }.contains("may have been a guess"))
  }

  /// Every cut and a flip of any bit of the header either is refused or gives a model: never a trap.
  @Test func anyDamageIsAnError() throws {
    let whole = try folder.bytes("m.safetensors")
    let bad = folder.path("bad.safetensors")
    for length in stride(from: 0, to: whole.count, by: 11) {
      try Data(whole[..<length]).write(to: URL(fileURLWithPath: bad))
      #expect(throws: ApusError.self) { _ = try Model(contentsOf: bad) }
    }
    for place in 0..<min(whole.count, 900) {
      var bytes = whole
      bytes[place] ^= 1 << UInt8(place % 7)
      try Data(bytes).write(to: URL(fileURLWithPath: bad))
      do { _ = try Model(contentsOf: bad) } catch { #expect(error is ApusError) }
    }
  }

  @Test func anUnwritableFolderLeavesTheOldFile() throws {
    #expect(message { try model.save(to: path + "/x") }.contains("Not a directory"))
    #expect(try Model(contentsOf: path).bits == model.bits)
  }

  /// A layer of one's own loads where its type is handed in.
  @Test func layersOfOnesOwn() throws {
    let own = try Model(input: [3], seed: 1) {
      Shift(); Dense(2)
    }
    try own.save(to: folder.path("own.safetensors"))
    #expect(
      message { _ = try Model(contentsOf: folder.path("own.safetensors")) }.contains("unknown layer “shift”"))
    #expect(
      try Model(contentsOf: folder.path("own.safetensors"), vocabulary: .standard.adding(Shift()))
        .bits == own.bits)
  }
}

/// y = x + a
private struct Shift: Layer {
  static let name = "shift"
  static let formula = "y = x + a"

  func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    input + scope.parameter("a", TensorShape([input.shape[-1]]), .ones)
  }
}

/// A loss of one's own.
private struct Quarter: Loss, Equatable {
  static let name = "quarter"
  static let formula = "ℓ = part · (y − t)²"
  var part: Double
  init() { self.init(part: 0.25) }
  init(part: Double) { self.part = part }
  func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let difference = output - target
    return (difference * difference * Tensor(part)).mean(axes: [1])
  }
  func initialLoss(_ targets: TargetSummary) -> Double? { nil }
}
