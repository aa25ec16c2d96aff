import Apus

/// Writing with the GPT of W6, untrained, on one thread: what a character costs does not depend on the weights.
public enum Generation {
  /// Characters a second inside the window: every position from the second to the last, each drawn from all 65.
  public static func charactersPerSecond(rounds: Int = 20) throws -> Double {
    let model = try Model(input: [64], seed: 1) { GPT(vocabulary: 65, layers: 4, heads: 4, width: 128) }
    let decoder = try SequenceDecoder(model)
    let sampling = TextGenerator.Sampling(temperature: 0.8, seed: 1)
    let characters = decoder.window - 1
    let best = try bestSeconds(rounds: rounds) { repetitions in
      for _ in 0..<repetitions {
        decoder.reset()
        var logits = try decoder.feed([0])
        for position in 0..<characters {
          logits = try decoder.feed([sampling.choose(logits, position: position)])
        }
      }
    }
    return Double(characters) / best
  }
}
