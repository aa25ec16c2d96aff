import ApusCore

/// A text in a prepared file.
struct TextDirectory: Codable {
  /// The number of characters.
  var count: Int
  /// The different characters one after the other, ascending.
  var characters: String
  /// Where the characters' places among the different ones begin: bytes, or 32-bit numbers of more than 256 of them.
  var places: Int
  var fingerprint: UInt64
  var notes: [String]

  /// Writes what of a text isn't in the file yet.
  ///
  /// - Throws: when the file cannot be written.
  init(_ text: CharacterText, in file: RegionFile, notes: [String]) throws(ApusError) {
    count = text.count
    characters = String(String.UnicodeScalarView(text.characters))
    switch text.places {
    case .narrow(let values): places = try file.offset(of: values)
    case .wide(let values): places = try file.offset(of: values)
    }
    fingerprint = text.fingerprint()
    self.notes = notes
  }

  /// The text, with its characters in the file.
  ///
  /// - Throws: an error that names the file when it is damaged.
  func text(_ file: FileBytes) throws(ApusError) -> CharacterText {
    let characters = Array(characters.unicodeScalars)
    guard zip(characters, characters.dropFirst()).allSatisfy(<) else {
      throw PreparedFile.damaged(file, "its characters do not ascend")
    }
    let most = characters.count
    let places: CharacterText.Places
    let areKnown: Bool
    if most <= CharacterText.Places.mostNarrow {
      let values: StoredValues<UInt8> = try PreparedFile.values(file, self.places, count, "its characters")
      areKnown = most == 256 || values.allSatisfy { $0 < most }
      places = .narrow(values)
    } else {
      let values: StoredValues<UInt32> = try PreparedFile.values(file, self.places, count, "its characters")
      areKnown = values.allSatisfy { $0 < most }
      places = .wide(values)
    }
    guard areKnown else { throw PreparedFile.damaged(file, "it has characters that there aren't") }
    file.expectAnyOrder()
    return CharacterText(characters, places, fingerprint: fingerprint)
  }
}
