import ApusCore
import ApusData
import Testing

@Suite struct TextTests {
  @Test func vocabularyIsSortedAndGoesBothWays() throws {
    let vocabulary = CharacterVocabulary(of: "hello, wörld\n".unicodeScalars)
    #expect(vocabulary.names == ["\n", " ", ",", "d", "e", "h", "l", "o", "r", "w", "ö"])
    let numbers = try vocabulary.encode("wörld")
    #expect(numbers == [9, 10, 8, 6, 3])
    #expect(try vocabulary.decode(numbers) == "wörld")
    #expect {
      try vocabulary.encode("hex")
    } throws: { "\($0)".contains("character 3: the character “x” is not in the vocabulary") }
    #expect(throws: ApusError.self) { try vocabulary.decode([11]) }
    let coded = try JSONCoding.decode(CharacterVocabulary.self, from: JSONCoding.encode(vocabulary))
    #expect(coded == vocabulary)
    #expect(throws: ApusError.self) { try JSONCoding.decode(CharacterVocabulary.self, from: .string("ba")) }
  }

  @Test func windowsShowWhatFollows() throws {
    let corpus = try TextCorpus("abcdefghij", validation: 0)
    let split = try corpus.split(context: 3)
    #expect(split.training.count == 3)
    #expect(split.validation.count == 0 && split.test.count == 0)
    let batch = try split.training.batch([2, 0])
    #expect(batch.inputs == [6, 7, 8, 0, 1, 2])
    #expect(batch.labels == [7, 8, 9, 1, 2, 3])
    // Every window there is; the last one ends with the text.
    let all = try corpus.split(context: 3, stride: 1).training
    #expect(all.count == 7)
    #expect(try all.batch([6]).labels == [7, 8, 9])
    #expect(all.subset([6, 1]).positions == 3)
    #expect(try all.subset([6, 1]).batch([1]).inputs == [1, 2, 3])
  }

  @Test func noWindowReachesOverTheBorder() throws {
    // The training part is 0 … 89; each character is its position.
    let text = String(String.UnicodeScalarView((0..<100).map { Unicode.Scalar(UInt8($0)) }))
    let split = try TextCorpus(text, validation: 0.1).split(context: 4, stride: 1)
    let training = try split.training.batch(Array(0..<split.training.count))
    #expect(training.labels.max() == 89)
    // What the training part has not is no class, and no window shows it.
    #expect(split.validation.count == 0)
    let known = try TextCorpus(String(repeating: "ab", count: 50), validation: 0.1).split(
      context: 4, stride: 1)
    #expect(known.training.count == 86)
    #expect(known.validation.count == 2)
    #expect(try known.validation.batch([1]).labels == [1, 0, 1, 0])
  }

  @Test func windowsWithUnknownCharactersAreLeftOut() throws {
    let split = try TextCorpus("ababababab" + "abxabaabab", validation: 0.5).split(context: 2, stride: 1)
    let validation = try split.validation.batch(Array(0..<split.validation.count))
    #expect(split.validation.count == 2)
    #expect(!validation.inputs.contains(-1) && !validation.labels.contains(-1))
  }

  @Test func mistakesAreNamed() throws {
    #expect { try TextCorpus("") } throws: { "\($0)".contains("the text is empty") }
    #expect(throws: ApusError.self) { try TextCorpus("abc", validation: 1) }
    #expect {
      try TextCorpus("abcd", validation: 0).split(context: 4)
    } throws: { "\($0)".contains("4 characters to train on; expected more than 4, the length of a window") }
    #expect(throws: ApusError.self) { try TextCorpus("abcd").split(context: 0) }
    #expect {
      try TextCorpus(contentsOf: "no such file.txt")
    } throws: { "\($0)".contains("no such file.txt") }
  }
}
