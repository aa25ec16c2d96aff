import ApusCore

/// A text as the numbers of its characters, which are Unicode scalars, in memory or mapped from a prepared file.
public struct CharacterText: Sendable {
  /// The different characters, ascending.
  package let characters: [Unicode.Scalar]
  /// For each character of the text its place among the different ones.
  let places: Places
  /// The fingerprint, where a prepared file has it.
  private let storedFingerprint: UInt64?

  /// A byte for each character of a text that has no more than 256 different ones, else four.
  enum Places: Sendable {
    case narrow(StoredValues<UInt8>)
    case wide(StoredValues<UInt32>)

    static let mostNarrow = 256
  }

  /// The text of a string.
  public init(_ text: String) {
    let characters = CharacterCensus(text.unicodeScalars).characters
    let places = CharacterPlaces(characters)
    self.init(
      characters,
      characters.count <= Places.mostNarrow
        ? .narrow(StoredValues(text.unicodeScalars.map { UInt8(places[$0]) }))
        : .wide(StoredValues(text.unicodeScalars.map { places[$0] })))
  }

  init(_ characters: [Unicode.Scalar], _ places: Places, fingerprint: UInt64? = nil) {
    (self.characters, self.places, storedFingerprint) = (characters, places, fingerprint)
  }

  /// The number of characters.
  public var count: Int {
    switch places {
    case .narrow(let places): places.count
    case .wide(let places): places.count
    }
  }

  public var isEmpty: Bool { count == 0 }

  /// A character of the text.
  ///
  /// - Precondition: the position is below ``count``.
  public subscript(position: Int) -> Unicode.Scalar { characters[place(position)] }

  func place(_ position: Int) -> Int {
    switch places {
    case .narrow(let places): Int(places[position])
    case .wide(let places): Int(places[position])
    }
  }

  /// Calls `body` for each character of a part of the text, with its place among the different ones.
  func forEach(_ range: Range<Int>, _ body: (Int) -> Void) {
    switch places {
    case .narrow(let places): for place in places[range] { body(Int(place)) }
    case .wide(let places): for place in places[range] { body(Int(place)) }
    }
  }

  /// The different characters of a part of the text.
  func characters(of range: Range<Int>) -> [Unicode.Scalar] {
    var occurs = [Bool](repeating: false, count: characters.count)
    forEach(range) { occurs[$0] = true }
    return characters.indices.filter { occurs[$0] }.map { characters[$0] }
  }

  /// A 64-bit hash of the text in UTF-8.
  package func fingerprint() -> UInt64 {
    if let storedFingerprint { return storedFingerprint }
    var hash = StableTextHasher()
    let encoded = characters.map { Array(String($0).utf8) }
    forEach(0..<count) { place in for byte in encoded[place] { hash.add(byte) } }
    var fingerprint = StableHasher()
    fingerprint.add(hash.value)
    return fingerprint.value
  }
}

extension CharacterText: Equatable, ExpressibleByStringLiteral, CustomStringConvertible {
  public init(stringLiteral text: String) { self.init(text) }

  public static func == (left: CharacterText, right: CharacterText) -> Bool {
    left.count == right.count && left.characters == right.characters
      && (0..<left.count).allSatisfy { left.place($0) == right.place($0) }
  }

  public var description: String { String(self) }
}

extension String {
  /// The text as a string, in memory.
  public init(_ text: CharacterText) {
    var scalars = String.UnicodeScalarView()
    text.forEach(0..<text.count) { scalars.append(text.characters[$0]) }
    self.init(scalars)
  }
}

/// The different characters of a text, found one after the other.
struct CharacterCensus {
  private var occurs = [Bool](repeating: false, count: 0x11_0000)

  init() {}

  init(_ text: some Sequence<Unicode.Scalar>) { for character in text { add(character) } }

  mutating func add(_ character: Unicode.Scalar) { occurs[Int(character.value)] = true }

  /// Ascending.
  var characters: [Unicode.Scalar] {
    occurs.indices.filter { occurs[$0] }.compactMap { Unicode.Scalar(UInt32($0)) }
  }
}

/// The place of each character among some that ascend.
struct CharacterPlaces {
  private var places: [UInt32]

  init(_ characters: [Unicode.Scalar]) {
    places = Array(repeating: 0, count: Int(characters.last?.value ?? 0) + 1)
    for (place, character) in characters.enumerated() { places[Int(character.value)] = UInt32(place) }
  }

  /// - Precondition: the character is one of them.
  subscript(_ character: Unicode.Scalar) -> UInt32 { places[Int(character.value)] }
}
