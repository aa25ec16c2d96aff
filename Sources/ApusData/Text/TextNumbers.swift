import ApusCore

/// The classes of the characters of a part of a text, by a vocabulary; −1 for a character that it does not have.
public struct TextNumbers: RandomAccessCollection, Sendable {
  private let text: CharacterText
  private let part: Range<Int>
  /// The class of each of the text's different characters.
  private let classes: [Int32]

  init(_ text: CharacterText, _ part: Range<Int>, _ vocabulary: CharacterVocabulary) {
    (self.text, self.part) = (text, part)
    classes = vocabulary.numbers(of: text.characters)
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { part.count }

  public subscript(position: Int) -> Int32 {
    precondition(position >= 0 && position < part.count, "no such character")
    return classes[text.place(part.lowerBound + position)]
  }

  /// The number of characters that the vocabulary does not have.
  var unknownCount: Int {
    guard classes.contains(-1) else { return 0 }
    var count = 0
    text.forEach(part) { if classes[$0] < 0 { count += 1 } }
    return count
  }

  /// The first character that the vocabulary does not have.
  var firstUnknown: Unicode.Scalar? {
    guard classes.contains(-1) else { return nil }
    return firstIndex(of: -1).map { text[part.lowerBound + $0] }
  }

  /// Calls `body` with the class of each character of a window, and its place in the window.
  @inline(__always)
  func forEach(_ window: Range<Int>, _ body: (Int, Int32) -> Void) {
    classes.withUnsafeBufferPointer { classes in
      var position = 0
      text.forEach((part.lowerBound + window.lowerBound)..<(part.lowerBound + window.upperBound)) { place in
        body(position, classes[place])
        position += 1
      }
    }
  }
}

extension TextNumbers: Equatable {
  public static func == (left: TextNumbers, right: TextNumbers) -> Bool {
    left.count == right.count && left.elementsEqual(right)
  }

  public static func == (left: TextNumbers, right: [Int32]) -> Bool { left.elementsEqual(right) }
}
