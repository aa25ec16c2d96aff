import Apus
import Testing

/// Texts that a model writes.
@Suite struct TextGeneratorTests {
  /// Of a context of 12, and the window's characters.
  static let saved = Result {
    let corpus = try Text(String(repeating: "abcd, efgh. ", count: 40), validation: 0.1)
    let split = try corpus.split(context: 12, stride: 1)
    var model = try Model(input: [12], seed: 1) { GPT(vocabulary: 11, layers: 1, heads: 2, width: 16) }
    try model.fit(split, epochs: 4, batch: 16, optimizer: .adamW(1e-2))
    model.preprocessing = .text(TextPreprocessing(context: 12, vocabulary: corpus.vocabulary))
    return model
  }

  private func generator() throws -> TextGenerator { try TextGenerator(Self.saved.get()) }

  @Test func goesOnAsItHasLearnt() throws {
    let text = try generator().generate(prompt: "abcd, ", length: 30, TextGenerator.Sampling(temperature: 0))
    #expect(text == "efgh. abcd, efgh. abcd, efgh. ")
  }

  /// What is kept changes nothing: the same text comes from the whole network on the same windows.
  @Test func theSameTextWithoutWhatIsKept() throws {
    let saved = try Self.saved.get()
    let sampling = TextGenerator.Sampling(temperature: 1.5, topK: 9, seed: 3)
    // Logits, which a model without an objective gives.
    var raw = saved
    raw.objective = nil
    let predictor = try Predictor(raw)
    let generator = try generator()
    var window = try generator.vocabulary.encode("ab")
    var expected: [Int32] = []
    for position in 0..<100 {
      // A full window: its last half, and what has just been written, begin the next one.
      if window.count > 12 { window.removeFirst(window.count - 6) }
      let padded = window.map { Float($0) } + Array(repeating: 0, count: 12 - window.count)
      let all = try predictor.predict(padded)
      let logits = Array(all[((window.count - 1) * 11)..<(window.count * 11)])
      expected.append(try sampling.choose(logits, position: position))
      window.append(expected.last!)
    }
    let text = try generator.generate(prompt: "ab", length: 100, sampling)
    #expect(try text == generator.vocabulary.decode(expected))
  }

  @Test func theSeedDecides() throws {
    let generator = try generator()
    func text(_ seed: UInt64, temperature: Double = 2, topK: Int? = nil) throws -> String {
      try generator.generate(
        length: 60, TextGenerator.Sampling(temperature: temperature, topK: topK, seed: seed))
    }
    #expect(try text(1) == text(1))
    #expect(try text(1) != text(2))
    #expect(try text(1, topK: 1) == text(2, temperature: 0))
  }

  @Test func endsWhenItIsTold() throws {
    var told = ""
    let text = try generator().generate(prompt: "a", length: 50) { character in
      told.unicodeScalars.append(character)
      return told.count < 7
    }
    #expect(text.count == 7 && text == told)
    #expect(try generator().generate(length: 0) == "")
  }

  @Test func mistakesAreNamed() throws {
    let generator = try generator()
    let unknown = message { _ = try generator.generate(prompt: "abx", length: 5) }
    #expect(unknown.contains("character 3 of the prompt, “x”, is not in the model's vocabulary"))
    // Of a longer prompt the last characters count.
    let long = try generator.generate(
      prompt: "abcd, efgh. a", length: 5, TextGenerator.Sampling(temperature: 0))
    #expect(
      try long
        == generator.generate(prompt: "bcd, efgh. a", length: 5, TextGenerator.Sampling(temperature: 0)))
    #expect(generator.unseenCount(of: "abcd, efgh. a") == 1 && generator.unseenCount(of: "ab") == 0)
    for (sampling, problem) in [
      (TextGenerator.Sampling(temperature: -1), "a temperature of -1.0"),
      (TextGenerator.Sampling(topK: 0), "expected at least 1"),
    ] {
      #expect(message { _ = try generator.generate(length: 5, sampling) }.contains(problem))
    }
    let table = try Model(input: [2], seed: 1) { Dense(2) }
    #expect(message { _ = try TextGenerator(table) }.contains("was not trained on a text"))
  }

  /// Shares of many draws are the probabilities, within four standard deviations.
  @Test(arguments: [(1.0, nil), (0.5, nil), (1.0, 3 as Int?)])
  func drawsFollowTheProbabilities(temperature: Double, topK: Int?) throws {
    let logits: [Float] = [0.5, -1, 2, 0.5, 1, -3]
    let sampling = TextGenerator.Sampling(temperature: temperature, topK: topK, seed: 8)
    let draws = 20_000
    var counts = [Int](repeating: 0, count: logits.count)
    for position in 0..<draws { counts[Int(try sampling.choose(logits, position: position))] += 1 }
    // Of equal ones the first: 2, 4 and 0.
    let allowed = topK == nil ? Array(logits.indices) : [0, 2, 4]
    let weights = logits.indices.map { index in
      allowed.contains(index) ? Mathematics.exp(Double(logits[index]) / temperature) : 0
    }
    let sum = weights.reduce(0, +)
    for (count, weight) in zip(counts, weights) {
      let share = weight / sum
      let deviation = (share * (1 - share) / Double(draws)).squareRoot()
      #expect(abs(Double(count) / Double(draws) - share) <= 4 * deviation)
    }
    #expect(throws: ApusError.self) { try sampling.choose([0, .nan], position: 0) }
  }
}
