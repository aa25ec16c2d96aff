import ApusCore
import ApusData
import ApusNN
import Testing

/// The networks of the zoo have the published sizes; the shapes are traced, nothing is computed.
@Suite struct ZooTests {
  private func trace(_ network: any Network, _ input: [Int]) throws -> (parameters: Int, outputs: [[Int]]) {
    let traced = try TracedNetwork(network, inputs: [InputSpecification(input)], mode: .training)
    let parameters = traced.parameters.filter { !$0.specification.isState }
    return (
      parameters.reduce(0) { $0 + $1.specification.shape.count() },
      traced.outputs.tensors.map { $0.shape.dimensions.dropFirst().map(\.size) }
    )
  }

  @Test(arguments: [
    (AlexNet(classes: 1000) as any Layer, [227, 227, 3], 60_965_224),
    (GoogLeNet(classes: 1000), [224, 224, 3], 6_998_552),
    (ResNet(depth: 18, classes: 1000), [224, 224, 3], 11_689_512),
    (ResNet(depth: 34, classes: 1000), [224, 224, 3], 21_797_672),
    (ResNet(depth: 50, classes: 1000), [224, 224, 3], 25_557_032),
    (LeNet5(classes: 10), [28, 28, 1], 61_706), (ResNet(depth: 20, classes: 10), [32, 32, 3], 269_722),
    (CNN(classes: 10), [28, 28, 1], 131_178),
  ])
  func publishedSizes(_ layer: any Layer, _ input: [Int], _ count: Int) throws {
    let traced = try trace(layer, input)
    #expect(traced.parameters == count)
    #expect(traced.outputs == [[input[0] > 100 ? 1000 : 10]])
    // What is saved is the same network.
    let saved = try Layers.layer(layer.expanded.configuration)
    #expect(try trace(saved, input).parameters == count)
  }

  @Test func auxiliaryHeads() throws {
    let network = GoogLeNet(classes: 1000).withAuxiliaryHeads
    let traced = try trace(network, [224, 224, 3])
    #expect(traced.parameters == 13_378_280)
    #expect(traced.outputs == [[1000], [1000], [1000]])
    #expect(try trace(Networks.network(network.configuration), [224, 224, 3]).parameters == 13_378_280)
  }

  @Test(arguments: [28, 32])
  func smallForms(_ side: Int) throws {
    for layer: any Layer in [
      AlexNet(classes: 10, form: .small), GoogLeNet(classes: 10, form: .small),
      ResNet(depth: 18, classes: 10, form: .small), ResNet(depth: 50, classes: 10, form: .small),
      ResNet(depth: 20, classes: 10), ResNet(depth: 14, classes: 10, width: 32), CNN(classes: 10),
    ] {
      #expect(try trace(layer, [side, side, 3]).outputs == [[10]])
    }
    #expect(
      try trace(GoogLeNet(classes: 10, form: .small).withAuxiliaryHeads, [side, side, 3]).outputs
        == [[10], [10], [10]])
  }

  @Test(arguments: [
    (
      ResNet(depth: 19, classes: 10) as any Layer, [32, 32, 3],
      "a residual network of depth 19; expected 18, 34"
    ),
    (ResNet(depth: 20, classes: 10, width: 0), [32, 32, 3], "of width 0"),
    (AlexNet(classes: 10), [28, 28, 1], "layer 0.7 (maxPool2D)"),
    (LeNet5(classes: 10), [8, 8, 1], "conv2D with a window of 5×5 on an image of 4×4"),
    (GoogLeNet(classes: 10, form: .small), [27, 2], "conv2D on [rows, 27, 2]; expected images"),
    (
      Sum {
        Conv2D(2, 3); Conv2D(3, 3)
      }, [4, 4, 3],
      "the branches of a sum end with [rows, 4, 4, 2] and [rows, 4, 4, 3]; expected equal shapes"
    ),
    (ChannelPadding(2), [4, 4, 3], "channelPadding to 2 channels on [rows, 4, 4, 3]; expected no fewer"),
  ])
  func mistakesNameTheLayer(_ layer: any Layer, _ input: [Int], _ words: String) {
    do {
      _ = try trace(Sequential([layer]), input)
      Issue.record("no error")
    } catch {
      #expect("\(error)".contains(words) && "\(error)".contains("layer 0"), "\(error)")
    }
  }

  @Test func sumsAndPaddedChannels() throws {
    var model = try Model(input: [2, 2, 1], seed: 1) {
      Sum {
        Conv2D(3, 1)
        Sequential {
          MaxPool2D(1); ChannelPadding(3)
        }
      }
    }
    #expect(model.parameters.map(\.path) == ["0.0.weight", "0.0.bias"])
    try model.set("0.0.weight", to: [1, 2, 3])
    let output = try Predictor(model).predict([1, 2, 3, 4])
    #expect(output == [2, 2, 3, 4, 4, 6, 6, 6, 9, 8, 8, 12])
  }

  @Test func numbersInNames() throws {
    let table = NameTable<any Layer>(
      "layer", [ResNet(), Dense(), GELU(), Swish()], named: { $0 },
      remake: { item, given throws(ApusError) in try item.with(given) })
    #expect(try table.item(.string("resNet-34")) as? ResNet == ResNet(depth: 34))
    #expect(try table.item(.string("dense-7")) as? Dense == Dense(7))
    #expect(throws: ApusError.self) { try table.item(.string("swish-1")) }
    #expect {
      try table.item(.string("dens-7"))
    } throws: { error in "\(error)".contains("unknown layer “dens-7”") }
  }
}
