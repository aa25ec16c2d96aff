import ApusCore
import ApusNN
import TestSupport
import Testing

/// A sequence that is fed one position at a time gives what the whole sequence gives.
@Suite struct SequenceDecoderTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var window: Int
    var layers: Sequential
    var testDescription: String { name }
  }

  private static let classes = 13

  static let cases = [
    Case(
      name: "gpt", window: 40, layers: Sequential([GPT(vocabulary: classes, layers: 2, heads: 2, width: 32)])),
    Case(
      name: "gpt without biases, of its own head, longer than its input", window: 21,
      layers: Sequential([
        GPT(
          vocabulary: classes, context: 30, layers: 1, heads: 3, width: 48, dropout: 0.2, hasBias: false,
          isHeadTied: false)
      ])),
    Case(
      name: "layers", window: 70,
      layers: Sequential {
        Embedding(classes, width: 20)
        SinusoidalPositions()
        Residual {
          LayerNorm()
          MultiHeadAttention(4, isCausal: true)
        }
        Dense(classes)
      }),
    Case(
      name: "one position", window: 1,
      layers: Sequential([GPT(vocabulary: classes, layers: 1, heads: 1, width: 8)])),
  ]

  private func numbers(_ count: Int, _ stream: UInt64 = 0) -> [Int32] {
    let random = Philox(seed: 4, stream: stream)
    return (0..<count).map { Int32(random.integer(UInt64($0), below: Self.classes)) }
  }

  @Test(arguments: cases)
  func theSameBitsAsTheWholeSequence(_ test: Case) throws {
    let model = try Model(input: [test.window], seed: 2, layers: test.layers)
    // The second sequence finds what the first has left behind.
    let sequences = [numbers(test.window), numbers(test.window, 1)]
    let predictor = try Predictor(model, capacity: 1)
    let expected = try sequences.map { try predictor.predict($0.map { Float($0) }) }
    for engine in try everyEngine() {
      let decoder = try SequenceDecoder(model, engine: engine)
      for (sequence, all) in zip(sequences, expected) {
        decoder.reset()
        for (position, number) in sequence.enumerated() {
          let outputs = try decoder.feed([number])
          let row = Array(all[(position * Self.classes)..<((position + 1) * Self.classes)])
          #expect(areSameBits(outputs, row), "\(engine), position \(position)")
        }
      }
    }
  }

  /// At once, in parts and one by one.
  @Test(arguments: cases, [1, 5, 20, 39])
  func anyPartsWillDo(_ test: Case, _ first: Int) throws {
    let model = try Model(input: [test.window], seed: 2, layers: test.layers)
    let sequence = numbers(test.window)
    let expected = try Predictor(model, capacity: 1).predict(sequence.map { Float($0) })
    let decoder = try SequenceDecoder(model)
    // What another sequence leaves is not seen.
    _ = try decoder.feed(numbers(test.window, 3))
    for parts in [[sequence[...]], [sequence.prefix(first), sequence.dropFirst(first)]] {
      decoder.reset()
      var outputs: [Float] = []
      for part in parts where !part.isEmpty { outputs = try decoder.feed(part) }
      #expect(areSameBits(outputs, Array(expected.suffix(Self.classes))))
      #expect(decoder.count == test.window)
    }
  }

  @Test func mistakesAreNamed() throws {
    func decoder(input: [Int] = [6], _ layers: Sequential) throws -> SequenceDecoder {
      try SequenceDecoder(Model(input: input, seed: 1, layers: layers))
    }
    #expect {
      try decoder(
        Sequential {
          Embedding(5, width: 4); MultiHeadAttention(2, isCausal: false); Dense(5)
        })
    } throws: { "\($0)".contains("looks ahead") }
    #expect {
      try decoder(
        Sequential {
          Embedding(5, width: 4); Flatten(); Dense(30); Reshape([6, 5])
        })
    } throws: { "\($0)".contains("“2.weight” of [4, 30]; expected [24, 30]") }
    #expect { try decoder(Sequential { Dense(3) }) } throws: { "\($0)".contains("from [6] to [3]") }
    let full = try decoder(input: [2], Sequential([GPT(vocabulary: 3, layers: 1, heads: 1, width: 4)]))
    #expect { try full.feed([3]) } throws: { "\($0)".contains("there is no class 3; expected 0 … 2") }
    for number in [0, 1] as [Int32] { _ = try full.feed([number]) }
    #expect { try full.feed([1]) } throws: { "\($0)".contains("1 positions are fed after 2") }
    full.reset()
    #expect(try full.feed([1]).count == 3)
  }
}
