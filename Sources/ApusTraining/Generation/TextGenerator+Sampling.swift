public import ApusCore

extension TextGenerator {
  /// The way in which the next character is drawn from a model's outputs for each.
  public struct Sampling: Sendable, Hashable {
    /// The divisor of the logits: below 1 likely characters become likelier still, above 1 less so. At 0 the most
    /// likely one is always taken.
    public var temperature: Double
    /// Only so many of the most likely characters are drawn from; nil draws from all.
    public var topK: Int?
    /// The seed of the draws, together with each character's number in the text: the same seed gives the same text.
    public var seed: UInt64

    public init(temperature: Double = 1, topK: Int? = nil, seed: UInt64 = 0) {
      self.temperature = temperature
      self.topK = topK
      self.seed = seed
    }

    /// - Throws: a number that is out of its range, by its name.
    public func check() throws(ApusError) {
      guard temperature >= 0, temperature.isFinite else {
        throw ApusError("a temperature of \(temperature)", expected: "0 or more")
      }
      guard topK ?? 1 >= 1 else { throw ApusError("the \(topK!) most likely", expected: "at least 1") }
    }

    /// The class that is drawn: k with the probability softmax(logits / temperature)ₖ among the ``topK`` largest, of equal
    /// ones the first.
    ///
    /// - Parameter position: the draw's number, counted from 0.
    /// - Throws: when a logit is not finite.
    public func choose(_ logits: [Float], position: Int) throws(ApusError) -> Int32 {
      guard logits.allSatisfy(\.isFinite), let largest = logits.max() else {
        throw ApusError(
          "the model's outputs are not finite", fix: "train it anew, with a smaller learning rate")
      }
      guard temperature > 0 else { return Int32(logits.firstIndex(of: largest)!) }
      var allowed = Array(logits.indices)
      if let topK, topK < logits.count {
        allowed.sort { logits[$0] != logits[$1] ? logits[$0] > logits[$1] : $0 < $1 }
        allowed.removeSubrange(topK...)
        allowed.sort()
      }
      let weights = allowed.map { Mathematics.exp((Double(logits[$0]) - Double(largest)) / temperature) }
      var rest = Self.random(seed).uniform(UInt64(position)) * weights.reduce(0, +)
      for (index, weight) in zip(allowed, weights) {
        rest -= weight
        if rest < 0 { return Int32(index) }
      }
      // Rounding alone leads here: the last one that has a weight.
      return Int32(allowed[weights.lastIndex { $0 > 0 }!])
    }

    private static func random(_ seed: UInt64) -> Philox { Philox(seed: seed, path: "generated text") }
  }
}
