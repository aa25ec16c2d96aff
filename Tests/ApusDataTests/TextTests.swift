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

  /// A text in Windows-1252 is read, and that is said; what is no text stays an error.
  @Test func windows1252() throws {
    let folder = try TemporaryFolder()
    // "naïve café – 5 €" in Windows-1252.
    let bytes: [UInt8] =
      Array("na".utf8) + [0xEF] + Array("ve caf".utf8) + [0xE9] + Array(" ".utf8) + [0x96] + Array(" 5 ".utf8)
      + [0x80] + Array("\n".utf8)
    let all = (0..<20).flatMap { _ in bytes }
    let source = try DataSource.open(folder.write("t.txt", all))
    guard case .text(let text) = source.content else { throw ApusError("no text") }
    #expect(String(text) == String(repeating: "naïve café – 5 €\n", count: 20))
    #expect(source.notes == ["the file is no UTF-8: it is read as Windows-1252"])
    #expect(try Text(contentsOf: folder.path("t.txt")).training.count > 100)
    let damaged = try folder.write("d.txt", Array("a\u{E9}\u{E8} \u{E7}".utf8) + [0x81, 0x8D])
    #expect(message { _ = try DataSource.open(damaged) }.contains("neither UTF-8 nor Windows-1252"))
    let plain = try DataSource.open(folder.write("u.txt", Array("naïve\n".utf8)))
    #expect(plain.notes.isEmpty)
  }

  @Test func windowsShowWhatFollows() throws {
    let corpus = try Text("abcdefghij", validation: 0)
    let split = try corpus.split(context: 3)
    #expect(split.training.count == 3)
    #expect(split.validation.count == 0 && split.test.count == 0)
    let batch = try split.training.batch([2, 0]).arrays()
    #expect(batch.inputs == [6, 7, 8, 0, 1, 2])
    #expect(batch.labels == [7, 8, 9, 1, 2, 3])
    // Every window there is; the last one ends with the text.
    let all = try corpus.split(context: 3, stride: 1).training
    #expect(all.count == 7)
    #expect(try all.batch([6]).arrays().labels == [7, 8, 9])
    #expect(all.subset([6, 1]).positions == 3)
    #expect(try all.subset([6, 1]).batch([1]).arrays().inputs == [1, 2, 3])
  }

  @Test func noWindowReachesOverTheBorder() throws {
    // The training part is 0 … 89; each character is its position.
    let text = String(String.UnicodeScalarView((0..<100).map { Unicode.Scalar(UInt8($0)) }))
    let split = try Text(text, validation: 0.1).split(context: 4, stride: 1)
    let training = try split.training.batch(Array(0..<split.training.count)).arrays()
    #expect(training.labels.max() == 89)
    // What the training part has not is no class, and no window shows it.
    #expect(split.validation.count == 0)
    let known = try Text(String(repeating: "ab", count: 50), validation: 0.1).split(
      context: 4, stride: 1)
    #expect(known.training.count == 86)
    #expect(known.validation.count == 2)
    #expect(try known.validation.batch([1]).arrays().labels == [1, 0, 1, 0])
  }

  @Test func windowsWithUnknownCharactersAreLeftOut() throws {
    let split = try Text("ababababab" + "abxabaabab", validation: 0.5).split(context: 2, stride: 1)
    let validation = try split.validation.batch(Array(0..<split.validation.count)).arrays()
    #expect(split.validation.count == 2)
    #expect(!validation.inputs.contains(-1) && !validation.labels.contains(-1))
  }

  @Test func mistakesAreNamed() throws {
    #expect { try Text("") } throws: { "\($0)".contains("the text is empty") }
    #expect(throws: ApusError.self) { try Text("abc", validation: 1) }
    #expect {
      try Text("abcd", validation: 0).split(context: 4)
    } throws: { "\($0)".contains("4 characters to train on; expected more than 4, the length of a window") }
    #expect(throws: ApusError.self) { try Text("abcd").split(context: 0) }
    #expect {
      try Text(contentsOf: "no such file.txt")
    } throws: { "\($0)".contains("no such file.txt") }
  }

  /// Each epoch shows every character but those at the ends, in other windows; as many of them.
  @Test func windowsMoveFromEpochToEpoch() throws {
    let text = String(String.UnicodeScalarView((0..<103).map { Unicode.Scalar(UInt8($0)) }))
    let training = try Text(text, validation: 0).split(context: 10).training
    var starts: Set<Float> = []
    for epoch in 0..<20 {
      let moved = training.inEpoch(epoch, seed: 7)
      #expect(moved.count == training.count && moved.inputShape == [10])
      let batch = try moved.batch(Array(0..<moved.count)).arrays()
      starts.insert(batch.inputs[0])
      let shown = Set(batch.labels)
      #expect(shown.count >= 92 && shown.max()! <= 102)
      #expect(
        try training.inEpoch(epoch, seed: 7).batch([3]).arrays().inputs == moved.batch([3]).arrays().inputs)
    }
    #expect(starts.count > 5 && starts.isSubset(of: Set((0..<10).map { Float($0) })))
    // A part of it moves too, and what does not move stays.
    #expect(
      try training.subset([2]).inEpoch(1, seed: 7).batch([0]).arrays().inputs
        == training.inEpoch(1, seed: 7).batch([2]).arrays().inputs)
    let all = try Text(text, validation: 0).split(context: 10, stride: 1).training
    #expect(try all.inEpoch(3, seed: 7).batch([4]).arrays().inputs == all.batch([4]).arrays().inputs)
  }

  @Test func threeParts() throws {
    let corpus = try Text("aaaaaabbcc", validation: 0.2, test: 0.2)
    #expect(corpus.training.count == 6 && corpus.validation == [-1, -1] && corpus.test == [-1, -1])
    #expect(throws: ApusError.self) { try Text("abc", validation: 0.5, test: 0.5) }
  }

  /// What a file is taken for.
  @Test(arguments: [
    ("a.txt", "x,y\n1,2\n3,4\n", true), ("a.md", "# Words\n", true), ("a.csv", "x,y\n1,2\n3,4\n", false),
    ("a", "x,y\n1,2\n3,4\n", false),
    ("a.log", "one, two, three\nfour\nfive, six, seven, eight, nine\n", true),
  ])
  func textsAndTables(name: String, content: String, isText: Bool) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(name, Array(content.utf8))
    if case .text(let text) = try DataSource.open(path).content {
      #expect(isText && String(text) == content)
    } else {
      #expect(!isText)
    }
    guard isText, name == "a.txt" else { return }
    // A word about the table makes it one.
    guard case .table = try DataSource.open(path, format: TableFormat(hasHeader: true)).content else {
      Issue.record("no table")
      return
    }
  }

  @Test func theMarkOfUTF8IsNoCharacter() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a.txt", [0xEF, 0xBB, 0xBF, 0x61])
    guard case .text("a") = try DataSource.open(path).content else {
      Issue.record("not the text")
      return
    }
    try folder.write("b.txt", [0x81, 0x61])
    #expect {
      try DataSource.open("\(folder.path)/b.txt")
    } throws: {
      "\($0)".contains("neither UTF-8 nor Windows-1252 text")
    }
  }

  @Test func preprocessingTravels() throws {
    let schema = InputSchema.text(
      TextPreprocessing(context: 5, vocabulary: CharacterVocabulary(of: "\u{1}\n\"\\ß€😀a".unicodeScalars)))
    #expect(try InputSchema(jsonText: schema.jsonText(), name: "inputs") == schema)
    #expect(schema.inputShape == [5])
    for text in [
      #"{"text": {"context": 0, "vocabulary": "a"}}"#, #"{"text": {"context": 4, "vocabulary": ""}}"#,
    ] {
      #expect(throws: ApusError.self) { try InputSchema(jsonText: text, name: "inputs") }
    }
  }

  /// Against the same in another way: NumPy's figures for this text.
  @Test func summaries() throws {
    let summary = TextSummary("abab\nabc", name: "x")
    #expect(summary.characterCount == 8 && summary.lineCount == 2)
    #expect(summary.counts.map(\.name) == ["a", "b", "newline", "c"])
    #expect(abs(summary.entropy - 1.811278124459133) < 1e-12)
    #expect(abs(summary.pairEntropy - 0.6792696431662097) < 1e-12)
    #expect(TextSummary("", name: "x").lineCount == 0)
    #expect(TextSummary("aaaa", name: "x").entropy == 0)
  }
}
