public import ApusCore
package import ApusData
public import ApusNN

/// Writes on from a text, one character after the other.
///
/// ```swift
/// let generator = try TextGenerator(Model(contentsOf: "runs/corpus-1/model.safetensors"))
/// let text = try generator.generate(prompt: "ROMEO:", length: 500, TextGenerator.Sampling(temperature: 0.8, seed: 1))
/// ```
///
/// What the model needs of the characters before is kept (``SequenceDecoder``), so that a character costs O(context).
/// When the window is full, its last half is fed again, all at once, as the beginning of a new one: over a long text two
/// positions are fed for each character written, half of them in such batches.
///
/// Belongs to one thread at a time.
public final class TextGenerator {
  package let vocabulary: CharacterVocabulary
  /// The most characters that the model sees.
  public var context: Int { decoder.window }
  private let decoder: SequenceDecoder

  /// - Throws: when the model was not trained on a text.
  public init(_ model: Model, engine: Engine? = nil) throws {
    guard case .text(let text)? = model.preprocessing else {
      throw ApusError(
        "the model was not trained on a text", expected: "one of apus train TEXT.txt",
        fix: "use apus predict for tables and images")
    }
    vocabulary = text.vocabulary
    decoder = try SequenceDecoder(model, engine: engine)
    guard decoder.classes == vocabulary.count else {
      throw ApusError(
        "the model puts out \(decoder.classes) classes for \(vocabulary.count) characters",
        fix: "train it anew: the file is damaged")
    }
  }

  /// The text to begin with where no prompt is given: a new line, or the first character where there is none.
  public var defaultPrompt: String {
    let newline: Unicode.Scalar = "\n"
    return String(vocabulary.number(of: newline) == nil ? vocabulary.characters[0] : newline)
  }

  /// Returns the number of characters at a prompt's beginning that the model does not see, because the prompt is longer
  /// than ``context``.
  public func unseenCount(of prompt: String) -> Int { max(prompt.unicodeScalars.count - context, 0) }

  /// - Throws: when a prompt has a character that is not in the vocabulary.
  public func check(prompt: String) throws(ApusError) { _ = try numbers(of: prompt) }

  /// Those that the model sees.
  private func numbers(of prompt: String) throws(ApusError) -> [Int32] {
    let characters = (prompt.isEmpty ? defaultPrompt : prompt).unicodeScalars
    let numbers = vocabulary.numbers(of: characters)
    if let place = numbers.firstIndex(of: -1) {
      throw ApusError(
        "character \(place + 1) of the prompt, “\(Array(characters)[place])”, is not in the model's vocabulary",
        expected: "those of \(String(String.UnicodeScalarView(vocabulary.characters)).debugDescription)",
        fix: "leave it out or write it otherwise: the model has never seen it")
    }
    return Array(numbers.suffix(context))
  }

  /// The characters that follow a prompt.
  ///
  /// - Parameters:
  ///   - prompt: of which the model sees the last ``context`` characters; ``defaultPrompt`` when empty.
  ///   - length: how many characters are written.
  ///   - onCharacter: told each character at once; false ends the text with it.
  /// - Returns: the text without the prompt.
  /// - Throws: what ``check(prompt:)`` and ``TextGenerator/Sampling/check()`` throw.
  public func generate(
    prompt: String = "", length: Int, _ sampling: TextGenerator.Sampling = TextGenerator.Sampling(),
    onCharacter: (Unicode.Scalar) -> Bool = { _ in true }
  ) throws -> String {
    try sampling.check()
    guard length >= 0 else { throw ApusError("a text of \(length) characters", expected: "0 or more") }
    var window = try numbers(of: prompt)
    decoder.reset()
    var logits = try decoder.feed(window)
    var text = String.UnicodeScalarView()
    for position in 0..<length {
      let number = try sampling.choose(logits, position: position)
      let character = vocabulary.characters[Int(number)]
      text.append(character)
      guard onCharacter(character), position + 1 < length else { break }
      window.append(number)
      if decoder.count == context {
        window.removeFirst(window.count - decoder.half)
        decoder.reset()
        logits = try decoder.feed(window)
      } else {
        logits = try decoder.feed(CollectionOfOne(number))
      }
    }
    return String(text)
  }
}
