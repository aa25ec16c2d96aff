import ApusCore
import ApusData
import TestSupport
import Testing

/// A prepared text is the text, to the bit.
@Suite struct PreparedTextTests {
  private func text(_ path: String) throws -> CharacterText {
    guard case .text(let text) = try DataSource.open(path).content else { throw ApusError("no text") }
    return text
  }

  private static let wide = (0..<700).map { String(Unicode.Scalar(0x4E00 + UInt32($0 * 7 % 400))!) }.joined()

  @Test(arguments: [
    "To be, or not to be", "Größe, naïve – „Zitat“ 😀\r\n\tend", "\u{FEFF}after a mark\n", wide, "x",
  ])
  func theTextComesBack(_ string: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("t.txt", Array(string.utf8))
    let out = folder.path("t.apus")
    let result = try DataSource.prepare(path, to: out)
    let plain = string.hasPrefix("\u{FEFF}") ? String(string.unicodeScalars.dropFirst()) : string
    let (direct, prepared) = (try text(path), try text(out))
    #expect((0..<direct.count).map { direct[$0] } == Array(plain.unicodeScalars))
    #expect(prepared.count == direct.count && prepared.characters == direct.characters)
    #expect((0..<direct.count).allSatisfy { prepared[$0] == direct[$0] })
    #expect(prepared.fingerprint() == direct.fingerprint())
    #expect(result.content == .text(count: direct.count, characters: direct.characters.count))
    #expect(TextSummary(prepared, name: "t") == TextSummary(direct, name: "t"))
  }

  /// The hash of the whole text, as it was before texts were numbers.
  @Test func theFingerprintIsThatOfTheText() throws {
    var hash = StableHasher()
    hash.add("naïve 😀")
    #expect(CharacterText("naïve 😀").fingerprint() == hash.value)
  }

  @Test func otherEncodings() throws {
    let folder = try TemporaryFolder()
    let latin: [UInt8] = Array("caf".utf8) + [0xE9] + Array(" au lait, déjà".utf8.filter { $0 < 0x80 })
    let utf16: [UInt8] = [0xFF, 0xFE] + "häb".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    for (name, bytes) in [("l.txt", latin), ("u.txt", utf16), ("g.txt.gz", gzip(Array("größer\n".utf8)))] {
      let path = try folder.write(name, bytes)
      let out = folder.path("\(name).apus")
      _ = try DataSource.prepare(path, to: out)
      let (direct, prepared) = (try text(path), try text(out))
      #expect(direct.count > 2 && prepared.fingerprint() == direct.fingerprint(), "\(name)")
    }
    #expect(folder.names().count == 6)
  }

  @Test func windowsAreTheSame() throws {
    let folder = try TemporaryFolder()
    let string = String(repeating: "the quick brown fox; ", count: 40) + "äöü end of the text with others"
    let path = try folder.write("t.txt", Array(string.utf8))
    let out = folder.path("t.apus")
    _ = try DataSource.prepare(path, to: out)
    let (a, b) = (try Text(text(path), validation: 0.2), try Text(text(out), validation: 0.2))
    #expect(a.vocabulary == b.vocabulary && a.validation == b.validation && a.unknownCount == b.unknownCount)
    #expect(a.unknownCount > 0)
    let (x, y) = (try a.split(context: 8), try b.split(context: 8))
    for (left, right) in [(x.training, y.training), (x.validation, y.validation)] {
      #expect(left.count == right.count)
      let rows = Array(0..<left.count)
      let (left, right) = (Batch(left, rows).arrays(), Batch(right, rows).arrays())
      #expect(left.inputs == right.inputs && left.labels == right.labels)
    }
  }

  @Test func damagedFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("t.txt", Array("some text of a few words\n".utf8))
    let out = folder.path("t.apus")
    _ = try DataSource.prepare(path, to: out)
    try forEachDamaged(out, count: 300, changes: 2, seed: 3) { other in
      // Whatever it is, nothing traps.
      if case .text(let text)? = try? DataSource.open(other).content { _ = try? Text(text).split(context: 3) }
    }
    let empty = try folder.write("e.txt", [])
    #expect(throws: ApusError.self) { try DataSource.prepare(empty, to: folder.path("e.apus")) }
  }
}
