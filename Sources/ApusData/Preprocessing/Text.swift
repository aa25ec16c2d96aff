public import ApusCore

/// A text divided by position into parts for training, validation and test, as numbers of characters.
///
/// The vocabulary is that of the training part alone, unless another one is given. No window reaches over a border, so that nothing of the other
/// parts is seen in training.
public struct Text: Sendable {
  package let vocabulary: CharacterVocabulary
  /// The class of each character of the training part, the text's beginning; −1 for a character that a given vocabulary
  /// does not have.
  public let training: TextNumbers
  /// The same of the validation part.
  public let validation: TextNumbers
  /// The same of the test part, the text's end.
  public let test: TextNumbers

  /// - Parameters:
  ///   - validation: the part that is kept for validation, from 0 to below 1.
  ///   - test: the part at the end that is kept for a test.
  ///   - vocabulary: of a model that is trained on; that of the training part when nil.
  /// - Throws: when nothing is left for training.
  package init(
    _ text: CharacterText, validation: Double = 0.1, test: Double = 0,
    vocabulary: CharacterVocabulary? = nil
  ) throws(ApusError) {
    for (name, part) in [("validation", validation), ("test", test)] where !(part >= 0 && part < 1) {
      throw ApusError("the \(name) part is \(part)", expected: "a number from 0 to below 1")
    }
    guard validation + test < 1 else {
      throw ApusError(
        "validation \(validation) and test \(test) leave nothing for training", expected: "a sum below 1")
    }
    let end = text.count - Int(Double(text.count) * test)
    let border = end - Int(Double(text.count) * validation)
    guard border > 0 else { throw ApusError("the text is empty", expected: "characters to train on") }
    let vocabulary = vocabulary ?? CharacterVocabulary(of: text.characters(of: 0..<border))
    self.vocabulary = vocabulary
    training = TextNumbers(text, 0..<border, vocabulary)
    self.validation = TextNumbers(text, border..<end, vocabulary)
    self.test = TextNumbers(text, end..<text.count, vocabulary)
  }

  /// The same of a string.
  package init(
    _ text: String, validation: Double = 0.1, test: Double = 0, vocabulary: CharacterVocabulary? = nil
  ) throws(ApusError) {
    try self.init(CharacterText(text), validation: validation, test: test, vocabulary: vocabulary)
  }

  /// The text of a file in UTF-8, UTF-16 or Windows-1252, plain or gzipped; `-` is standard input.
  ///
  /// - Throws: an error that names the file: it cannot be read, is in another encoding, or leaves nothing for training.
  public init(contentsOf path: String, validation: Double = 0.1, test: Double = 0) throws(ApusError) {
    let text = try TextFile.read(FileBytes.open(path), isNamed: true).text
    do throws(ApusError) {
      try self.init(text, validation: validation, test: test)
    } catch {
      throw error.at(path)
    }
  }

  /// The number of characters that have no class.
  package var unknownCount: Int { training.unknownCount + validation.unknownCount + test.unknownCount }

  /// Windows of `context` characters of each part.
  ///
  /// - Parameters:
  ///   - context: the characters that a sample shows.
  ///   - stride: from one training window's start to the next: 1 for every window there is; when nil windows stand
  ///     side by side, begin elsewhere in each epoch, and so show every character once an epoch, each time with others
  ///     before it. Validation and test windows always stand side by side.
  /// - Throws: when the training part is too short for a window.
  public func split(context: Int, stride: Int? = nil) throws(ApusError) -> DatasetSplit {
    guard context > 0, stride ?? 1 > 0 else {
      throw ApusError(
        "windows of \(context) characters, \(stride ?? context) apart", expected: "at least 1 of each")
    }
    guard training.count > context else {
      throw ApusError(
        "\(training.count) characters to train on", expected: "more than \(context), the length of a window",
        fix: "take a longer text or a shorter context")
    }
    let names = TargetKind.classes(names: vocabulary.names)
    // Where some windows are left out, the others stay where they are.
    return DatasetSplit(
      training: TextDataset(
        training, context: context, stride: stride ?? context,
        moves: stride == nil && training.unknownCount == 0,
        targets: names),
      validation: TextDataset(validation, context: context, stride: context, targets: names),
      test: TextDataset(test, context: context, stride: context, targets: names))
  }
}
