import ApusCore
import ApusNN
import TestSupport
import Testing

/// Layers and their gradients give the same bits on every engine, at sizes that wake the threads.
@Suite struct LayerBitTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var layer: any Layer
    var input: [Int]
    var rows: Int
    /// The input holds numbers of so many classes.
    var classes: Int?
    var testDescription: String { "\(type(of: layer).name) \(input)" }
  }

  static let cases = [
    Case(layer: BatchNorm(), input: [16, 16, 33], rows: 20),
    Case(layer: BatchNorm(), input: [200], rows: 300),
    Case(layer: LayerNorm(), input: [20, 200], rows: 20),
    Case(layer: LocalResponseNorm(), input: [12, 12, 40], rows: 10),
    Case(layer: Embedding(11, width: 70), input: [50], rows: 30, classes: 11),
    Case(layer: MultiHeadAttention(3, isCausal: true), input: [70, 48], rows: 9),
    Case(layer: MultiHeadAttention(2, isCausal: false), input: [33, 40], rows: 9),
    Case(layer: GPT(vocabulary: 13, layers: 2, heads: 2, width: 32), input: [40], rows: 11, classes: 13),
  ]

  @Test(arguments: cases)
  func everyEngineGivesTheSameBits(_ test: Case) throws {
    let model = try Model(input: test.input, seed: 3, layers: Sequential([test.layer]))
    let traced = TracedModel(model, mode: .training)
    let input = model.inputs[0].tensor
    let output = traced(input)
    let weights = Tensor.input("weights", TensorType(output.shape))
    let sources = (test.classes == nil ? [input] : []) + traced.allParameters
    let graph = try Graph(
      inputs: [input, weights] + traced.allParameters,
      outputs: [output] + gradients(of: output, withRespectTo: sources, upstream: weights)
        + traced.stateUpdates.map(\.value))
    func numbers(_ shape: TensorShape, _ stream: UInt64) -> [Float] {
      let random = Philox(seed: 5, stream: stream)
      return (0..<shape.count(rows: test.rows)).map { Float(random.uniform(UInt64($0)) * 2 - 1) }
    }
    let random = Philox(seed: 6, stream: 0)
    let classes = test.classes.map { count in
      (0..<input.shape.count(rows: test.rows)).map { Float(random.integer(UInt64($0), below: count)) }
    }
    let values =
      [classes ?? numbers(input.shape, 1), numbers(output.shape, 2)]
      + model.parameters.map { model[$0.path]! }
    // One operation after the other: fusion changes no bit either.
    let plain = try Engine(threads: 1).compile(graph, rows: test.rows, fuses: false)
    let expected = plain.outputs(of: values, rows: test.rows)
    #expect(expected.allSatisfy { $0.allSatisfy(\.isFinite) })
    for engine in try everyEngine() {
      let executable = try engine.compile(graph, rows: test.rows)
      let outputs = executable.outputs(of: values, rows: test.rows)
      if engine.threads > 1 {
        var profile = Profile()
        executable.run(rows: test.rows, profile: &profile)
        #expect(profile.entries.contains { $0.parts > 1 }, "no thread was woken")
      }
      for (position, (output, expected)) in zip(outputs, expected).enumerated() {
        #expect(
          areSameBits(output, expected),
          "output \(position) on \(engine.instructionSet), \(engine.threads) threads")
      }
    }
  }

  /// A row's attention, normalization and logits do not depend on the other rows of its batch.
  @Test func aRowIsTheSameAloneAndInABatch() throws {
    let model = try Model(input: [40], seed: 3) { GPT(vocabulary: 13, layers: 2, heads: 2, width: 32) }
    let random = Philox(seed: 6, stream: 0)
    let inputs = (0..<(9 * 40)).map { Float(random.integer(UInt64($0), below: 13)) }
    let together = try Predictor(model, capacity: 9).predict(inputs)
    for row in [0, 4, 8] {
      let alone = try Predictor(model, capacity: 1).predict(Array(inputs[(row * 40)..<(row * 40 + 40)]))
      #expect(areSameBits(alone, Array(together[(row * 40 * 13)..<((row + 1) * 40 * 13)])))
    }
  }

  /// A causal network says the same about a beginning, whatever comes after it.
  @Test func whatComesLaterDoesNotMatter() throws {
    let model = try Model(input: [40], seed: 3) { GPT(vocabulary: 13, layers: 2, heads: 2, width: 32) }
    let predictor = try Predictor(model)
    let random = Philox(seed: 6, stream: 0)
    let inputs = (0..<40).map { Float(random.integer(UInt64($0), below: 13)) }
    var changed = inputs
    for position in 25..<40 { changed[position] = 12 - changed[position] }
    let (first, second) = (try predictor.predict(inputs), try predictor.predict(changed))
    #expect(areSameBits(Array(first[..<(25 * 13)]), Array(second[..<(25 * 13)])))
    #expect(!areSameBits(first, second))
  }
}
