import AllocationCounter
import ApusCore
import TestSupport
import Testing

/// A small convolutional network, forward and backward, whatever computes it.
@Suite struct ConvolutionTests {
  /// The images' shape without the rows.
  static let image = [13, 12, 3]
  static let parameters: [[Int]] = [
    [3, 3, 3, 20], [20], [3, 3, 20, 40], [40], [3, 3, 1, 40], [1, 1, 40, 18],
  ]

  /// Features, loss, and the loss's gradients.
  private func network() throws -> Graph {
    let images = Tensor.input("images", TensorType(TensorShape([.rows] + Self.image.map { Dimension($0) })))
    let weights = Self.parameters.map { Tensor.input("parameter", TensorType(TensorShape($0))) }
    let first = (images.convolved(with: weights[0], padding: Margins(1)) + weights[1]).relu()
      .maxPooled(Window(3, stride: 2, padding: Margins(1)))
    let second = (first.convolved(with: weights[2], stride: 2, padding: Margins(1)) + weights[3]).relu()
    let third = second.convolved(with: weights[4], padding: Margins(1), groups: 40)
      .averagePooled(Window(2))
    let features = third.convolved(with: weights[5]).tanh().mean(axes: [1, 2])
    let loss = features.square().mean()
    return try Graph(
      inputs: [images] + weights, outputs: [features, loss] + gradients(of: loss, withRespectTo: weights))
  }

  private func values(rows: Int) -> [[Float]] {
    ([[rows] + Self.image] + Self.parameters).enumerated().map { position, shape in
      let philox = Philox(seed: 7, stream: UInt64(position))
      return (0..<shape.reduce(1, *)).map { Float(philox.uniform(UInt64($0)) - 0.5) }
    }
  }

  @Test func sameBitsOnEveryEngine() throws {
    let graph = try network()
    let executables = try everyEngine().map { try $0.compile(graph, rows: 70) }
    for rows in [70, 23] {
      let values = values(rows: rows)
      let expected = executables[0].outputs(of: values, rows: rows)
      #expect(expected[1][0].isFinite && expected[1][0] > 0)
      for executable in executables.dropFirst() {
        for (position, output) in executable.outputs(of: values, rows: rows).enumerated() {
          #expect(
            areSameBits(output, expected[position]),
            "output \(position) on \(executable.engine.instructionSet), \(executable.engine.threads) threads, \(rows) rows"
          )
        }
      }
    }
    // The threads were awake for it.
    var profile = Profile()
    executables.last!.run(rows: 70, profile: &profile)
    #expect(profile.entries.contains { $0.name.contains("convolutionWeightGradient") && $0.parts == 3 })
  }

  @Test func fusionChangesNoBit() throws {
    let graph = try network()
    let engine = try Engine.standard()
    let fused = try engine.compile(graph, rows: 40)
    let plain = try engine.compile(graph, rows: 40, fuses: false)
    #expect(fused.instructionNames.contains("convolution add relu"))
    #expect(fused.instructionNames.contains { $0.hasPrefix("maxPoolScatter ") })
    for rows in [40, 9] {
      let expected = plain.outputs(of: values(rows: rows), rows: rows)
      for (position, output) in fused.outputs(of: values(rows: rows), rows: rows).enumerated() {
        #expect(areSameBits(output, expected[position]), "output \(position), \(rows) rows")
      }
    }
  }

  @Test func aRowIsTheSameAloneAndInABatch() throws {
    let graph = try network()
    let engine = try Engine.standard()
    let batch = try engine.compile(graph, rows: 33)
    let alone = try engine.compile(graph, rows: 1)
    var values = values(rows: 33)
    let features = batch.outputs(of: values, rows: 33)[0]
    let (images, size) = (values[0], Self.image.reduce(1, *))
    for row in [0, 1, 17, 32] {
      values[0] = Array(images[(row * size)..<((row + 1) * size)])
      #expect(
        areSameBits(alone.outputs(of: values, rows: 1)[0], Array(features[(row * 18)..<((row + 1) * 18)])))
    }
  }

  @Test func theNetworkAgreesWithTheInterpreter() throws {
    let graph = try network()
    let values = values(rows: 3)
    let results = try Engine.standard().compile(graph, rows: 3).outputs(of: values, rows: 3)
    let arrays = zip(graph.inputTypes, values).map { type, values in
      ReferenceArray(shape: type.shape.sizes(rows: 3), values: values.map { Double($0) })
    }
    for (result, expected) in zip(results, Interpreter(graph).run(arrays, rows: 3)) {
      #expect(relativeError(result, expected.values) < 1e-5)
    }
  }

  /// The first of equal pixels gets the gradient, and NaN is the largest.
  @Test func maximaAreTheFirst() throws {
    let x = Tensor([1, 1, 0, 2, 1, 1, 2, 2] as [Float], shape: [1, 2, 4, 1])
    let pooled = x.maxPooled(Window(2, stride: 2))
    let gradient = gradients(of: pooled.sum(), withRespectTo: [x])[0]
    #expect(try pooled.values() == [1, 2])
    #expect(try gradient.values() == [1, 0, 0, 1, 0, 0, 0, 0])
    let image = Tensor.input("image", TensorType([1, 4, 5, 17]))
    let output = image.maxPooled(Window(3, padding: Margins(1)))
    let graph = try Graph(
      inputs: [image], outputs: [output] + gradients(of: output.sum(), withRespectTo: [image]))
    for engine in try everyEngine() {
      var values = (0..<340).map { Float($0 * 31 % 17) }
      values[7 * 17 + 16] = .nan  // row 1, column 2, the last channel
      let results = try engine.compile(graph).outputs(of: [values], rows: 1)
      let places = results[0].indices.filter { results[0][$0].isNaN }
      #expect(places == [1, 2, 3, 6, 7, 8, 11, 12, 13].map { $0 * 17 + 16 })
      #expect(results[1][7 * 17 + 16] == 9)
    }
  }

  @Test(.enabled(if: allocation_counter_is_available() != 0), arguments: [1, 2])
  func aStepAllocatesNothing(_ threads: Int) throws {
    let executable = try Engine(threads: threads).compile(network(), rows: 20)
    _ = executable.outputs(of: values(rows: 20), rows: 20)
    allocation_counter_start()
    for _ in 0..<20 { executable.run(rows: 20) }
    #expect(allocation_counter_stop() == 0)
  }
}
