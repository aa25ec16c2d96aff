import Apus
import Foundation
import TestSupport
import Testing

/// Weights that PyTorch wrote, in the same network here. The other direction is `Tests/Interchange/check.py`.
@Suite struct InterchangeTests {
  private struct Predictions: Decodable {
    var inputs: FixtureTensor
    var outputs: FixtureTensor
  }

  private func path(_ name: String, folder: String = #filePath) -> String {
    let tests = URL(fileURLWithPath: folder).deletingLastPathComponent().deletingLastPathComponent()
    return tests.appendingPathComponent("Fixtures/interchange/\(name).safetensors").path
  }

  private func check(_ name: String, _ model: Model) throws {
    var model = model
    try model.loadWeights(from: path(name))
    let expected = try Fixtures.load("interchange/\(name)", as: Predictions.self)
    let outputs = try Predictor(model).predict(expected.inputs.values.map { Float($0) })
    #expect(outputs.count == expected.outputs.values.count)
    for (output, value) in zip(outputs, expected.outputs.values) {
      #expect(abs(Double(output) - value) < 1e-5 * max(1, abs(value)))
    }
  }

  @Test func perceptron() throws {
    try check(
      "torch-mlp",
      Model(input: [64]) {
        Dense(32); ReLU(); Dense(10)
      })
  }

  /// Three channels: PyTorch flattens them first, Apus last.
  @Test func flattenedImage() throws {
    try check(
      "torch-image",
      Model(input: [4, 5, 3]) {
        Flatten(); Dense(6); Tanh(); Dense(3)
      })
  }

  /// Convolutions with their weights in another order, strides, groups, and what a flatten makes of the channels.
  private static func convolutions() throws -> Model {
    try Model(input: [8, 7, 2]) {
      Conv2D(4, 3); ReLU(); MaxPool2D(2)
      Conv2D(6, [3, 2], stride: 2, padding: 1, groups: 2); Tanh(); AveragePool2D(2)
      Flatten(); Dense(3)
    }
  }

  @Test func convolutionalNetwork() throws { try check("torch-convolutions", Self.convolutions()) }

  @Test func convolutionalNetworkWrittenAgain() throws {
    let folder = try TemporaryFolder()
    var model = try Self.convolutions()
    try model.loadWeights(from: path("torch-convolutions"))
    try model.save(to: folder.path("m.safetensors"))
    #expect(
      try SafeTensors(contentsOf: folder.path("m.safetensors")).entries
        == SafeTensors(contentsOf: path("torch-convolutions")).entries)
    // With its architecture, so that nothing else is needed to read it.
    let read = try Model(contentsOf: folder.path("m.safetensors"))
    #expect(read.network.configuration == model.network.configuration)
    #expect(read.bits == model.bits)
  }

  /// What is written is what was read: the layouts undo each other.
  @Test func writtenAgain() throws {
    let folder = try TemporaryFolder()
    var model = try Model(input: [4, 5, 3]) {
      Flatten(); Dense(6); Tanh(); Dense(3)
    }
    try model.loadWeights(from: path("torch-image"))
    try model.save(to: folder.path("m.safetensors"))
    #expect(
      try SafeTensors(contentsOf: folder.path("m.safetensors")).entries
        == SafeTensors(contentsOf: path("torch-image")).entries)
  }

  @Test func otherNetworksAreRefused() throws {
    var model = try Model(input: [64]) {
      Dense(16); ReLU(); Dense(10)
    }
    let before = model.bits
    #expect(
      message { try model.loadWeights(from: path("torch-mlp")) }
        .contains("“0.weight” has the shape [32, 64]; expected [16, 64]"))
    #expect(model.bits == before)
    let text = message { _ = try Model(contentsOf: path("torch-mlp")) }
    #expect(text.contains("the file holds arrays but no “architecture”"))
  }
}
