package import ApusCore

/// The mapping from a text to a network's inputs: the characters that have a class, and the sequence length.
package struct TextPreprocessing: Sendable, Equatable, Codable {
  /// The characters of a window.
  package var context: Int
  package var vocabulary: CharacterVocabulary

  package init(context: Int, vocabulary: CharacterVocabulary) {
    self.context = context
    self.vocabulary = vocabulary
  }

  /// Windows of another text, side by side; those with a character that has no class are left out.
  ///
  /// - Returns: the windows, and notes on what was left out.
  /// - Throws: when not one window is left.
  package func apply(to text: CharacterText, name: String) throws(ApusError) -> (TextDataset, notes: [String])
  {
    let numbers = TextNumbers(text, 0..<text.count, vocabulary)
    guard numbers.count > context else {
      throw ApusError(
        "the text has \(numbers.count) characters", at: name,
        expected: "more than \(context), the length of the model's window")
    }
    let dataset = TextDataset(
      numbers, context: context, stride: context, targets: .classes(names: vocabulary.names))
    guard let first = numbers.firstUnknown else { return (dataset, []) }
    let unknown = numbers.unknownCount
    guard dataset.count > 0 else {
      throw ApusError(
        "no window of \(context) characters is without one that is not in the model's vocabulary, such as “\(first)”",
        at: name, expected: "a text like that of the training")
    }
    return (
      dataset,
      [
        "\(counted(unknown, "character")) such as “\(first)” not in the model's vocabulary: their windows are left out"
      ]
    )
  }

  /// Checks what the types cannot express: a document from elsewhere may hold anything.
  func check() throws(ApusError) {
    guard (1..<1 << 24).contains(context), vocabulary.count > 0 else {
      throw ApusError("the text preprocessing is damaged")
    }
  }
}
