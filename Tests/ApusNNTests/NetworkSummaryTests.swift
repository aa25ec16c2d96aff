import ApusCore
import ApusData
import ApusNN
import Testing

@Suite struct NetworkSummaryTests {
  /// in · out + out, and as many units as outputs; the same as of the model that it would be.
  @Test func denseLayers() throws {
    let layers = Sequential([Dense(200), ReLU(), Dense(10)])
    let summary = try NetworkSummary(layers, input: InputSpecification([784]))
    #expect(summary.parameterCount == 784 * 200 + 200 + 200 * 10 + 10)
    #expect(summary.unitCount == 200 + 200 + 10)
    let model = try Model(input: [784], layers: layers)
    #expect(NetworkSummary(model).parameterCount == summary.parameterCount)
    #expect(model.summary.map(\.path) == summary.layers.map(\.path))
  }

  /// 12 L d² + 13 L d + (V + n + 2) d, of more numbers than memory holds.
  @Test func withoutMemory() throws {
    let (count, width, vocabulary, context) = (96, 12_288, 50_257, 2_048)
    let network = GPT(vocabulary: vocabulary, context: context, layers: count, heads: 96, width: width)
    let summary = try NetworkSummary(network, input: InputSpecification([context], .int32))
    let attention = 12 * count * width * width + 13 * count * width
    #expect(summary.parameterCount == attention + (vocabulary + context + 2) * width)
  }

  /// Running statistics are no parameters, and auxiliary heads are there in training alone.
  @Test func stateAndHeads() throws {
    let normalized = Sequential([Dense(5), BatchNorm()])
    #expect(try NetworkSummary(normalized, input: InputSpecification([3])).parameterCount == 20 + 10)
    let network = GoogLeNet(classes: 1_000)
    let image = InputSpecification([224, 224, 3])
    #expect(try NetworkSummary(network, input: image).parameterCount == 6_998_552)
    #expect(
      try NetworkSummary(network.withAuxiliaryHeads, input: image, mode: .training).parameterCount
        == 13_378_280)
  }

  @Test func mistakes() {
    let layers = Sequential([Conv2D(4, 3)])
    #expect(throws: ApusError.self) { try NetworkSummary(layers, input: InputSpecification([7])) }
    #expect(throws: ApusError.self) { try NetworkSummary(layers, input: InputSpecification([])) }
    #expect(throws: ApusError.self) { try NetworkSummary(layers, input: InputSpecification([0, 4, 1])) }
  }
}
