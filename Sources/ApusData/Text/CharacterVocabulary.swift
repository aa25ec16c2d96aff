package import ApusCore

/// The characters of a text, each with a class number: Unicode scalars in ascending order.
///
/// As text (its `Codable` form) it is the characters one after the other.
package struct CharacterVocabulary: Sendable, Equatable, Codable {
  /// Number i stands for `characters[i]`.
  package let characters: [Unicode.Scalar]
  private let numbers: [Unicode.Scalar: Int32]

  /// The characters that occur in a text.
  package init(of text: some Sequence<Unicode.Scalar>) {
    characters = Set(text).sorted()
    numbers = Dictionary(uniqueKeysWithValues: characters.enumerated().map { ($1, Int32($0)) })
  }

  package var count: Int { characters.count }

  /// The characters as names of classes.
  package var names: [String] { characters.map { String($0) } }

  /// The class of a character; nil where it has none.
  package func number(of character: Unicode.Scalar) -> Int32? { numbers[character] }

  /// The class of each character; −1 where it has none.
  package func numbers(of text: some Sequence<Unicode.Scalar>) -> [Int32] { text.map { numbers[$0] ?? -1 } }

  /// The classes of a text's characters.
  ///
  /// - Throws: an error that names the first character that is not in the vocabulary.
  package func encode(_ text: String) throws(ApusError) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(text.utf8.count)
    for (position, character) in text.unicodeScalars.enumerated() {
      guard let number = numbers[character] else {
        throw ApusError(
          "the character “\(character)” is not in the vocabulary", at: "character \(position + 1)",
          expected: "one of \(String(String.UnicodeScalarView(characters)).debugDescription)")
      }
      result.append(number)
    }
    return result
  }

  /// The text of class numbers.
  ///
  /// - Throws: an error that names a number that is no class.
  package func decode(_ numbers: some Sequence<Int32>) throws(ApusError) -> String {
    var text = String.UnicodeScalarView()
    for number in numbers {
      guard characters.indices.contains(Int(number)) else {
        throw ApusError("there is no character number \(number)", expected: "0 … \(count - 1)")
      }
      text.append(characters[Int(number)])
    }
    return String(text)
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self).unicodeScalars
    self.init(of: text)
    guard characters.elementsEqual(text) else {
      throw ApusError("the characters of a vocabulary are not in order", expected: "each once, ascending")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(String(String.UnicodeScalarView(characters)))
  }

  package static func == (left: CharacterVocabulary, right: CharacterVocabulary) -> Bool {
    left.characters == right.characters
  }
}
