public import ApusCore

/// A text divided by position into a part for training and one for validation, as numbers of characters (MISSION I).
///
/// The vocabulary is that of the training part alone. No window reaches over the border, so that nothing of the
/// validation part is seen in training.
public struct TextCorpus: Sendable {
  public let vocabulary: CharacterVocabulary
  /// The class of each character of the training part.
  public let training: [Int32]
  /// The same of the validation part; −1 for a character that the training part does not have.
  public let validation: [Int32]

  /// - Parameter validation: the part at the end that is kept for validation, from 0 to below 1.
  /// - Throws: when nothing is left for training.
  public init(_ text: String, validation: Double = 0.1) throws(ApusError) {
    guard validation >= 0, validation < 1 else {
      throw ApusError("the validation part is \(validation)", expected: "a number from 0 to below 1")
    }
    let characters = Array(text.unicodeScalars)
    let border = characters.count - Int(Double(characters.count) * validation)
    guard border > 0 else { throw ApusError("the text is empty", expected: "characters to train on") }
    let vocabulary = CharacterVocabulary(of: characters[..<border])
    func numbers(_ part: ArraySlice<Unicode.Scalar>) -> [Int32] {
      part.map { vocabulary.number(of: $0) ?? -1 }
    }
    self.vocabulary = vocabulary
    training = numbers(characters[..<border])
    self.validation = numbers(characters[border...])
  }

  /// The text of a UTF-8 file; `-` is standard input.
  ///
  /// - Throws: an error that names the file: it cannot be read, is no UTF-8, or leaves nothing for training.
  public init(contentsOf path: String, validation: Double = 0.1) throws(ApusError) {
    let text = try FileBytes.open(path).withBytes { String(validating: $0, as: UTF8.self) }
    guard let text else {
      throw ApusError("the file is no UTF-8 text", at: path, fix: "convert it to UTF-8")
    }
    do throws(ApusError) {
      try self.init(text, validation: validation)
    } catch {
      throw error.at(path)
    }
  }

  /// Windows of `context` characters of both parts; there is no test part.
  ///
  /// - Parameters:
  ///   - context: the characters that a sample shows.
  ///   - stride: from one training window's start to the next: 1 for every window there is, `context` (the usual when
  ///     nil) for windows that stand side by side. Validation windows always do.
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
    let held = TextDataset(validation, context: context, stride: context, targets: names)
    return DatasetSplit(
      training: TextDataset(training, context: context, stride: stride ?? context, targets: names),
      validation: held, test: held.subset([]))
  }
}

/// Windows of a text: a sample shows the classes of `context` characters, and its targets are, at each position, the
/// class of the character that follows.
public struct TextDataset: Dataset {
  private let numbers: [Int32]
  private let starts: [Int]
  public let context: Int
  public let targets: TargetKind

  /// Windows with a character that has no class (−1) are left out.
  init(_ numbers: [Int32], context: Int, stride: Int, targets: TargetKind) {
    self.numbers = numbers
    self.context = context
    self.targets = targets
    // The last unknown character before each window's end decides whether the window holds one.
    var starts: [Int] = []
    var (unknown, read) = (-1, 0)
    for start in Swift.stride(from: 0, to: max(numbers.count - context, 0), by: stride) {
      while read <= start + context {
        if numbers[read] < 0 { unknown = read }
        read += 1
      }
      if unknown < start { starts.append(start) }
    }
    self.starts = starts
  }

  public var count: Int { starts.count }
  public var inputShape: [Int] { [context] }
  public var positions: Int { context }

  public func gather(_ indices: ArraySlice<Int>, into batch: inout Batch) {
    precondition(
      indices.count <= batch.capacity && batch.inputSize == context && batch.positions == context,
      "the batch does not fit")
    var at = 0
    for index in indices {
      let start = starts[index]
      for position in 0..<context {
        batch.inputs[at + position] = Float(numbers[start + position])
        batch.labels[at + position] = numbers[start + position + 1]
      }
      at += context
    }
    batch.count = indices.count
  }
}
