import Apus
import Testing

/// Every network of the zoo is planned and learns in its small form: the loss of a batch falls in a few steps.
@Suite struct ZooTrainingTests {
  static let networks: [(name: String, network: any Network, rate: Double)] = [
    ("LeNet-5", Sequential([LeNet5(classes: 4)]), 2e-3),
    ("DigitCNN", Sequential([DigitCNN(classes: 4)]), 1e-3),
    ("CNN", Sequential([CNN(classes: 4, width: 8, dropout: 0)]), 4e-3),
    ("AlexNet", Sequential([AlexNet(classes: 4, form: .small)]), 1e-3),
    ("GoogLeNet", Sequential([GoogLeNet(classes: 4, form: .small)]), 1e-3),
    ("GoogLeNet with heads", GoogLeNet(classes: 4, form: .small).withAuxiliaryHeads, 1e-3),
    ("ResNet-8", Sequential([ResNet(depth: 8, classes: 4)]), 2e-3),
    ("ResNet-18", Sequential([ResNet(depth: 18, classes: 4, form: .small, width: 8)]), 2e-3),
    ("ResNet-50", Sequential([ResNet(depth: 50, classes: 4, form: .small, width: 4)]), 2e-3),
  ]

  @Test(arguments: networks.map(\.name))
  func learns(_ name: String) throws {
    let (_, network, rate) = try #require(Self.networks.first { $0.name == name })
    let model = try Model(inputs: [InputSpecification([28, 28, 1])], seed: 1, network: network)
    let heads = model.outputs.dropFirst().map { ($0.name, 0.3) }
    let step = try TrainingStep(
      model, loss: .softmaxCrossEntropy, optimizer: Adam(), capacity: 8,
      auxiliary: Dictionary(uniqueKeysWithValues: heads))
    // A bright bar for each class, and noise.
    let random = Philox(seed: 1, path: "bars")
    let inputs = (0..<(8 * 784)).map { place -> Float in
      let (row, column) = (place % 784 / 28, place % 28)
      let isBright = [row / 7, column / 7][place / 784 % 2] == place / 784 % 4
      return Float(random.normal(UInt64(place))) * 0.3 + (isBright ? 2 : 0)
    }
    let rows = try step.load(inputs: inputs, labels: (0..<8).map { Int32($0 % 4) })
    var losses: [Float] = []
    for number in 1...12 { losses.append(try step.run(rows: rows, step: number, rate: rate)) }
    let (first, last) = (losses[..<3].reduce(Float(0), +), losses[9...].reduce(Float(0), +))
    #expect(last < first * 0.8, "\(name): \(losses)")
    // And it is planned for predictions.
    let predictor = try Predictor(step.trained[0].snapshot(), capacity: 4)
    let output = try predictor.predict(Array(inputs[..<(4 * 784)]))
    #expect(output.count == 16 && output.allSatisfy(\.isFinite))
  }
}
