/// The texts that stand for a missing value, ready to be looked up by bytes.
struct MissingTexts {
  private let folded: [[UInt8]]
  private let longest: Int

  init(_ texts: [String]) {
    folded = texts.map { $0.utf8.map(Self.lowercase) }
    longest = folded.map(\.count).max() ?? 0
  }

  func contains(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count <= longest else { return false }
    return folded.contains { text in
      text.count == bytes.count && zip(text, bytes).allSatisfy { $0 == Self.lowercase($1) }
    }
  }

  func contains(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { contains($0) }
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 32 : byte }
}
