import ApusCore
import ApusData
import ApusNN
import TestSupport
import Testing

/// What must hold of every loss.
@Suite struct LossTests {
  private static let descriptions =
    Losses.table.names.map { JSONValue.string($0).text() } + [
      SoftmaxCrossEntropy(classWeights: [1, 0.5, 4], labelSmoothing: 0.2).configuration.text(),
      HuberLoss(delta: 0.4).configuration.text(), MulticlassSVMLoss(margin: 2).configuration.text(),
    ]

  private func loss(_ description: String) throws -> any Loss {
    try Losses.loss(StrictJSON.parse(description, name: "loss"))
  }

  @Test(arguments: descriptions)
  func gradientsAreCentralDifferences(_ description: String) throws {
    let loss = try loss(description)
    let output = Tensor.input("output", TensorType([.rows, 3]))
    let target = Tensor.input("target", loss.targetType(for: output.shape))
    let value = loss(output, target).mean()
    let graph = try Graph(
      inputs: [output, target], outputs: [value] + gradients(of: value, withRespectTo: [output]))
    let interpreter = Interpreter(graph)
    let outputs = ReferenceArray(
      shape: [5, 3], values: (0..<15).map { 2.1 * Mathematics.sin(Double($0 * $0)) + 0.037 })
    let targets = targets(loss, labels: [0, 1, 2, 2, 1], outputs: 3)
    let gradient = interpreter.run([outputs, targets], rows: 5)[1].values
    let step = 1e-5
    for index in outputs.values.indices {
      func shifted(_ by: Double) -> Double {
        var moved = outputs
        moved.values[index] += by
        return interpreter.run([moved, targets], rows: 5)[0].values[0]
      }
      let slope = (shifted(step) - shifted(-step)) / (2 * step)
      #expect(abs(slope - gradient[index]) <= 1e-8 * max(1, abs(slope)), "\(index)")
    }
  }

  /// Classes as a loss wants them.
  private func targets(_ loss: any Loss, labels: [Int], outputs: Int) -> ReferenceArray<Double> {
    switch loss.classTargets {
    case .numbers: ReferenceArray(shape: [labels.count], values: labels.map { Double($0) })
    case .indicators(let off, let on):
      ReferenceArray(shape: [labels.count, outputs]) { index in
        let isOn = outputs == 1 ? labels[index[0]] == 1 : labels[index[0]] == index[1]
        return Double(isOn ? on : off)
      }
    }
  }

  /// What a loss says to expect at the start is what it is when every output is 0.
  @Test(arguments: descriptions, [1, 2, 3, 10])
  func lossAtTheStartIsTheExpectedOne(_ description: String, _ outputs: Int) throws {
    let loss = try loss(description)
    // One output is for losses that put it to the question; weights are for three classes.
    guard outputs > 1 || loss.classTargets != .numbers else { return }
    if let weighted = loss as? SoftmaxCrossEntropy, !weighted.classWeights.isEmpty, outputs != 3 { return }
    let classes = max(outputs, 2)
    let labels = (0..<40).map { $0 % 3 == 0 ? 0 : $0 % classes }
    let counts = (0..<classes).map { label in labels.count { $0 == label } }
    let summary = TargetSummary(outputs: outputs, classCounts: counts)
    let expected = try #require(loss.initialLoss(summary))
    #expect(
      abs(try atZero(loss, targets(loss, labels: labels, outputs: outputs), outputs) - expected) < 1e-12)
  }

  @Test(arguments: ["squaredError", "halfSquaredError", "absoluteError", "huber"])
  func ofNumbersToo(_ name: String) throws {
    let loss = try Losses.loss(.string(name))
    let values = (0..<30).map { Float($0 % 7) - 2.5 }
    let targets = ReferenceArray(shape: [10, 3], values: values.map { Double($0) })
    let expected = try #require(loss.initialLoss(TargetSummary(outputs: 3, values: values)))
    #expect(abs(try atZero(loss, targets, 3) - expected) < 1e-12)
  }

  /// Weights of samples count as repetitions.
  @Test(arguments: ["squaredError", "huber"])
  func ofWeightedNumbers(_ name: String) throws {
    let loss = try Losses.loss(.string(name))
    let values = (0..<30).map { Float($0 % 7) - 2.5 }
    let weights = (0..<10).map { Double($0 % 3) }
    let repeated = (0..<10).flatMap { row in
      Array(repeating: values[(row * 3)..<(row * 3 + 3)], count: row % 3).flatMap { $0 }
    }
    let found = try #require(
      loss.initialLoss(TargetSummary(outputs: 3, values: values, weights: weights)))
    let expected = try #require(loss.initialLoss(TargetSummary(outputs: 3, values: repeated)))
    #expect(abs(found - expected) < 1e-12)
    #expect(TargetSummary(outputs: 3, classWeights: [1, 0.5, 2.5]).classShares == [0.25, 0.125, 0.625])
  }

  private func atZero(_ loss: any Loss, _ targets: ReferenceArray<Double>, _ outputs: Int) throws -> Double {
    let output = Tensor.input("output", TensorType([.rows, Dimension(outputs)]))
    let target = Tensor.input("target", loss.targetType(for: output.shape))
    let graph = try Graph(inputs: [output, target], outputs: [loss(output, target).mean()])
    let rows = targets.shape[0]
    return Interpreter(graph).run([ReferenceArray(shape: [rows, outputs]), targets], rows: rows)[0].values[0]
  }

  @Test func theWellKnownOnes() {
    let ten = TargetSummary(outputs: 10, classCounts: Array(repeating: 5, count: 10))
    #expect(SoftmaxCrossEntropy().initialLoss(ten) == Mathematics.log(10))
    #expect(MulticlassSVMLoss().initialLoss(ten) == 9)
    #expect(BinaryCrossEntropy().initialLoss(ten) == Mathematics.log(2))
  }

  /// Relative errors, so that what is left of a loss far on the right side counts, and its slope at a network of zeros.
  @Test(arguments: [0, 0.3, 1])
  func binaryCrossEntropyIsExact(_ target: Double) throws {
    let logits: [Double] = [-90, -20, -1, -1e-6, 0, 1e-6, 1, 20, 90]
    let shape = TensorShape([logits.count, 1])
    let output = Tensor(logits.map { Float($0) }, shape: shape)
    let targets = Tensor(logits.map { _ in Float(target) }, shape: shape)
    let losses = BinaryCrossEntropy()(output, targets)
    let slopes = try gradients(of: losses.sum(), withRespectTo: [output])[0].values()
    for (logit, (loss, slope)) in zip(logits, zip(try losses.values(), slopes)) {
      // ln(1 + e^-|z|) by its series where 1 + e^-|z| would drop it.
      let small = Mathematics.exp(-abs(logit))
      let rest = small < 1e-8 ? small : Mathematics.log(1 + small)
      let expected = logit > 0 ? rest + (1 - target) * logit : rest - target * logit
      let (near, far) = (1 / (1 + small), small / (1 + small))
      let expectedSlope = (1 - target) * (logit > 0 ? near : far) - target * (logit > 0 ? far : near)
      #expect(abs(Double(loss) - expected) <= 1e-6 * expected + 1e-38, "at \(logit)")
      #expect(abs(Double(slope) - expectedSlope) <= 1e-6 * abs(expectedSlope) + 1e-38, "slope at \(logit)")
    }
  }

  @Test func zeroOneHasNoGradient() throws {
    let scores = Tensor([1, 2, 3, 3, 2, 1] as [Float], shape: [2, 3])
    let labels = Tensor([Int32(2), 1], shape: [2])
    #expect(try ZeroOneLoss()(scores, labels).values() == [0, 1])
    let gradient = gradients(of: ZeroOneLoss()(scores, labels).sum(), withRespectTo: [scores])[0]
    #expect(try gradient.values() == [0, 0, 0, 0, 0, 0])
  }

  @Test func weightsMustFitTheClasses() throws {
    let loss = SoftmaxCrossEntropy(classWeights: [1, 2])
    let scores = Tensor([1, 2, 3] as [Float], shape: [1, 3])
    #expect {
      try loss(scores, Tensor([Int32(0)], shape: [1])).values()
    } throws: { "\($0)".contains("2 classWeights for 3 classes") }
  }

  /// With steps of all kinds in between: the loss of several positions a row is their mean.
  @Test func positionsOfARowAreAveraged() throws {
    let scores = Tensor((0..<12).map { Float($0 % 5) }, shape: [2, 2, 3])
    let labels = Tensor([Int32(0), 1, 2, 0], shape: [2, 2])
    let flat = Tensor((0..<12).map { Float($0 % 5) }, shape: [4, 3])
    let flatLabels = Tensor([Int32(0), 1, 2, 0], shape: [4])
    for loss in [SoftmaxCrossEntropy(labelSmoothing: 0.1), MulticlassSVMLoss(), ZeroOneLoss()] as [any Loss] {
      let rows = try loss.ofRows(scores, labels).values()
      let all = try loss(flat, flatLabels).values()
      #expect(abs(rows[0] - (all[0] + all[1]) / 2) < 1e-6 && abs(rows[1] - (all[2] + all[3]) / 2) < 1e-6)
    }
  }
}
